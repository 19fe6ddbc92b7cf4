"""A fresh installation in a process of its own: files come in, are decided in bulk, are released.

python -m tests.installation DATA, with the addresses of its servers and its CQIA_HOME in the
environment. Prints one line of JSON: the folder of the release, and figures.
"""

import json
import random
import sys
import time
from pathlib import Path
from typing import Any

import django

FIXED, REJECTED = 7, 11  # of each so many lines, one is mended, another rejected
COMPOSITION = {
    "query": {"rejected": True},
    "split": {"validation": 0.05, "test": 0.05},
    "order": "shuffled",
    "seed": "2026",
    "dated": "2026-11-22",
    "shard_rows": 4000,
}


def main(data: Path) -> dict[str, Any]:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    _number_otherwise()
    return Installation(data).released()


def _number_otherwise() -> None:
    """Let every table count from a number of its own: no primary key may reach a file."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT schemaname, sequencename FROM pg_sequences")
        for schema, sequence in cursor.fetchall():
            start = random.randrange(1, 1_000_000)
            cursor.execute(f'ALTER SEQUENCE "{schema}"."{sequence}" RESTART WITH {start}')


class Installation:
    def __init__(self, data: Path) -> None:
        from annotation.models import Project
        from cqia.accounts.models import Membership, User
        from cqia.accounts.roles import Role

        self.data = data
        self.project = Project.objects.create(slug="tea", name="茶", description="八个来源。")
        self.lead, self.reviewer = (
            User.objects.create_user(name, password=None) for name in ("lead", "reviewer")
        )
        for user, role in ((self.lead, Role.LEAD), (self.reviewer, Role.REVIEWER)):
            Membership.objects.create(user=user, project=self.project, role=role)

    def released(self) -> dict[str, Any]:
        took: dict[str, float] = {}
        for step in (self.bring, self.keep, self.review, self.freeze):
            began = time.monotonic()
            step()
            took[step.__name__] = round(time.monotonic() - began, 1)
        release = self.project.releases.get()
        return {
            "folder": str(folder(release)),
            "rows": release.rows,
            "root": release.root,
            "first_pair": self.project.pairs.order_by("pk").values_list("pk", flat=True)[0],
            "took": took,
        }

    def bring(self) -> None:
        from annotation import terms, uploads
        from tests.work import work_off

        for name in SOURCES:
            file = f"candidates_cqia_{name}.jsonl"
            wanted = uploads.Wanted(name, "cqia", "research only")
            taken = uploads.take(self.project, wanted, self.data / file, file, self.lead)
            given = terms.Terms("research only", "research-only", "not_needed", "research")
            terms.set_terms(taken.batch.source, given, self.lead)
        work_off()

    def keep(self) -> None:
        from annotation import triage
        from tests.work import work_off

        for source in self.project.sources.order_by("name"):
            ruling = triage.Ruling(source, "", [], triage.Verdict.KEEP)
            triage.decide(self.project, self.lead, ruling)
        work_off()

    def review(self) -> None:
        """By lines of the files, so that both installations decide alike."""
        from annotation import workflow
        from annotation.models import Annotation, Pair, State
        from review.decisions import Verdict, decide
        from review.models import Review

        waiting = Pair.objects.filter(project=self.project).in_state(State.ANNOTATED)
        for pair in waiting.filter(line__lte=10 * FIXED).order_by("pk"):
            if pair.line % FIXED == 0:
                text = f"{pair.responses.get().text}\n（已核对，第{pair.line}行。）"
                decide(self.reviewer, pair, Verdict(Review.Verb.FIX, text=text))
            elif pair.line % REJECTED == 0:
                decide(self.reviewer, pair, Verdict(Review.Verb.REJECT, remark="不合适"))
        answers = dict(
            Annotation.objects.filter(pair__in=waiting.all()).values_list("pair", "response")
        )
        wanted = [workflow.Wanted(pk) for pk in answers]
        Review.objects.bulk_create(
            Review(
                pair_id=pk,
                reviewer=self.reviewer,
                verb=Review.Verb.APPROVE,
                response_id=answers[pk],
            )
            for pk in workflow.move_many("approve", wanted, self.reviewer)
        )

    def freeze(self) -> None:
        from review import releases
        from tests.work import work_off

        releases.ask_for(self.project, self.lead, "八个来源，整批审核", COMPOSITION)
        work_off()


SOURCES = (
    "chinese_traditional",
    "douban",
    "human_value",
    "logi_qa",
    "ruozhiba",
    "segmentfault",
    "wiki",
    "xhs",
)


def folder(release: Any) -> Path:
    from review.releases import folder

    return folder(release)


if __name__ == "__main__":
    django.setup()
    print(json.dumps(main(Path(sys.argv[1]))))
