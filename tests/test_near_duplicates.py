"""Near duplicates in the database: found as pairs arrive, and never both dropped."""

import random

import pytest

from annotation import near_duplicates, prefilter
from annotation.checks import CHECK_OF, CHECKS
from annotation.checks.base import Group, Measurement
from annotation.checks.near import Near
from annotation.models import (
    Arrival,
    Band,
    Finding,
    Job,
    Likeness,
    Pair,
    Project,
    Response,
    State,
    Threshold,
)
from annotation.newcomers import SCOPES, Newcomers
from cqia.lib.minhash import BANDS
from tests.cast import MakePair

pytestmark = pytest.mark.django_db
HAN = [chr(0x4E00 + number) for number in range(3000)]


def made(seed: int, length: int = 120) -> str:
    return "".join(random.Random(seed).choices(HAN, k=length))


@pytest.fixture(autouse=True)
def _alone(project: Project) -> None:
    """No other check drops anything: these texts mean nothing."""
    Threshold.objects.bulk_create(
        Threshold(project=project, check_id=check.id, enabled=False)
        for check in CHECKS
        if check.group != Group.DUPLICATES
    )


def measured(check_id: str, *pairs: Pair) -> list[tuple[float, str]]:
    check = CHECK_OF[check_id]
    assert isinstance(check, Near)
    newcomers = Newcomers(pairs[0].project_id, [pair.pk for pair in pairs])
    near_duplicates.arrive(newcomers)
    found = check.measure_many(newcomers)
    return [(round(found[pair.pk].score, 2), found[pair.pk].evidence) for pair in pairs]


def run(project: Project) -> None:
    prefilter.run(Job.objects.create(project=project, task="annotation.run_prefilter"))


def state_of(pair: Pair) -> str:
    return Pair.objects.get(pk=pair.pk).state


QUESTION, ANSWER = made(1, 40), made(2)
NEARLY = ANSWER[:60] + "换" + ANSWER[61:]  # five of 116 runs differ: 111 of 121


def test_it_finds_an_earlier_pair_that_is_nearly_the_same(make_pair: MakePair) -> None:
    first, second = make_pair(QUESTION, ANSWER), make_pair(QUESTION, NEARLY)
    assert measured("near_pair", first, second) == [(0, ""), (0.92, str(first.pk))]
    assert measured("near_answer", first, second) == [(0, ""), (0.92, str(first.pk))]
    assert measured("near_prompt", first, second) == [(0, ""), (1, str(first.pk))]


def test_it_compares_with_what_came_in_earlier_runs(make_pair: MakePair) -> None:
    first, second = make_pair(QUESTION, ANSWER), make_pair(QUESTION, NEARLY)
    measured("near_pair", first)
    assert measured("near_pair", second) == [(0.92, str(first.pk))]
    likeness = Likeness.objects.get()
    assert (likeness.earlier, likeness.later, round(likeness.jaccard, 2)) == (first, second, 0.92)


def test_it_takes_another_answer_to_a_long_question_for_no_duplicate(make_pair: MakePair) -> None:
    question = made(3, 900)
    first, second = make_pair(question, made(4, 50)), make_pair(question, made(5, 50))
    assert measured("near_pair", first, second) == [(0, ""), (0, "")]


def test_it_names_the_likest_and_of_equals_the_first(make_pair: MakePair) -> None:
    far, first, same, last = (
        make_pair(QUESTION, text) for text in (NEARLY, ANSWER, ANSWER, ANSWER)
    )
    found = measured("near_pair", far, first, same, last)
    assert found[1:] == [(0.92, str(far.pk)), (1, str(first.pk)), (1, str(first.pk))]


@pytest.mark.parametrize(("question", "score"), [("好的。", 0), ("好的", 1)])
def test_it_compares_short_texts_as_wholes(
    make_pair: MakePair, question: str, score: float
) -> None:
    first, second = make_pair("好的", ANSWER), make_pair(question, ANSWER)
    assert measured("near_prompt", first, second)[1][0] == score


@pytest.mark.parametrize(("answer", "score"), [("积极的", 0), (ANSWER[:19], 0), (ANSWER[:20], 1)])
def test_it_lets_short_answers_come_again(make_pair: MakePair, answer: str, score: float) -> None:
    first, second = make_pair(made(7), answer), make_pair(made(8), answer)
    assert measured("near_answer", first, second)[1][0] == score


def _alike(make_pair: MakePair) -> tuple[Pair, Pair]:
    return make_pair(QUESTION, ANSWER), make_pair(QUESTION, NEARLY)


def test_it_keeps_projects_apart(make_pair: MakePair) -> None:
    first, second = make_pair(QUESTION, ANSWER), make_pair(QUESTION, ANSWER)
    measured("near_pair", first)
    other = Project.objects.create(slug="other", name="别处")
    newcomers = Newcomers(other.pk, [second.pk])
    near_duplicates.arrive(newcomers)
    found = near_duplicates.measure(newcomers, "near_pair")
    assert found[second.pk].score == 0


def test_it_may_be_measured_before_what_came_earlier(project: Project, make_pair: MakePair) -> None:
    """As by two workers, of whom the second is quicker."""
    chunks = [Newcomers(project.pk, [pair.pk]) for pair in _alike(make_pair)]
    for chunk in chunks:
        near_duplicates.arrive(chunk)
    second, first = (near_duplicates.measure(chunk, "near_pair") for chunk in reversed(chunks))
    (found,) = second.values()
    assert (round(found.score, 2), found.evidence) == (0.92, str(chunks[0].ids[0]))
    assert first == {chunks[0].ids[0]: Measurement(0)}


def test_it_meets_pairs_that_arrived_before_there_were_keys(
    project: Project, make_pair: MakePair
) -> None:
    first, second = _alike(make_pair)
    Arrival.objects.create(pair=first, banded=False)
    assert measured("near_pair", first) == [(0, "")]
    assert measured("near_pair", second) == [(0.92, str(first.pk))]
    assert not Arrival.objects.filter(banded=False).exists()


def test_it_compares_a_common_text_with_no_more_than_a_few(
    make_pair: MakePair, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = [make_pair(QUESTION, made(number, 60)) for number in range(10, 50)]
    compared: list[int] = []
    likeness = near_duplicates.likeness

    def counted(*sets: object) -> float:
        compared.append(1)
        return min(likeness(*sets), 0.99)  # type: ignore[arg-type]  # an equal would end the search

    monkeypatch.setattr(near_duplicates, "likeness", counted)
    assert {score for score, _ in measured("near_prompt", *pairs)[1:]} == {0.99}
    assert len(compared) == sum(min(number, near_duplicates.COMPARED) for number in range(40))
    assert Likeness.objects.filter(later=pairs[-1]).count() == near_duplicates.REMEMBERED


def test_it_drops_the_later_pair_and_keeps_the_question_asked_again(
    make_pair: MakePair, project: Project
) -> None:
    pairs = [make_pair(QUESTION, text) for text in (ANSWER, NEARLY, made(9))]
    run(project)
    assert [state_of(pair) for pair in pairs] == ["queued", "dropped", "queued"]
    assert pairs[1].transitions.values_list("reason", "note")[0] == ("near_pair", str(pairs[0].pk))


@pytest.mark.parametrize("check_id", ["near_pair", "duplicate"])
def test_it_never_drops_both_when_they_are_measured_again(
    make_pair: MakePair, project: Project, check_id: str
) -> None:
    """A pair that comes later in its own right is no reason against the first one, ever."""
    first, second = make_pair(QUESTION, ANSWER), make_pair(QUESTION, ANSWER)
    Pair.objects.update(content_hash="00000000-0000-0000-0000-000000000007")
    run(project)
    prefilter.measure(project, [first.pk])
    assert first.findings.get(check_id=check_id).score == 0
    assert second.findings.get(check_id=check_id).evidence == str(first.pk)
    assert (state_of(first), state_of(second)) == ("queued", "dropped")


def test_it_stores_no_more_when_it_measures_again(make_pair: MakePair) -> None:
    pairs = make_pair(QUESTION, ANSWER), make_pair(QUESTION, NEARLY)
    again = [measured("near_pair", *pairs) for _ in range(2)]
    assert again[0] == again[1]
    assert Band.objects.count() == 2 * len(SCOPES) * BANDS
    assert (Arrival.objects.count(), Likeness.objects.count()) == (2, 1)


def test_it_forgets_a_likeness_that_is_gone(make_pair: MakePair) -> None:
    first, second = make_pair(QUESTION, ANSWER), make_pair(QUESTION, NEARLY)
    measured("near_pair", first, second)
    Response.objects.filter(pair=second).update(text=made(6))
    assert measured("near_pair", second) == [(0, "")]
    assert not Likeness.objects.exists()


def test_it_knows_what_people_decided_on_before_there_were_keys(make_pair: MakePair) -> None:
    approved = make_pair(QUESTION, ANSWER, state=State.APPROVED)
    Arrival.objects.create(pair=approved, banded=False)
    assert measured("near_pair", make_pair(QUESTION, NEARLY)) == [(0.92, str(approved.pk))]
    assert Arrival.objects.get(pair=approved).banded
    assert not Finding.objects.filter(pair=approved).exists()


def test_it_measures_a_pair_without_an_answer(make_pair: MakePair) -> None:
    pairs = make_pair(QUESTION), make_pair(QUESTION)
    Response.objects.all().delete()
    assert measured("near_pair", *pairs)[1][0] == 1
    assert measured("near_answer", *pairs) == [(0, ""), (0, "")]


def test_it_finds_what_came_a_million_pairs_before(make_pair: MakePair) -> None:
    """Keys are stored in parts by arrival; each part is looked into."""
    first, second, third = (make_pair(QUESTION, text) for text in (ANSWER, made(5), NEARLY))
    measured("near_pair", first)
    Arrival.objects.create(pk=2**19 + 7, pair=second)
    Arrival.objects.create(pk=2**20 + 7, pair=third)
    found = measured("near_pair", second, third)
    assert found == [(0, ""), (0.92, str(first.pk))]
    assert set(Band.objects.values_list("key", flat=True).filter(key__lt=2**46)) != set()
    assert Band.objects.filter(key__gte=2**46 * 4).count() == len(SCOPES) * BANDS
