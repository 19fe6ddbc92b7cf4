"""A release of a million rows: frozen, exported and compared, beside what PostgreSQL alone can do.

Starts PostgreSQL as `cqia up` does, makes approved pairs of one source in SQL, freezes all of them
twice (the second time with one text in a hundred mended), writes the CQIA file as `cqia export` does
and compares both releases. `copy_ratio` is the rate of the export by that of COPY … TO STDOUT of the
same texts; `peak_mb` the most memory of this process while it froze and exported, above what it had
before. The last line of the output is one JSON object.

    python benchmarks/release.py [--quick] [--rows 1000000] [--repetitions 3] [--peer PYTHON]

`--peer` names the Python of an environment with Label Studio: then 100,000 rows, unless said
otherwise, and `peer` is its JSON export of as many annotated tasks; ours is freeze and export together.
"""

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
sys.path.insert(0, str(HERE))

import _bench_label_studio as peer  # noqa: E402
import _bench_servers as servers  # noqa: E402
import psutil  # noqa: E402

TARGETS = {
    "freeze_seconds": "at most 180 for 1,000,000 rows",
    "copy_ratio": "at least 0.5",
    "peak_mb": "at most 200",
    "diff_seconds": "at most 20 for 1,000,000 rows",
}
ANSWER = (
    "泡茶的水温因茶而异。绿茶嫩，用八十度上下的水，免得烫熟叶子而发苦；红茶和黑茶发酵透，要用滚水才出香味。"
    "先温杯，再投茶，注水要缓。头一泡二三十秒即可出汤，以后每泡多等十几秒，三四泡之后味道就淡了。"
)
_PAIRS = """
INSERT INTO annotation_pair (project_id, source_id, batch_id, line, row_hash, content_hash, state,
    instruction, input, system, history, task_major, task_minor, domain, metadata,
    verified_upstream, copyright, created_at)
SELECT %(project)s, %(source)s, %(batch)s, number, gen_random_uuid(), gen_random_uuid(), 'approved',
       '第' || number || '问：' || md5(number::text) || '，茶怎么泡？', '', '', '[]', '{问答}', '{}', '{茶}',
       '', false, '', now()
  FROM generate_series(1, %(rows)s) number;
INSERT INTO annotation_response (pair_id, text, origin, model, position, created_at)
SELECT id, %(answer)s || line, 'human', '', 0, now() FROM annotation_pair;
INSERT INTO annotation_claim (pair_id, project_id, slot, place, holder_id, held_since, done_at, parked)
SELECT id, project_id, 1, id, %(person)s, now(), now(), false FROM annotation_pair;
INSERT INTO annotation_annotation (pair_id, claim_id, author_id, verb, response_id, shown, tiers,
    all_bad, reasons, tag, ratings, fields, note, flaw, seconds, created_at)
SELECT claim.pair_id, claim.id, claim.holder_id, 'accept', answer.id, '{}', '[]', false, '{}', '',
       '{}', '{}', '', '', 20, now()
  FROM annotation_claim claim JOIN annotation_response answer ON answer.pair_id = claim.pair_id;
INSERT INTO review_review (pair_id, reviewer_id, verb, response_id, remark, seconds, created_at)
SELECT pair_id, %(person)s, 'approve', response_id, '', 5, now() FROM annotation_annotation
"""
_FINDINGS = """
INSERT INTO annotation_finding (pair_id, project_id, check_id, version, score, evidence)
SELECT id, %s, %s, %s, 0, '' FROM annotation_pair
"""
_MEND = """
INSERT INTO review_review (pair_id, reviewer_id, verb, response_id, instruction, remark, seconds,
                           created_at)
SELECT review.pair_id, reviewer_id, 'approve', response_id, pair.instruction || '（改）', '', 5, now()
  FROM review_review review JOIN annotation_pair pair ON pair.id = review.pair_id
 WHERE review.pair_id %% 100 = 0
"""


class Memory(threading.Thread):
    """The most memory of this process, in MB above what it had at the beginning."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.process = psutil.Process()
        self.before = self.most = self.process.memory_info().rss
        self.start()

    def run(self) -> None:
        while True:
            self.most = max(self.most, self.process.memory_info().rss)
            time.sleep(0.05)

    @property
    def peak_mb(self) -> float:
        return round((self.most - self.before) / 2**20, 1)


def approved(rows: int) -> None:
    """A project whose pairs are all approved."""
    from django.db import connection

    from annotation.checks import CHECK_OF
    from annotation.models import Batch, Project, Source
    from cqia.accounts.models import User

    servers.make_project()
    project = Project.objects.get()
    person = User.objects.create(username="lead", password="!")
    source = Source.objects.create(
        project=project, name="茶", recipe="qa", licence="CC-BY-4.0", licence_kind="CC-BY-4.0",
        consent="not_needed", output_terms="none",
    )  # fmt: skip
    batch = Batch.objects.create(
        source=source, filename="tea.jsonl", path="tea.jsonl", sha256="0" * 64, size=1,
        kind="jsonl", encoding="utf-8", created_by=person,
    )  # fmt: skip
    with connection.cursor() as cursor:
        values = {
            "project": project.pk, "source": source.pk, "batch": batch.pk, "rows": rows,
            "answer": ANSWER, "person": person.pk,
        }  # fmt: skip
        for statement in _PAIRS.split(";\n"):
            cursor.execute(statement, values)
        # As the pre-filter leaves them: the gate reads those texts anew that were changed since.
        for check in ("contamination", "personal_data"):
            version = CHECK_OF[check].version_in(project.pk)
            cursor.execute(_FINDINGS, [project.pk, check, version])
        cursor.execute("VACUUM ANALYZE")


def frozen() -> object:
    """A release of everything approved, without its files."""
    from annotation.models import Job, Project
    from cqia.accounts.models import User
    from review import freezing, releases

    job = releases.ask_for(Project.objects.get(), User.objects.get(username="lead"), "茶")
    release = freezing.freeze(job)
    Job.objects.filter(pk=job.pk).update(state="done")
    return release


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def export_bare(release: int) -> None:
    """What PostgreSQL needs to send the same texts."""
    from django.db import connection

    with (
        connection.cursor() as cursor,
        cursor.copy(
            f"COPY (SELECT record FROM review_releaseitem WHERE release_id = {release}) TO STDOUT"
        ) as copy,
        open(os.devnull, "wb") as nowhere,
    ):
        for block in copy:
            nowhere.write(block)


def export_ours(release: object) -> None:
    from review.exporting import blocks
    from review.exports import EXPORTERS

    cqia = next(one for one in EXPORTERS if one.id == "cqia")
    with open(os.devnull, "wb") as nowhere:
        nowhere.writelines(blocks(release, cqia))


def measure(chosen: argparse.Namespace) -> dict[str, object]:
    rows = chosen.rows or (20_000 if chosen.quick else 100_000 if chosen.peer else 1_000_000)
    with (
        tempfile.TemporaryDirectory(prefix="cqia-bench-") as place,
        servers.running(place) as running,
    ):
        from django.db import connection

        from review import changes

        approved(rows)
        memory = Memory()
        seconds = []
        first = None
        began = time.perf_counter()
        first = frozen()
        seconds.append(time.perf_counter() - began)
        print(f"frozen in {seconds[-1]:.1f} s")
        with connection.cursor() as cursor:
            cursor.execute(_MEND, {})
        began = time.perf_counter()
        second = frozen()
        seconds.append(time.perf_counter() - began)
        print(f"frozen again in {seconds[-1]:.1f} s")
        ratios, exports = [], []
        for _ in range(chosen.repetitions):
            bare, ours = timed(lambda: export_bare(first.pk)), timed(lambda: export_ours(first))
            ratios.append(bare / ours)
            exports.append(ours)
            print(f"export {rows / ours:.0f} rows/s, COPY {rows / bare:.0f} rows/s")
        diff = [timed(lambda: changes.changes(first, second)) for _ in range(chosen.repetitions)]
        counts = changes.counts(first, second)
        assert (counts.added, counts.removed, counts.changed) == (0, 0, rows // 100), counts
        port = running.database_port
        beside = chosen.peer and peer.measure_export(chosen.peer, port, rows, chosen.repetitions)
    return {
        "rows": rows,
        **({"peer": beside} if beside else {}),
        "export_seconds": round(statistics.median(exports), 2),
        "freeze_seconds": round(statistics.median(seconds), 1),
        "freeze_spread": [round(min(seconds), 1), round(max(seconds), 1)],
        "copy_ratio": round(statistics.median(ratios), 2),
        "copy_ratio_spread": [round(min(ratios), 2), round(max(ratios), 2)],
        "diff_seconds": round(statistics.median(diff), 2),
        "diff_spread": [round(min(diff), 2), round(max(diff), 2)],
        "peak_mb": memory.peak_mb,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="20,000 rows")
    parser.add_argument("--rows", type=int)
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--peer", metavar="PYTHON", help="of an environment with Label Studio")
    chosen = parser.parse_args()
    load = os.getloadavg()[0]
    result = measure(chosen)
    machine = {
        "cpus": os.cpu_count(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "load_before": round(load, 2),
    }
    print(json.dumps({**result, "targets": TARGETS, "machine": machine}))


if __name__ == "__main__":
    main()
