"""The longest run that a written answer shares with one of a model."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from annotation import copied
from annotation.models import Annotation, AnswerGram, AnswersRead, Pair, Response
from cqia.accounts.models import User
from tests.cast import ClientOf, MakeAnnotated, MakePair

ORIGINAL = "绿茶未经发酵，沸水会烫熟茶叶。"
# No run of five characters of it is in the original.
MACHINE = "".join(chr(0x4E00 + 37 * number) for number in range(400))


def model_answer(pair: Pair, text: str, *, age: timedelta = timedelta(hours=1)) -> Response:
    answer = Response.objects.create(pair=pair, text=text, origin="llm", model="qwen")
    Response.objects.filter(pk=answer.pk).update(created_at=timezone.now() - age)
    return answer


def decision(pair: Pair) -> Annotation:
    return pair.annotations.select_related("response__parent", "pair").get()


def test_it_finds_a_run_shared_with_a_model_s_answer_of_the_pair(
    make_annotated: MakeAnnotated,
) -> None:
    pair = make_annotated(ORIGINAL, rewrite=ORIGINAL + "所以，" + MACHINE[:40])
    answer = model_answer(pair, "首先，" + MACHINE[:60])
    run = copied.longest_run(decision(pair))
    assert run is not None
    assert (run.text, run.answer) == (MACHINE[:40], answer)
    assert 0.9 < run.share <= 1


def test_punctuation_and_width_hide_nothing(make_annotated: MakeAnnotated) -> None:
    pair = make_annotated(ORIGINAL, rewrite="，".join(MACHINE[:30]))
    model_answer(pair, MACHINE[:30])
    run = copied.longest_run(decision(pair))
    assert run is not None
    assert run.length == 30


def test_what_stayed_of_the_answer_one_began_with_is_no_copy(make_annotated: MakeAnnotated) -> None:
    pair = make_annotated(MACHINE, rewrite=MACHINE + "说得好。")
    pair.responses.filter(author=None).update(origin="llm")
    model_answer(pair, MACHINE)
    assert copied.longest_run(decision(pair)) is None


@pytest.mark.parametrize("how", [{}, {"reject": "ad"}], ids=["accepted", "rejected"])
def test_where_nothing_was_written_there_is_no_run(
    make_annotated: MakeAnnotated, how: dict[str, str]
) -> None:
    pair = make_annotated(MACHINE, **how)
    model_answer(pair, MACHINE)
    assert copied.longest_run(decision(pair)) is None


def test_a_phrase_that_anybody_writes_is_not_told_of(make_annotated: MakeAnnotated) -> None:
    pair = make_annotated(ORIGINAL, rewrite=ORIGINAL + MACHINE[: copied.LEAST - 1])
    model_answer(pair, MACHINE)
    assert copied.longest_run(decision(pair)) is None


def test_it_finds_a_model_s_answer_elsewhere_in_the_project(
    make_annotated: MakeAnnotated, make_pair: MakePair
) -> None:
    answer = model_answer(make_pair("别的问题"), MACHINE)
    assert copied.read_answers() == 1
    pair = make_annotated(ORIGINAL, rewrite=ORIGINAL + MACHINE[20:350])
    run = copied.longest_run(decision(pair))
    assert run is not None
    assert (run.text, run.answer) == (MACHINE[20:350], answer)


def test_it_knows_nothing_of_another_project(
    make_annotated: MakeAnnotated, make_pair: MakePair
) -> None:
    model_answer(make_pair("别的问题"), MACHINE)
    copied.read_answers()
    here = copied._sampled(MACHINE, 1)
    assert set(here) & set(copied._sampled(MACHINE, 2)) == set()
    assert len(here) > 0


def test_it_reads_each_answer_of_a_model_once(make_pair: MakePair) -> None:
    pair = make_pair()
    model_answer(pair, MACHINE)
    assert (copied.read_answers(), copied.read_answers()) == (1, 0)
    stored = AnswerGram.objects.count()
    assert stored > 0
    assert AnswersRead.objects.get().upto == Response.objects.latest("pk").pk
    AnswersRead.objects.update(upto=0)
    copied.read_answers()
    assert AnswerGram.objects.count() == stored


def test_it_waits_for_an_import_to_end(make_pair: MakePair) -> None:
    young = model_answer(make_pair(), MACHINE, age=timedelta(0))
    assert copied.read_answers() == 0
    assert AnswersRead.objects.get().upto < young.pk


def test_only_the_reviewer_is_shown_how_it_was_written(
    make_annotated: MakeAnnotated, reviewer: User, lead: User, client_of: ClientOf
) -> None:
    pair = make_annotated(ORIGINAL, rewrite=ORIGINAL + MACHINE[:40])
    model_answer(pair, MACHINE)
    Annotation.objects.update(active_seconds=7, writing={"typed": 1, "pasted": 3, "composed": 0})
    page = shown(client_of(reviewer), f"/p/tea/review/{pair.pk}/")
    assert "7 s of 9 s" in page
    assert "75%" in page
    assert "40 characters in a row" in page
    assert "How it was written" not in shown(client_of(lead), f"/p/tea/pairs/{pair.pk}/")


def shown(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()
