"""Milliseconds from a vote to the next comparison, with 32 evaluators voting at once.

Starts PostgreSQL and the web server as `cqia up` does, opens a campaign of some 29,000 votes among four
models (with spare, repeated and attention ballots), and lets 32 sessions vote over kept-alive
connections: first as people who read for some two seconds, then without a pause. Once for a round
robin, once for adaptive pairing. `next` is the whole request which counts a vote and brings the
next comparison; `chosen` is choosing it alone, for one of the 32 who votes meanwhile. The last line of the output is one JSON object.

    python benchmarks/voting.py [--quick] [--prompts 1600] [--sessions 32]
"""

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
sys.path.insert(0, str(HERE))

import _bench_servers as servers  # noqa: E402
from workbench import PAUSE, asked_of, milliseconds  # noqa: E402

MODELS = 4
TARGETS = {"chosen_p99_ms": "at most 25", "next_p99_ms": "at most 25, with a pause"}


def open_campaign(kind: str, prompts: int) -> tuple[str, int]:
    """An open campaign in the project; returns the address of its vote page, and its votes."""
    from django.db import connection

    from annotation.models import Project
    from cqia.accounts.models import User
    from evaluation import campaigns
    from evaluation.models import Answer, Campaign, ModelVersion, Prompt, PromptSet

    project = Project.objects.get()
    lead, _ = User.objects.get_or_create(username="lead", defaults={"password": "!"})
    chosen, is_new = PromptSet.objects.get_or_create(project=project, name="bench")
    if is_new:
        texts = servers.answers()
        rows = [Prompt(prompt_set=chosen, key=str(n), text=f"第{n}问？") for n in range(prompts)]
        Prompt.objects.bulk_create(rows)
        for each in range(MODELS):
            model = ModelVersion.objects.create(project=project, name=f"model-{each}")
            answers = [
                Answer(prompt=row, model=model, text=f"{texts[(n + each) % len(texts)]}（{each}）")
                for n, row in enumerate(rows)
            ]
            Answer.objects.bulk_create(answers)
    models = list(project.model_versions.order_by("pk"))
    extra = {"attention": 0.05, "repeats": 0.05, "spares": 1, "naming": "mask"}
    design = campaigns.Design(chosen, models, None, 3, kind=kind, **extra)
    plan = campaigns.plan(design)
    campaign = campaigns.open_campaign(plan, kind, lead)
    Campaign.objects.filter(pk=campaign.pk).update(criteria=["correctness", "safety"])
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return f"/p/bench/vote/{campaign.pk}/", campaign.ballots.count()


def voted(place: str) -> dict[str, int]:
    """What the database holds of it afterwards; `twice` must be 0."""
    from django.db.models import Count

    from evaluation.models import Ballot, VoteEvent

    done = Ballot.objects.filter(campaign=int(place.split("/")[-2])).done()
    ordinary = done.exclude(kind="repeat").values("matchup", "holder")
    twice = ordinary.annotate(n=Count("pk")).filter(n__gt=1).count()
    events = VoteEvent.objects.filter(ballot__in=done).count()
    return {"voted": done.count(), "events": events, "twice": twice}


def one_more(place: str, seconds: float) -> list[float]:
    """Seconds that choosing the next comparison takes, for somebody who votes while the others do."""
    from cqia.accounts.models import User
    from evaluation import votes
    from evaluation.models import Campaign

    campaign = Campaign.objects.get(pk=int(place.split("/")[-2]))
    user, took = User.objects.get(username="evaluator-0"), []
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        began = time.perf_counter()
        ballot = votes.next_ballot(user, campaign)
        took.append(time.perf_counter() - began)
        if ballot is None:
            break
        votes.cast(user, campaign, votes.token_of(ballot, user), "tie")
        time.sleep(0.05)
    return took


def measure(chosen: argparse.Namespace, kind: str, told: dict) -> dict[str, object]:
    place, ballots = open_campaign(kind, chosen.prompts)
    told = told | {"place": place}
    others = told | {"cookies": told["cookies"][1:]}
    asked_of("_bench_voters.py", **told | {"seconds": 5}, pause=0.2)  # warms caches and templates
    with ThreadPoolExecutor(1) as beside:
        waited = beside.submit(asked_of, "_bench_voters.py", **others, pause=PAUSE)
        chosen_in = one_more(place, told["seconds"])
        calm = waited.result()
    busy = asked_of("_bench_voters.py", **told | {"seconds": told["seconds"] / 2}, pause=0)
    found = {
        "ballots": ballots,
        "chosen_p50_ms": milliseconds(chosen_in, 0.5),
        "chosen_p99_ms": milliseconds(chosen_in, 0.99),
        "chosen_timed": len(chosen_in),
        "next_p50_ms": milliseconds(calm["took"], 0.5),
        "next_p99_ms": milliseconds(calm["took"], 0.99),
        "votes_timed": len(calm["took"]),
        "votes_per_s_without_pause": round(len(busy["took"]) / busy["seconds"], 1),
        "bytes": round(calm["bytes"]),
        **voted(place),
    }
    print(f"{kind}: {found}")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="shorter windows")
    parser.add_argument("--prompts", type=int, default=1600)
    parser.add_argument("--sessions", type=int, default=32)
    chosen = parser.parse_args()
    load = os.getloadavg()[0]
    with (
        tempfile.TemporaryDirectory(prefix="cqia-bench-") as folder,
        servers.running(folder) as running,
    ):
        servers.make_project()
        told = {
            "port": int(running.url.rsplit(":", 1)[1]),
            "cookies": servers.sign_in(chosen.sessions, "evaluator"),
            "seconds": 10 if chosen.quick else 40,
        }
        result = {kind: measure(chosen, kind, told) for kind in ("round_robin", "adaptive")}
    machine = {
        "cpus": os.cpu_count(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "load_before": round(load, 2),
    }
    print(
        json.dumps({**result, "sessions": chosen.sessions, "targets": TARGETS, "machine": machine})
    )


if __name__ == "__main__":
    main()
