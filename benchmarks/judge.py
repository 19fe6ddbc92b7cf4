"""The judge's requests a second against vLLM's own benchmark client, on the same prompts and server.

Starts a PostgreSQL and, unless --base-url names another server, a real vLLM on the CPU with a tiny
model of random weights (make .venv-vllm/installed). The two take turns: a whole run of the judge
(reading pairs, asking, reading scores from token probabilities, storing judgements and findings),
then vLLM's client with the same messages and parameters and as many requests at once. The marks
around what is judged are the same in all runs, so that both send the same bytes; the engine's prefix
cache is warm for both. The last line is one JSON object; `vllm_ratio` is the median of ours over the
median of theirs.

    python benchmarks/judge.py [--quick] [--pairs 200] [--repetitions 5] [--concurrency 32]
                               [--base-url http://host:8000/v1 --model NAME]
"""

import argparse
import contextlib
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from ingest import database, machine, passage, spread  # noqa: E402

from tests import vllm_server  # noqa: E402

CLIENT = Path(__file__).with_name("_vllm_client.py")
FENCE = "0123456789abcdef"


@contextlib.contextmanager
def server(base_url: str, model: str) -> Iterator[tuple[str, str]]:
    """The server asked for, or a tiny one of our own."""
    if base_url:
        yield base_url, model
        return
    with (
        tempfile.TemporaryDirectory() as folder,
        vllm_server.running(Path(folder)) as engine,
    ):
        yield engine.base_url, engine.model


def make_project(pairs: int, base_url: str, model: str) -> Any:
    """A project with a judge and that many queued pairs: answers of 60 to 600 characters."""
    from annotation.models import Batch, Endpoint, Pair, Project, Response, Source, State

    project = Project.objects.create(slug="bench", name="bench")
    source = Source.objects.create(project=project, name="made", recipe="cqia")
    file = {"filename": "f", "path": "f", "sha256": "0" * 64, "size": 0}
    batch = Batch.objects.create(source=source, kind="jsonl", encoding="utf-8", **file)
    Endpoint.objects.create(project=project, name="e", base_url=base_url, model=model, judge=1)
    dice = random.Random(20240401)
    made = Pair.objects.bulk_create(
        Pair(
            project=project,
            source=source,
            batch=batch,
            line=line,
            state=State.QUEUED,
            instruction=passage(dice, dice.randint(15, 80)),
            row_hash=uuid.UUID(int=line),
            content_hash=uuid.UUID(int=line),
        )
        for line in range(1, pairs + 1)
    )
    Response.objects.bulk_create(
        Response(pair=pair, text=passage(dice, min(int(dice.lognormvariate(5.0, 0.8)) + 60, 600)))
        for pair in made
    )
    return project


def ours(project: Any) -> dict[str, float]:
    """One whole run of the judge: answers a second, tokens and failures."""
    from annotation import jobs, judge
    from annotation.models import Finding, Judgement

    Finding.objects.all().delete()
    Judgement.objects.all().delete()
    job = jobs.start("annotation.run_judge", project, None, queue="gpu")
    begun = time.monotonic()
    jobs.run(job.pk, judge.run)
    seconds = time.monotonic() - begun
    job.refresh_from_db()
    judged = Judgement.objects.all()
    requests = sum(one.params["requests"] for one in judged)
    return {
        "rate": requests / seconds,
        "requests": requests,
        "without_score": judged.filter(score=None).count(),
        "tokens": sum(one.completion_tokens for one in judged),
        "state": job.state,
    }


def theirs(prompts: Path, base_url: str, model: str, concurrency: int) -> dict[str, float]:
    """One run of vLLM's client on the same messages."""
    command = [vllm_server.PYTHON, CLIENT, base_url, model, prompts, str(concurrency)]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True)
    found = json.loads(done.stdout.strip().splitlines()[-1])
    return {
        "rate": found["request_throughput"],
        "requests": found["completed"],
        "failed": found["failed"],
        "tokens": found["total_output_tokens"],
    }


def write_prompts(project: Any, path: Path) -> None:
    """The messages the judge sends, and what its requests have in common."""
    from annotation import judge_prompt, judge_templates
    from annotation.models import Pair
    from annotation.prefilter import texts_of
    from cqia.lib import llm

    template = judge_templates.in_force(project)
    method = judge_prompt.Method.PROBABILITIES
    ids = list(Pair.objects.order_by("pk").values_list("pk", flat=True))
    prompts = [
        judge_prompt.prompt_for(template, (text.prompt, answer), FENCE, method)
        for text in texts_of(ids).values()
        for answer in text.answers
    ]
    body = llm._payload(llm.Endpoint("http://server", ""), prompts[0])
    body["max_completion_tokens"] = body.pop("max_tokens")
    body = {key: value for key, value in body.items() if key not in ("model", "messages")}
    messages = [[dict(message) for message in prompt.messages] for prompt in prompts]
    path.write_text(json.dumps({"messages": messages, "body": body}), encoding="utf-8")


def measure(chosen: argparse.Namespace, folder: Path) -> dict[str, object]:
    import django
    from django.test.utils import override_settings

    django.setup()
    from annotation import judge_prompt

    judge_prompt.new_fence = lambda *_: FENCE
    prompts = folder / "prompts.json"
    with (
        server(chosen.base_url, chosen.model) as (base_url, model),
        override_settings(MODEL_CONCURRENCY=chosen.concurrency),
    ):
        project = make_project(chosen.pairs, base_url, model)
        write_prompts(project, prompts)
        runs: list[tuple[dict[str, float], dict[str, float]]] = []
        ours(project)  # warms the engine and its caches for both
        for _ in range(chosen.repetitions):
            runs.append((ours(project), theirs(prompts, base_url, model, chosen.concurrency)))
            print(f"ours {runs[-1][0]}, vLLM's client {runs[-1][1]}", flush=True)
    mine, others = ([pair[place]["rate"] for pair in runs] for place in (0, 1))
    return {
        "benchmark": "judge",
        "vllm_ratio": round(statistics.median(mine) / statistics.median(others), 3),
        "requests_per_s": spread(mine),
        "vllm_client_requests_per_s": spread(others),
        "ratio_of_each_turn": spread(
            [one / other for one, other in zip(mine, others, strict=True)]
        ),
        "without_score": runs[-1][0]["without_score"],
        "sizes": {
            "pairs": chosen.pairs,
            "repetitions": chosen.repetitions,
            "concurrency": chosen.concurrency,
            "model": chosen.model or "tiny, random weights, on the CPU",
        },
        "machine": machine(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="40 pairs, twice")
    parser.add_argument("--pairs", type=int, default=200)
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--concurrency", type=int, default=32)
    parser.add_argument("--base-url", default="")
    parser.add_argument("--model", default="")
    chosen = parser.parse_args()
    if chosen.quick:
        chosen.pairs, chosen.repetitions = 40, 2
    if not vllm_server.PYTHON.exists():
        reason = "vLLM is not installed: make .venv-vllm/installed"
        print(json.dumps({"benchmark": "judge", "vllm_ratio": None, "skipped": reason}))
        return
    with tempfile.TemporaryDirectory() as place, database(place):
        print(json.dumps(measure(chosen, Path(place))))


if __name__ == "__main__":
    main()
