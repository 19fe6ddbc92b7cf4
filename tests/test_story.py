"""The whole chain through the pages: five people take a raw file to a release and a ranking."""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings

from annotation.models import Pair, Project, Response, State, Transition
from cqia.accounts.models import User
from evaluation.models import Ballot, Campaign, PromptSet
from review.models import Release, Review
from tests.cast import ClientOf
from tests.work import work_off

GOOD = "绿茶没有经过发酵，茶叶细嫩，沸水会烫熟叶片，使茶汤发黄发苦，维生素也容易被破坏。"
RAW = [
    {"instruction": "为什么绿茶不宜用沸水冲泡？", "input": "", "output": GOOD},
    {"instruction": "红茶为什么可以用沸水？", "input": "", "output": "因为红茶是发酵过的，所以可以用沸水来泡，比较香，一般大家都是这样泡的。"},
    {"instruction": "普洱茶能放多久？", "input": "", "output": "普洱茶可以放一万年，放得越久越值钱，喝了还能治百病，赶紧囤起来准没错。"},
    {"instruction": "怎样保存茶叶？", "input": "", "output": "加微信 chaye-000 领取独家资料，扫码进群，名额有限，先到先得，错过不再有！"},
    {"instruction": "什么是盖碗？", "input": "", "output": "茶"},
]  # fmt: skip
MENDED = "红茶经过全发酵，茶多酚已大半氧化，沸水能充分浸出香气与滋味，又不至于苦涩。"


@dataclass
class Five:
    """Lead, annotator, reviewer and two evaluators, each signed in."""

    lead: Client
    annotator: Client
    reviewer: Client
    evaluators: tuple[Client, Client]


@pytest.fixture
def five(
    lead: User,
    annotator: User,
    reviewer: User,
    evaluator: User,
    second_evaluator: User,
    client_of: ClientOf,
    tmp_path: Path,
) -> Iterator[Five]:
    with override_settings(MEDIA_ROOT=tmp_path):
        yield Five(
            client_of(lead),
            client_of(annotator),
            client_of(reviewer),
            (client_of(evaluator), client_of(second_evaluator)),
        )


def jsonl(name: str, rows: list[dict[str, Any]]) -> SimpleUploadedFile:
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    return SimpleUploadedFile(name, "\n".join(lines).encode())


def test_a_raw_file_becomes_a_release_and_a_ranking(five: Five, project: Project) -> None:
    imported(five.lead)
    decided(five.annotator)
    reviewed(five.reviewer)
    frozen(five.lead, project)
    voted(five, project)
    ranked(five, project)


def imported(lead: Client) -> None:
    data = {
        "file": jsonl("茶.jsonl", RAW),
        "source": "茶馆问答",
        "recipe": "alpaca",
        "licence": "CC-BY-4.0",
    }
    assert lead.post("/p/tea/sources/import", data).status_code == 302
    work_off()
    dropped = Transition.objects.filter(verb="drop").values_list("pair__instruction", "reason")
    assert dict(dropped) == {"怎样保存茶叶？": "contact", "什么是盖碗？": "length"}
    assert Pair.objects.filter(state=State.QUEUED).count() == 3


def decided(annotator: Client) -> None:
    """Accept the first, rewrite the second, reject the third."""
    for decision in (
        {"verb": "accept"},
        {"verb": "rewrite", "text": MENDED},
        {"verb": "reject", "reasons": ["wrong"], "note": "夸大"},
    ):
        page = annotator.get("/p/tea/annotate/").content.decode()
        submit = re.search(r"/p/tea/annotate/claims/\d+/submit", page)
        assert submit is not None, page
        assert annotator.post(submit[0], decision).status_code == 302
    assert Pair.objects.filter(state=State.ANNOTATED).count() == 3


def reviewed(reviewer: Client) -> None:
    """Fix what was accepted, approve the rewrite, agree with the rejection."""
    first, second, third = Pair.objects.filter(state=State.ANNOTATED).order_by("id")
    page = reviewer.get(f"/p/tea/review/{second.pk}/").content.decode()
    assert "<ins>" in page
    verdicts = (
        (first, {"verb": "fix", "text": GOOD + "水温以八十度为宜。"}),
        (second, {"verb": "approve"}),
        (third, {"verb": "approve"}),
    )
    for pair, verdict in verdicts:
        assert reviewer.post(f"/p/tea/review/{pair.pk}/decide", verdict).status_code == 302
    states = Pair.objects.filter(pk__in=[first.pk, second.pk, third.pk]).order_by("id")
    assert list(states.values_list("state", flat=True)) == ["approved", "approved", "rejected"]
    assert Review.objects.count() == 3


def frozen(lead: Client, project: Project) -> None:
    lead.post("/p/tea/releases/freeze", {"summary": "茶的两条问答"})
    work_off()
    file = Release.objects.get(project=project).files.get(
        format="cqia", filename__endswith=".jsonl"
    )
    assert file.sha256 in lead.get("/p/tea/releases/1/files/").content.decode()
    answer = lead.get(f"/p/tea/releases/1/files/{file.filename}")
    content = answer.getvalue()
    assert hashlib.sha256(content).hexdigest() == file.sha256
    outputs = [json.loads(line)["output"] for line in content.splitlines()]
    assert outputs == [GOOD + "水温以八十度为宜。", MENDED]
    assert Response.objects.get(text=MENDED).parent is not None


def voted(five: Five, project: Project) -> None:
    prompts = [
        {"id": f"p{n}", "category": "问答", "prompt": f"第{n}问：茶从哪里来？"} for n in range(6)
    ]
    answers = [
        {"question_id": row["id"], "model": model, "answer": text}
        for row in prompts
        for model, text in (("tea-base", "不清楚。"), ("tea-tuned", "茶树原产中国西南。"))
    ]
    five.lead.post(
        "/p/tea/evaluate/prompts/import", {"name": "茶题", "file": jsonl("p.jsonl", prompts)}
    )
    work_off()
    chosen = PromptSet.objects.get(project=project)
    data = {"prompt_set": chosen.pk, "file": jsonl("a.jsonl", answers)}
    five.lead.post("/p/tea/evaluate/answers/import", data)
    work_off()
    models = {model.name: model.pk for model in project.model_versions.all()}
    design = {
        "name": "盲评一", "prompt_set": chosen.pk, "models": list(models.values()),
        "baseline": models["tea-base"], "votes_per_matchup": 2, "seed": 0, "seen": 12,
    }  # fmt: skip
    assert five.lead.post("/p/tea/evaluate/new", design).status_code == 302
    campaign = Campaign.objects.get(project=project)
    for evaluator in five.evaluators:
        for _ in range(6):
            vote_for_the_longer(evaluator, f"/p/tea/vote/{campaign.pk}/")
    assert Ballot.objects.done().count() == 12


def vote_for_the_longer(evaluator: Client, url: str) -> None:
    page = evaluator.get(url).content.decode()
    assert "tea-base" not in page
    assert "tea-tuned" not in page
    token = re.search(r'name="ballot" value="([^"]+)"', page)
    assert token is not None
    left = page.split('id="answer-a"')[1].split('id="answer-b"')[0]
    choice = "left" if "西南" in left else "right"
    assert evaluator.post(f"{url}cast", {"ballot": token[1], "choice": choice}).status_code == 302


def ranked(five: Five, project: Project) -> None:
    campaign = Campaign.objects.get(project=project)
    url = f"/p/tea/evaluate/{campaign.pk}/"
    assert "tea-tuned" not in five.evaluators[0].get(url).content.decode()
    five.lead.post(f"{url}close")
    page = five.evaluators[0].get(url).content.decode()
    assert page.index("tea-tuned") < page.index("tea-base")
    table = five.lead.get(f"{url}outcomes.csv").content.decode()
    assert "tea-tuned,win,12" in table
