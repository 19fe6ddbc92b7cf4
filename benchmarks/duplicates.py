"""Seconds to find the duplicates among a million pairs, and how many of the near ones are found.

Starts a PostgreSQL of its own, set as `cqia up` sets it, and stores made pairs of which some repeat
an earlier one with changes: the whole pair, only its question, or only its answer. Worker processes
then measure them chunk by chunk as the pre-filter does: the checks `duplicate`, `near_pair`,
`near_prompt` and `near_answer`, through the real tables, arriving one after the other, findings stored.
What they found of the first 20,000 is compared with brute force, which counts the 5-grams that any
two of them share. The last line of its output is one JSON object; `recall` and `precision` are the
worst of the three kinds, at a likeness of 0.8.

    python benchmarks/duplicates.py [--quick] [--pairs 1000000] [--workers 2] [--sample 20000]
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from ingest import database, machine, passage, settle

LINE = 0.8
CHANGED = 0.06  # of the pairs repeat an earlier one, in one of four ways
CHUNK = 500  # pairs a transaction, as in the pre-filter
TABLES = ("annotation_band", "annotation_arrival", "annotation_likeness")
PAIR = (
    "id", "project_id", "source_id", "batch_id", "line", "row_hash", "content_hash", "state",
    "instruction", "input", "system", "history", "task_major", "task_minor", "domain", "metadata",
    "verified_upstream", "copyright", "created_at",
)  # fmt: skip
RESPONSE = ("pair_id", "text", "origin", "model", "position", "created_at")
REST = ("", "", "[]", "{}", "{}", "{}", "", "f", "", "2024-04-01")  # from "input" on
FINDINGS = (
    "COPY annotation_finding (pair_id, project_id, check_id, version, score, evidence) FROM STDIN"
)


# The pairs


def made_pairs(count: int) -> Iterator[tuple[str, str]]:
    """Questions of 15 to 80 characters and answers of some 400, now and then like an earlier pair."""
    dice = random.Random(20240401)
    recent: deque[tuple[str, str]] = deque(maxlen=5000)
    for _ in range(count):
        question = passage(dice, dice.randint(15, 80))
        answer = passage(dice, int(min(max(dice.lognormvariate(5.8, 0.6), 40), 2000)))
        if recent and dice.random() < CHANGED:
            old = dice.choice(recent)
            kind = dice.choice(("pair", "question", "answer", "copy"))
            if kind in ("pair", "question"):
                question = changed(dice, old[0])
            if kind in ("pair", "answer"):
                answer = changed(dice, old[1])
            if kind == "copy":
                question, answer = old
        recent.append((question, answer))
        yield question, answer


def changed(dice: random.Random, text: str) -> str:
    """With up to a character in 25 replaced: as like as 0.65 to 1."""
    characters = list(text)
    for _ in range(dice.randint(0, max(len(text) // 25, 1))):
        characters[dice.randrange(len(characters))] = chr(dice.randint(0x4E00, 0x9F00))
    return "".join(characters)


def store(count: int) -> None:
    """Imported pairs with their answers, by COPY."""
    from django.db import connection

    from annotation.models import Batch, Project, Source

    project = Project.objects.create(slug="bench", name="bench")
    source = Source.objects.create(project=project, name="bench", recipe="cqia")
    batch = Batch.objects.create(
        source=source, filename="x", path="x", sha256="x", size=0, kind="jsonl", encoding="utf-8"
    )
    made = enumerate(made_pairs(count), start=1)
    while rows := list(islice(made, 50_000)):
        copy_rows(rows, (project.pk, source.pk, batch.pk))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence('annotation_pair', 'id'), %s)", [count]
        )
        cursor.execute("ANALYZE")


def copy_rows(rows: list[tuple[int, tuple[str, str]]], own: tuple[int, int, int]) -> None:
    from django.db import connection

    from cqia.lib.text import fingerprint, normalise

    with connection.cursor() as cursor:
        with cursor.copy(f"COPY annotation_pair ({', '.join(PAIR)}) FROM STDIN") as copy:
            for pk, (question, answer) in rows:
                same = fingerprint(normalise(f"{question}\x1f{answer}")).hex()
                row = (pk, *own, pk, UUID(int=pk).hex, same, "imported", question, *REST)
                copy.write_row(row)
        with cursor.copy(f"COPY annotation_response ({', '.join(RESPONSE)}) FROM STDIN") as copy:
            for pk, (_, answer) in rows:
                copy.write_row((pk, answer, "", "", 0, "2024-04-01"))


# The measuring


def work(worker: int, workers: int, count: int) -> None:
    """Every workers-th chunk, as the pre-filter measures it."""
    import django

    django.setup()
    from django.db import connection, transaction

    from annotation import near_duplicates
    from annotation.checks import CORPUS_CHECKS
    from annotation.checks.base import Group
    from annotation.models import Project
    from annotation.newcomers import Newcomers

    project = Project.objects.get(slug="bench")
    checks = [check for check in CORPUS_CHECKS if check.group == Group.DUPLICATES]
    for first in range(1 + worker * CHUNK, count + 1, workers * CHUNK):
        ids = list(range(first, min(first + CHUNK, count + 1)))
        newcomers = Newcomers(project.pk, ids)
        with transaction.atomic():
            near_duplicates.arrive(newcomers)
        with transaction.atomic():
            found = [(check, check.measure_many(newcomers)) for check in checks]
            with connection.cursor() as cursor, cursor.copy(FINDINGS) as copy:
                for check, measured in found:
                    for pk, one in measured.items():
                        row = (pk, project.pk, check.id, check.version, one.score, one.evidence)
                        copy.write_row(row)


def measure(count: int, workers: int) -> float:
    """Seconds until all pairs are measured by so many processes."""
    command = [sys.executable, __file__, "--pairs", str(count), "--workers", str(workers)]
    begun = time.perf_counter()
    running = [subprocess.Popen([*command, "--worker", str(worker)]) for worker in range(workers)]
    if any(process.wait() for process in running):
        raise SystemExit("A worker failed.")
    return time.perf_counter() - begun


# The truth


def compared_with_truth(sample: int) -> dict[str, dict[str, float]]:
    """Recall and precision of each check among the first to arrive, against all likenesses there."""
    from django.db import connection

    from annotation.models import Finding
    from annotation.newcomers import SCOPES

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pair.id, instruction, text FROM annotation_pair pair"
            " JOIN annotation_response response ON response.pair_id = pair.id"
            " JOIN annotation_arrival arrival ON arrival.pair_id = pair.id"
            " ORDER BY arrival.id LIMIT %s",
            [sample],
        )
        found_rows = cursor.fetchall()
    order = [pk for pk, _, _ in found_rows]
    rows = [(question, answer) for _, question, answer in found_rows]
    questions, answers, wholes = (
        likenesses(texts)
        for texts in ([q for q, _ in rows], [a for _, a in rows], [f"{q}\n{a}" for q, a in rows])
    )
    both = {pair: min(likeness, answers.get(pair, 0)) for pair, likeness in wholes.items()}
    truths = dict(zip(SCOPES, (both, questions, answers), strict=True))
    results = {}
    for check_id, truth in truths.items():
        alike = {order[later] for (later, _), likeness in truth.items() if likeness > LINE}
        told = Finding.objects.filter(check_id=check_id, pair__in=order, score__gt=LINE)
        found = set(told.values_list("pair", flat=True))
        results[check_id] = {
            "alike": len(alike),
            "recall": round(len(found & alike) / len(alike), 4),
            "precision": round(len(found & alike) / len(found), 4),
        }
    return results


def likenesses(texts: list[str]) -> dict[tuple[int, int], float]:
    """The Jaccard index of the sets of 5-grams, as strings, of every text with each before it; those
    from 0.5 on."""
    import numpy as np
    from scipy.sparse import csr_matrix

    from cqia.lib.text import normalise

    plain = [normalise(text) for text in texts]
    sets = [{text[at : at + 5] for at in range(max(len(text) - 4, 1))} for text in plain]
    number: dict[str, int] = {}
    columns = [number.setdefault(gram, len(number)) for grams in sets for gram in grams]
    sizes = np.array([len(grams) for grams in sets])
    starts = np.concatenate([[0], np.cumsum(sizes)])
    shape = (len(sets), len(number))
    matrix = csr_matrix((np.ones(len(columns), np.int32), columns, starts), shape=shape)
    across = matrix.T.tocsr()
    found = {}
    for first in range(0, len(sets), 500):
        shared = (matrix[first : first + 500] @ across).tocoo()
        rows = shared.row + first
        jaccard = shared.data / (sizes[rows] + sizes[shared.col] - shared.data)
        for place in np.nonzero((jaccard >= 0.5) & (shared.col < rows))[0]:
            found[int(rows[place]), int(shared.col[place])] = float(jaccard[place])
    return found


def megabytes() -> dict[str, float]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, round(pg_total_relation_size(oid) / 1e6) FROM pg_class"
            " WHERE relname = ANY(%s)",
            [list(TABLES)],
        )
        return {name.removeprefix("annotation_"): float(size) for name, size in cursor.fetchall()}


def report(count: int, workers: int, sample: int) -> dict[str, Any]:
    import django

    django.setup()
    begun = time.perf_counter()
    store(count)
    settle()
    print(f"{count:,} pairs made and stored in {time.perf_counter() - begun:.0f} s", flush=True)
    seconds = measure(count, workers)
    print(f"measured in {seconds:.1f} s", flush=True)
    truth = compared_with_truth(min(sample, count))
    return {
        "seconds_per_million": round(seconds * 1e6 / count, 1),
        "recall": min(one["recall"] for one in truth.values()),
        "precision": min(one["precision"] for one in truth.values()),
        "seconds": round(seconds, 1),
        "pairs": count,
        "workers": workers,
        "sample": min(sample, count),
        "checks": truth,
        "megabytes": megabytes(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="20,000 pairs, 5,000 by brute force")
    parser.add_argument("--pairs", type=int, default=1_000_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--sample", type=int, default=20_000)
    parser.add_argument("--worker", type=int, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.worker is not None:
        work(chosen.worker, chosen.workers, chosen.pairs)
        return
    count, sample = (20_000, 5000) if chosen.quick else (chosen.pairs, chosen.sample)
    with tempfile.TemporaryDirectory(prefix="cqia-bench-") as place, database(place):
        result = report(count, chosen.workers, sample)
    print(json.dumps({"benchmark": "duplicates", **result, "machine": machine()}))


if __name__ == "__main__":
    main()
