"""How long it takes to decide anew when a line is moved.

Starts a PostgreSQL of its own (durable, as `cqia up` sets it) and makes pairs with findings of eight
checks by SQL: a tenth dropped, a twentieth decided on by people, the rest in the queue with their
slots. Then moves a line so that 1% and 10% of the pairs are dropped, and undoes it, so that they are
let back in: each time lines, states, history and slots in one transaction. The last line of its
output is one JSON object, in seconds; `seconds` is the median of the slowest kind.

    python benchmarks/redecide.py [--quick] [--pairs 1000000] [--repetitions 5]
"""

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from ingest import database

# Where a uniform random score of a check must lie so that its default bounds let it pass, and what
# share is dropped by it. The first is the line that is moved.
SCORES = {
    "han_ratio": "0.16 + 0.84 * random()",
    "length": "2 + floor(1000 * random())",
    "repetition": "0.5 * random()",
    "duplicate": "CASE WHEN random() < 0.05 THEN 1 ELSE 0 END",
    "near_pair": "0.8 * random()",
    "contact": "CASE WHEN random() < 0.05 THEN 1 ELSE 0 END",
    "contamination": "0.5 * random()",
    "self_naming": "0",
}
MOVED = "length"
_PAIRS = """
INSERT INTO annotation_pair (project_id, source_id, batch_id, line, row_hash, content_hash, state,
    instruction, input, system, history, task_major, task_minor, domain, metadata,
    verified_upstream, copyright, created_at)
SELECT %s, %s, %s, n, gen_random_uuid(), gen_random_uuid(), 'queued',
       '第' || n || '问：为什么绿茶不宜用沸水冲泡？请说明理由，并且举两个例子。', '', '', '[]', '{问答}',
       '{百科问答}', '{生活}', '', false, '', now()
  FROM generate_series(1, %s) AS n
"""
_FINDINGS = """
INSERT INTO annotation_finding (pair_id, project_id, check_id, version, score, evidence)
SELECT id, project_id, '{check}', 1, {score}, '' FROM annotation_pair
"""
_STATES = """
CREATE TEMP TABLE failing AS SELECT DISTINCT pair_id AS id FROM annotation_finding
 WHERE check_id IN ('duplicate', 'contact') AND score > 0;
UPDATE annotation_pair SET state = 'dropped' WHERE id IN (SELECT id FROM failing);
UPDATE annotation_pair SET state = 'annotated' WHERE state = 'queued' AND id % 20 = 0;
INSERT INTO annotation_transition (pair_id, verb, before, after, reason, note, at)
SELECT id, CASE state WHEN 'dropped' THEN 'drop' ELSE 'queue' END, 'imported',
       CASE state WHEN 'dropped' THEN 'dropped' ELSE 'queued' END,
       CASE state WHEN 'dropped' THEN 'duplicate' ELSE '' END, '', now() FROM annotation_pair;
INSERT INTO annotation_claim (pair_id, project_id, slot, place, holder_id, done_at)
SELECT id, project_id, 1, id, CASE state WHEN 'annotated' THEN {user} END,
       CASE state WHEN 'annotated' THEN now() END FROM annotation_pair WHERE state <> 'dropped';
INSERT INTO annotation_annotation
       (pair_id, claim_id, author_id, verb, reason, note, ranking, seconds, created_at)
SELECT pair_id, id, {user}, 'reject', 'wrong', '', '{{}}', 30, now()
  FROM annotation_claim WHERE holder_id IS NOT NULL;
"""


def fill(pairs: int) -> None:
    """The rows, past the foreign keys' triggers: they hold by the way they are made."""
    from django.db import connection

    from annotation.models import Batch, Project, Source
    from cqia.accounts.models import User

    user = User.objects.create(username="lead", password="!")
    project = Project.objects.create(slug="bench", name="Bench")
    source = Source.objects.create(project=project, name="社区问答", recipe="cqia")
    blank = {"filename": "b", "path": "b", "sha256": "0" * 64, "size": 0, "kind": "jsonl"}
    batch = Batch.objects.create(source=source, encoding="utf-8", **blank)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SELECT setseed(0.5)")
        cursor.execute(_PAIRS, [project.pk, source.pk, batch.pk, pairs])
        for check, score in SCORES.items():
            cursor.execute(_FINDINGS.format(check=check, score=score))
        cursor.execute(_STATES.format(user=user.pk))
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")


def timed(verb: Callable[[], object]) -> tuple[float, object]:
    start = time.perf_counter()
    result = verb()
    return time.perf_counter() - start, result


def moved(share: float, repetitions: int) -> dict[str, object]:
    """Seconds of tightening a line so that this share of the pairs is dropped, and of undoing it."""
    from annotation import redecisions
    from annotation.checks import CHECK_OF
    from annotation.models import Project
    from annotation.thresholds import Line
    from cqia.accounts.models import User

    project, user = Project.objects.get(), User.objects.get()
    # Nine tenths of what lies below are in the queue still, less those people decided on.
    line = Line(CHECK_OF[MOVED], True, round(2 + 1000 * share / 0.855), None)
    taken: dict[str, list[float]] = {"preview": [], "drop": [], "undo": []}
    for _ in range(repetitions):
        seconds, _seen = timed(lambda: redecisions.preview(project, [line]))
        taken["preview"].append(seconds)
        seconds, made = timed(lambda: redecisions.redecide(project, user, [line]))
        taken["drop"].append(seconds)
        seconds, back = timed(lambda made=made: redecisions.undo(made, user))
        taken["undo"].append(seconds)
        print(
            f"{share:.0%}: {made.dropped} dropped in {taken['drop'][-1]:.2f} s, "
            f"{back.readmitted} let back in in {seconds:.2f} s, {made.stayed} stay"
        )
    return {
        name: {
            "median": round(statistics.median(each), 3),
            "spread": [round(min(each), 3), round(max(each), 3)],
        }
        for name, each in taken.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="100,000 pairs, three times")
    parser.add_argument("--pairs", type=int)
    parser.add_argument("--repetitions", type=int)
    chosen = parser.parse_args()
    pairs = chosen.pairs or (100_000 if chosen.quick else 1_000_000)
    repetitions = chosen.repetitions or (3 if chosen.quick else 5)
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as place, database(place):
        import django

        django.setup()
        seconds, _ = timed(lambda: fill(pairs))
        print(f"{pairs} pairs with {len(SCORES)} findings each, made in {seconds:.0f} s")
        found = {f"{share:.0%}": moved(share, repetitions) for share in (0.01, 0.10)}
    slowest = max(each["median"] for kinds in found.values() for each in kinds.values())
    print(
        json.dumps(
            {
                "benchmark": "redecide",
                "seconds": slowest,
                "moved": found,
                "sizes": {"pairs": pairs, "checks": len(SCORES), "repetitions": repetitions},
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
