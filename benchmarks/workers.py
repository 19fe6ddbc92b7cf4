"""How much more two workers measure than one that shares a run of the pre-filter with nobody.

Starts a PostgreSQL of its own, puts in Chinese pairs like those of benchmarks/prefilter.py, and runs
the whole pre-filter over them, text checks, duplicates, findings, states and slots, in one process and
in two that share the run. The last line of its output is one JSON object; `ratio` is two to one.
PostgreSQL works beside them, so it takes three cores to come near 2.

    python benchmarks/workers.py [--quick] [--pairs 20000] [--repetitions 3]
"""

import argparse
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from uuid import UUID

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from ingest import database, passage

TABLES = "transition, claim, finding, audititem, band, arrival, likeness"


def fill(pairs: int) -> None:
    from annotation.models import Batch, Pair, Project, Response, Source
    from cqia.lib.text import fingerprint, normalise

    project = Project.objects.create(slug="bench", name="Bench")
    source = Source.objects.create(project=project, name="社区问答", recipe="cqia")
    blank = {"filename": "b", "path": "b", "sha256": "0" * 64, "size": 0, "kind": "jsonl"}
    batch = Batch.objects.create(source=source, encoding="utf-8", **blank)
    dice = random.Random(20240401)
    for start in range(0, pairs, 1000):
        made, answers = [], []
        for number in range(start, min(start + 1000, pairs)):
            question, answer = passage(dice, 40), passage(dice, dice.randint(150, 600))
            hashed = UUID(bytes=fingerprint(normalise(question), normalise(answer)))
            place = {"project": project, "source": source, "batch": batch, "line": number + 1}
            made.append(Pair(**place, instruction=question, row_hash=hashed, content_hash=hashed))
            answers.append(answer)
        Pair.objects.bulk_create(made)
        Response.objects.bulk_create(
            Response(pair=pair, text=text) for pair, text in zip(made, answers, strict=True)
        )


def work(job_id: int) -> None:
    """As a worker does when it is rung for the job: leads it, or shares it."""
    from annotation import jobs, prefilter

    jobs.run(job_id, prefilter.run, prefilter.share)


def seconds(workers: int) -> float:
    """From the start of so many workers, all warm, to the end of the run."""
    from django.db import connection

    from annotation.models import Job, Project

    with connection.cursor() as cursor:
        names = ", ".join(f"annotation_{name}" for name in TABLES.split(", "))
        cursor.execute(f"TRUNCATE {names} CASCADE")
        cursor.execute("UPDATE annotation_pair SET state = 'imported'")
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")
    job = Job.objects.create(project=Project.objects.get(), task="annotation.run_prefilter")
    command = [sys.executable, __file__, "--work", str(job.pk)]
    started = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(workers)
    ]
    for one in started:
        one.stdout.readline()  # it is warm
    begun = time.perf_counter()
    for one in started:
        one.stdin.write("\n")
        one.stdin.flush()
    for one in started:
        one.wait()
    spent = time.perf_counter() - begun
    job.refresh_from_db()
    assert job.state == Job.State.DONE, job.state
    assert job.done == job.total
    print(f"{workers}: {job.done} pairs in {spent:.1f} s")
    return spent


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="4,000 pairs, once")
    parser.add_argument("--pairs", type=int)
    parser.add_argument("--repetitions", type=int)
    parser.add_argument("--work", type=int, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.work:
        import django

        django.setup()
        from annotation import prefilter
        from annotation.checks import Text

        text = Text("绿茶为什么不能用沸水？", ("水太热会把茶叶烫熟。",))
        for check in prefilter.TEXT_CHECKS:
            check.measure(text)
        print("warm", flush=True)
        sys.stdin.readline()
        work(chosen.work)
        return
    pairs = chosen.pairs or (4000 if chosen.quick else 20_000)
    repetitions = chosen.repetitions or (1 if chosen.quick else 3)
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as place, database(place):
        import django

        django.setup()
        fill(pairs)
        runs = {number: [seconds(number) for _ in range(repetitions)] for number in (1, 2)}
    rates = {number: pairs / statistics.median(each) for number, each in runs.items()}
    print(
        json.dumps(
            {
                "benchmark": "workers",
                "ratio": round(rates[2] / rates[1], 2),
                "pairs_per_s": {number: round(rate) for number, rate in rates.items()},
                "spread_s": {n: [round(min(e), 2), round(max(e), 2)] for n, e in runs.items()},
                "sizes": {"pairs": pairs, "repetitions": repetitions},
                "machine": {
                    "cores": os.cpu_count(),
                    "load": round(load, 1),
                    "python": platform.python_version(),
                    "system": f"{platform.system()} {platform.machine()}",
                },
            }
        )
    )


if __name__ == "__main__":
    main()
