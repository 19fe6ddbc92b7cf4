"""Milliseconds to the leaderboard of a closed campaign of a million votes, and what its job takes.

Starts PostgreSQL and the web server as `cqia up` does, fills a campaign of 100 models, 500 prompts in
ten categories and 64 voters, reckons its board as the job does, and asks for the page, again and
again, over a kept-alive connection. The last line of the output is one JSON object.

    python benchmarks/leaderboard.py [--quick] [--votes 1000000] [--models 100] [--pages 200]
"""

import argparse
import http.client
import json
import os
import platform
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
sys.path.insert(0, str(HERE))

import _bench_servers as servers  # noqa: E402
import numpy as np  # noqa: E402

PROMPTS, CATEGORIES, VOTERS, SLOTS = 500, 10, 64, 5
TARGETS = {"page_p95_ms": "at most 200"}


def fill(votes: int, models: int) -> Any:
    """A closed campaign with so many votes, as strengths of their own would have them fall."""
    from django.utils import timezone

    from annotation.models import Project
    from evaluation.models import Campaign, ModelVersion, Prompt, PromptSet

    project = Project.objects.get(slug="bench")
    prompt_set = PromptSet.objects.create(project=project, name="Bench")
    named = [ModelVersion(project=project, name=f"model-{at:03}") for at in range(models)]
    ModelVersion.objects.bulk_create(named)
    asked = [
        Prompt(prompt_set=prompt_set, key=f"q{at:03}", category=f"类{at % CATEGORIES}", text="问")
        for at in range(PROMPTS)
    ]
    Prompt.objects.bulk_create(asked)
    campaign = Campaign.objects.create(
        project=project,
        name="Bench",
        prompt_set=prompt_set,
        state="closed",
        closed_at=timezone.now(),
    )
    campaign.models_compared.set(named)
    _cast(campaign, _answer(asked, named), votes // SLOTS)
    return campaign


def _answer(asked: list, named: list) -> list:
    """The answers by prompt and model; their lengths and lists differ."""
    from evaluation.models import Answer

    rng = np.random.default_rng(1)
    made = [
        [
            Answer(
                prompt=prompt,
                model=model,
                text="答" * int(rng.integers(20, 400)) + "\n- 一" * int(rng.integers(4)),
            )
            for model in named
        ]
        for prompt in asked
    ]
    Answer.objects.bulk_create([answer for row in made for answer in row], batch_size=5000)
    return made


def _cast(campaign: Any, answers: list, matchups: int) -> None:
    from evaluation.models import Ballot, Matchup

    rng = np.random.default_rng(7)
    models = len(answers[0])
    strength = rng.normal(0, 0.7, models)
    pairs = models * (models - 1) // 2
    first, second = np.triu_indices(models, 1)
    drawn = rng.choice(pairs * PROMPTS, matchups, replace=False)
    rows = [(at // pairs, int(first[at % pairs]), int(second[at % pairs])) for at in drawn]
    met = [
        Matchup(
            campaign=campaign,
            prompt_id=answers[prompt][one].prompt_id,
            first=answers[prompt][one],
            second=answers[prompt][other],
        )
        for prompt, one, other in rows
    ]
    Matchup.objects.bulk_create(met, batch_size=5000)
    people = _people()
    copied = _Copied(Ballot)
    for slot in range(SLOTS):
        left = rng.random(matchups) < 0.5
        for at, (matchup, (_, one, other)) in enumerate(zip(met, rows, strict=True)):
            lead = strength[one] - strength[other]
            copied.add(
                campaign_id=campaign.pk,
                matchup_id=matchup.pk,
                slot=slot + 1,
                place=slot * matchups + at,
                first_is_left=bool(left[at]),
                choice=_choice(lead if left[at] else -lead, rng),
                holder_id=people[(at + slot) % VOTERS],
                seconds=20.0,
            )
    copied.write()


def _choice(lead: float, rng: np.random.Generator) -> str:
    drawn = rng.random()
    if drawn < 0.25:
        return "tie" if drawn < 0.2 else "both_bad"
    return "left" if rng.random() < 1 / (1 + np.exp(-lead - 0.1)) else "right"


def _people() -> list[int]:
    from cqia.accounts.models import User

    made = [User(username=f"voter-{at}", password="!") for at in range(VOTERS)]
    return [user.pk for user in User.objects.bulk_create(made)]


class _Copied:
    """Rows of a table for COPY, each with the defaults of its model where nothing is said."""

    def __init__(self, model: Any) -> None:
        self.model, self.rows = model, []
        self.fields = [field for field in model._meta.concrete_fields if not field.primary_key]

    def add(self, **values: Any) -> None:
        self.rows.append(
            [values[f.attname] if f.attname in values else _default(f) for f in self.fields]
        )

    def write(self) -> None:
        from django.db import connection
        from django.utils import timezone

        names, now = [field.column for field in self.fields], timezone.now()
        done = [at for at, name in enumerate(names) if name in ("done_at", "held_since")]
        command = f"COPY {self.model._meta.db_table} ({', '.join(names)}) FROM STDIN"
        with connection.cursor() as cursor:
            with cursor.copy(command) as copy:
                for row in self.rows:
                    for at in done:
                        row[at] = now
                    copy.write_row(row)
            cursor.execute("VACUUM ANALYZE")


def _default(field: Any) -> Any:
    value = field.get_default()
    return json.dumps(value) if isinstance(value, (dict, list)) else value


def pages(port: int, path: str, cookie: str, number: int) -> tuple[list[float], int]:
    """Seconds of each of so many requests for a page, and its size as sent."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    headers = {"Cookie": cookie, "Accept-Encoding": "gzip"}
    took, size = [], 0
    for _ in range(number):
        begun = time.perf_counter()
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        size = len(answer.read())
        took.append(time.perf_counter() - begun)
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status}")
    return took, size


def milliseconds(took: list[float], share: float) -> float:
    return round(1000 * sorted(took)[min(len(took) - 1, int(share * len(took)))], 1)


def measure(votes: int, models: int, number: int) -> dict:
    with (
        tempfile.TemporaryDirectory(prefix="cqia-bench-") as place,
        servers.running(place) as running,
    ):
        from django.conf import settings

        from cqia.accounts.models import Membership
        from evaluation import counting, standings

        servers.make_project()
        begun = time.perf_counter()
        campaign = fill(votes, models)
        filled = time.perf_counter() - begun
        print(f"filled in {filled:.0f} s", flush=True)
        cookie = f"{settings.SESSION_COOKIE_NAME}={servers.sign_in(1)[0]}"
        Membership.objects.update(role="evaluator")
        begun = time.perf_counter()
        table = counting.table_of(campaign)
        counted = time.perf_counter() - begun
        print(f"counted {len(table.outcome):,} votes in {counted:.1f} s", flush=True)
        result = standings.keep(campaign)
        print(f"reckoned in {result.seconds:.1f} s", flush=True)
        port = int(running.url.rsplit(":", 1)[1])
        path = f"/p/bench/evaluate/{campaign.pk}/"
        pages(port, path, cookie, 10)
        took, size = pages(port, path, cookie, number)
        narrowed, _ = pages(port, f"{path}?category=%E7%B1%BB1", cookie, number // 2)
        return {
            "votes": len(table.outcome),
            "models": models,
            "count_s": round(counted, 2),
            "job_s": round(result.seconds, 1),
            "page_p50_ms": milliseconds(took, 0.5),
            "page_p95_ms": milliseconds(took, 0.95),
            "category_p95_ms": milliseconds(narrowed, 0.95),
            "page_bytes": size,
            "pages": number,
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="100,000 votes, 50 pages")
    parser.add_argument("--votes", type=int)
    parser.add_argument("--models", type=int, default=100)
    parser.add_argument("--pages", type=int)
    chosen = parser.parse_args()
    load = os.getloadavg()[0]
    votes = chosen.votes or (100_000 if chosen.quick else 1_000_000)
    found = measure(votes, chosen.models, chosen.pages or (50 if chosen.quick else 200))
    machine = {
        "cpus": os.cpu_count(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "load_before": round(load, 2),
    }
    print(json.dumps({**found, "targets": TARGETS, "machine": machine}))


if __name__ == "__main__":
    main()
