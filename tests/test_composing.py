"""The selection of a release, as the table that freezing reads."""

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from django.db import connection, transaction

from annotation.models import Batch, Finding, Likeness, Pair, Project, Response, Source, State
from cqia.accounts.models import User
from review import composing
from review.composing import Selection
from review.composition import Body
from review.models import Review
from tests.cast import MakeAnnotated, MakePair

Row = tuple[Any, ...]
MakeRows = Callable[..., list[Pair]]


@pytest.fixture
def make_rows(project: Project, reviewer: User) -> MakeRows:
    """make_rows(name, n, length=…): approved pairs of a source, each with a prompt of its own."""
    numbers = count(1)

    def make_rows(name: str, rows: int, length: int = 10, **fields: Any) -> list[Pair]:
        source, _ = Source.objects.get_or_create(project=project, name=name, recipe="cqia")
        batch, _ = Batch.objects.get_or_create(
            source=source, sha256=f"{source.pk:064}", defaults={"size": 0, "filename": name}
        )
        return [
            _approved(batch, next(numbers), "答" * length, reviewer, fields) for _ in range(rows)
        ]

    return make_rows


def _approved(batch: Batch, line: int, answer: str, by: User, fields: dict[str, Any]) -> Pair:
    told = {"instruction": f"第{line}问", **fields}
    hashes = {"row_hash": f"{line:032}", "content_hash": f"{line:032}"}
    pair = Pair.objects.create(
        project=batch.source.project,
        source=batch.source,
        batch=batch,
        line=line,
        state=State.APPROVED,
        **hashes,
        **told,
    )
    response = Response.objects.create(pair=pair, text=answer)
    Review.objects.create(pair=pair, reviewer=by, verb="approve", response=response)
    return pair


def chosen(project: Project, *columns: str, **body: Any) -> tuple[Selection, list[Row]]:
    with transaction.atomic(), connection.cursor() as cursor:
        told = composing.select(Body.from_json(body), project, cursor)
        cursor.execute(f"SELECT {', '.join(columns)} FROM chosen ORDER BY ordinal")
        return told, cursor.fetchall()


def pairs_of(project: Project, **query: Any) -> list[int]:
    return [pk for (pk,) in chosen(project, "pair_id", query=query)[1]]


def test_it_takes_everything_approved(project: Project, make_approved: MakeAnnotated) -> None:
    pair = make_approved()
    review = pair.reviews.get()
    _, rows = chosen(project, "*")
    assert rows == [(pair.pk, review.response_id, review.pk, "sft", "", "train", 0, 1)]


def test_it_takes_the_latest_review(project: Project, make_rows: MakeRows, lead: User) -> None:
    [pair] = make_rows("知乎", 1)
    better = Response.objects.create(pair=pair, text="更好")
    Review.objects.create(pair=pair, reviewer=lead, verb="fix", response=better)
    assert chosen(project, "response_id")[1] == [(better.pk,)]


def test_it_leaves_out_what_is_not_approved(project: Project, make_pair: MakePair) -> None:
    make_pair(state=State.REJECTED)
    make_pair(state=State.QUEUED)
    assert pairs_of(project) == []


def test_it_adds_rejected_rows_with_their_own_first_answer(
    project: Project, make_rows: MakeRows, make_pair: MakePair
) -> None:
    make_rows("知乎", 1)
    bad = make_pair("坏", "先", "后", state=State.REJECTED)
    told, rows = chosen(project, "kind, pair_id, response_id, review_id", query={"rejected": True})
    assert rows[1] == ("rejected", bad.pk, bad.responses.get(position=0).pk, None)
    assert (told.rows, told.rejected) == (1, 1)


@pytest.mark.parametrize(
    "query",
    [
        {"sources": ["知乎"]},
        {"tasks": ["问答", "写作"]},
        {"domains": ["生活"]},
        {"licences": ["MIT"]},
        {"checks": {"judge": {"low": 3, "high": 4}}},
    ],
)
def test_it_filters(project: Project, make_rows: MakeRows, query: dict[str, Any]) -> None:
    [wanted] = make_rows("知乎", 1, task_major=["百科", "问答"], domain=["生活"])
    [other] = make_rows("豆瓣", 1, task_major=["代码"], domain=["计算机"])
    Source.objects.filter(name="知乎").update(licence_kind="MIT")
    for pair, score in ((wanted, 4), (other, 4.5)):
        Finding.objects.create(pair=pair, project=project, check_id="judge", version=1, score=score)
    assert pairs_of(project, **query) == [wanted.pk]


def test_it_goes_by_how_the_answer_came_about(
    project: Project, make_approved: MakeAnnotated, make_rows: MakeRows, lead: User
) -> None:
    kept, rewritten = make_approved(), make_approved(rewrite="新的答案")
    mended = make_approved()
    fix = Response.objects.create(pair=mended, text="改")
    Review.objects.create(pair=mended, reviewer=lead, verb="fix", response=fix)
    verbs = {verb: pairs_of(project, verbs=[verb]) for verb in ("accept", "rewrite", "fix", "rank")}
    assert verbs == {"accept": [kept.pk], "rewrite": [rewritten.pk], "fix": [mended.pk], "rank": []}


def test_it_goes_by_the_day_of_approval(project: Project, make_rows: MakeRows) -> None:
    [pair] = make_rows("知乎", 1)
    day = pair.reviews.get().created_at.astimezone().date().isoformat()
    assert pairs_of(project, since=day, until=day) == [pair.pk]
    assert pairs_of(project, since="2100-01-01") == pairs_of(project, until="2000-01-01") == []


def test_it_wants_several_who_agree(
    project: Project, make_approved: MakeAnnotated, second_annotator: User
) -> None:
    alone, both = make_approved(), make_approved()
    claim = both.claims.create(project=project, slot=2, place=1, holder=second_annotator)
    both.annotations.create(
        claim=claim, author=second_annotator, verb="accept", seconds=1, shown=[],
        response=both.responses.get(),
    )  # fmt: skip
    assert pairs_of(project, agreement=0.5) == [both.pk]
    assert set(pairs_of(project)) == {alone.pk, both.pk}


def test_it_mixes_by_rows(project: Project, make_rows: MakeRows) -> None:
    make_rows("知乎", 30), make_rows("豆瓣", 30), make_rows("考试", 30)
    mixture = {"by": "source", "parts": {"知乎": 2, "豆瓣": 1}}
    told, rows = chosen(project, "stratum", mixture=mixture)
    names = [name for (name,) in rows]
    assert (names.count("知乎"), names.count("豆瓣"), len(names)) == (30, 15, 45)
    assert [(part.name, part.asked, units) for part, _, units in told.parts] == [
        ("知乎", 30, 30),
        ("豆瓣", 15, 15),
    ]


def test_it_mixes_by_characters_where_no_tokenizer_counts(
    project: Project, make_rows: MakeRows
) -> None:
    make_rows("短", 200, length=7, instruction="一二三")
    make_rows("长", 50, length=97, instruction="一二三")
    mixture = {"by": "source", "unit": "tokens", "parts": {"短": 1, "长": 1}, "total": 4000}
    told, _ = chosen(project, "1", mixture=mixture)
    assert told.unit == "characters"
    assert [(rows, units) for _, rows, units in told.parts] == [(200, 2000), (20, 2000)]


def test_it_counts_tokens_where_it_can(
    project: Project, make_rows: MakeRows, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.TOKENIZER = "tokenizer.json"
    monkeypatch.setattr(composing, "count_tokens", lambda text: text.count("答"))
    make_rows("短", 20, length=10), make_rows("长", 20, length=100)
    mixture = {"by": "source", "unit": "tokens", "parts": {"短": 1, "长": 1}, "total": 400}
    told, _ = chosen(project, "1", mixture=mixture)
    assert told.unit == "tokens"
    assert [(rows, units) for _, rows, units in told.parts] == [(20, 200), (2, 200)]


def test_it_takes_rows_again_where_the_mixture_asks_for_more(
    project: Project, make_rows: MakeRows
) -> None:
    make_rows("知乎", 4)
    mixture = {"by": "source", "parts": {"知乎": 10}, "sizes": True, "most_copies": 3}
    _, rows = chosen(project, "pair_id, copy", mixture=mixture)
    copies = [copy for _, copy in rows]
    assert sorted(copies) == [0] * 4 + [1] * 4 + [2] * 2
    assert len(set(rows)) == 10


@pytest.mark.parametrize(
    ("by", "parts"),
    [
        ("task_type", {"问答": 1}),
        ("domain", {"生活": 1}),
        ("length", {"100-299": 1}),
        ("band", {"4": 1}),
    ],
)
def test_it_mixes_by_what_is_asked(
    project: Project, make_rows: MakeRows, by: str, parts: dict[str, float]
) -> None:
    [pair] = make_rows("知乎", 1, 150, task_major=["问答"], domain=["生活"])
    make_rows("知乎", 1, 5, task_major=["代码"])
    Finding.objects.create(pair=pair, project=project, check_id="judge", version=1, score=4.9)
    assert chosen(project, "pair_id", mixture={"by": by, "parts": parts})[1] == [(pair.pk,)]


def test_it_goes_by_source_file_and_line(project: Project, make_rows: MakeRows) -> None:
    later, earlier = make_rows("b", 2), make_rows("a", 2)
    assert pairs_of(project) == [pair.pk for pair in (*earlier, *later)]


def test_it_shuffles_by_the_seed(project: Project, make_rows: MakeRows) -> None:
    make_rows("知乎", 20)
    one, again, other = (
        chosen(project, "pair_id", order="shuffled", seed=seed)[1] for seed in ("1", "1", "2")
    )
    assert one == again
    assert one != other
    assert sorted(one) == sorted(other)


@pytest.fixture
def forty(make_rows: MakeRows) -> list[Pair]:
    return make_rows("知乎", 40)


SPLIT = {"validation": 0.1, "test": 0.1}


def splits_of(project: Project, **body: Any) -> dict[int, str]:
    return dict(chosen(project, "pair_id, split", split=SPLIT, **body)[1])


def test_it_splits_by_shares(project: Project, forty: list[Pair]) -> None:
    told, rows = chosen(project, "split", split=SPLIT)
    assert [(one.name, one.rows) for one in told.splits] == [
        ("train", 32),
        ("validation", 4),
        ("test", 4),
    ]
    assert sorted(rows).count(("test",)) == 4


def test_it_keeps_near_duplicates_in_one_split(project: Project, forty: list[Pair]) -> None:
    seeds = _seeds_that_part(project, forty[0], forty[1])
    Likeness.objects.create(
        project=project, check_id="near_pair", earlier=forty[0], later=forty[1], jaccard=0.9
    )
    for seed in seeds:
        where = splits_of(project, seed=seed)
        assert where[forty[0].pk] == where[forty[1].pk]


def test_it_keeps_the_same_first_turn_in_one_split(project: Project, forty: list[Pair]) -> None:
    one, other = forty[:2]
    seeds = _seeds_that_part(project, one, other)
    Pair.objects.filter(pk=one.pk).update(history=[[other.instruction, "答"]])
    for seed in seeds:
        where = splits_of(project, seed=seed)
        assert where[one.pk] == where[other.pk]


def test_it_keeps_the_same_prompt_in_one_split(project: Project, forty: list[Pair]) -> None:
    one, other = forty[:2]
    seeds = _seeds_that_part(project, one, other)
    Pair.objects.filter(pk=one.pk).update(instruction=other.instruction)
    told, _ = chosen(project, "1", split=SPLIT)
    assert told.groups == 1
    for seed in seeds:
        where = splits_of(project, seed=seed)
        assert where[one.pk] == where[other.pk]


def test_it_keeps_copies_in_one_split(project: Project, forty: list[Pair]) -> None:
    mixture = {"by": "source", "parts": {"知乎": 80}, "sizes": True, "most_copies": 2}
    _, rows = chosen(project, "pair_id, split", mixture=mixture, split=SPLIT)
    assert len(rows) == 80
    assert len(set(rows)) == 40


def _seeds_that_part(project: Project, one: Pair, other: Pair) -> list[str]:
    """Some by which the two are in different splits while nothing holds them together."""
    return [
        seed for seed in map(str, range(30)) if _parted(splits_of(project, seed=seed), one, other)
    ]


def _parted(where: dict[int, str], one: Pair, other: Pair) -> bool:
    return where[one.pk] != where[other.pk]


@pytest.fixture(autouse=True)
def _no_tokenizer(settings: Any) -> None:
    settings.TOKENIZER = ""
