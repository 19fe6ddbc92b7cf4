"""What leads decide of pairs that are alike, and the page where they do."""

from collections.abc import Callable

import pytest

from annotation import prefilter, rulings
from annotation.changes import sentence
from annotation.clusters import Member, components, propose
from annotation.models import Claim, Job, Likeness, Pair, Project, Ruling, State
from annotation.workflow import StaleState
from cqia.accounts.models import AuditEntry, User
from tests.cast import ClientOf, MakePair
from tests.test_near_duplicates import (
    ANSWER,
    NEARLY,
    QUESTION,
    _alone,  # noqa: F401
    made,
    run,
    state_of,
)

pytestmark = pytest.mark.django_db
Alike = tuple[Pair, Pair]
PAGE = "/p/tea/prefilter/duplicates/"


@pytest.fixture
def alike(make_pair: MakePair, project: Project) -> Alike:
    """Two pairs nearly the same: the first is queued, the second dropped."""
    pairs = make_pair(QUESTION, ANSWER), make_pair(QUESTION, NEARLY)
    run(project)
    return pairs


def states(alike: Alike) -> list[str]:
    return [state_of(pair) for pair in alike]


def keep_second(alike: Alike, lead: User) -> Ruling:
    first, second = alike
    return rulings.keep(first.project, "near_pair", [second.pk], [first.pk], lead)


def part(alike: Alike, lead: User) -> Ruling:
    return rulings.part(alike[0].project, "near_pair", [pair.pk for pair in alike], lead)


def test_it_swaps_the_pair_that_stays(alike: Alike, lead: User) -> None:
    ruling = keep_second(alike, lead)
    assert states(alike) == ["rejected", "queued"]
    last = alike[0].transitions.latest("id")
    assert (last.verb, last.reason, last.actor) == ("discard", "near_pair", lead)
    assert (ruling.kept, ruling.discarded) == ([alike[1].pk], [alike[0].pk])
    assert list(Claim.objects.values_list("pair", flat=True)) == [alike[1].pk]
    entry = AuditEntry.objects.latest("id")
    assert (sentence(entry), entry.actor) == ("Similar pairs: 1 kept, 1 discarded", lead)


def test_it_leaves_what_people_are_on(alike: Alike, lead: User, annotator: User) -> None:
    Claim.objects.filter(pair=alike[0]).update(holder=annotator)
    assert keep_second(alike, lead).discarded == []
    assert states(alike) == ["queued", "queued"]


def test_it_leaves_what_people_decided_on(alike: Alike, lead: User) -> None:
    Pair.objects.filter(pk=alike[0].pk).update(state="approved")
    keep_second(alike, lead)
    assert states(alike) == ["approved", "queued"]


def test_it_lets_both_in_that_are_no_duplicates(alike: Alike, lead: User, project: Project) -> None:
    part(alike, lead)
    assert states(alike) == ["queued", "queued"]
    assert alike[1].findings.get(check_id="near_pair").score == 0
    prefilter.measure(project, [pair.pk for pair in alike])
    assert states(alike) == ["queued", "queued"]  # measured again, and not asked about again


@pytest.mark.parametrize("rule", [keep_second, part], ids=["keep", "part"])
def test_it_undoes_a_decision_once(
    alike: Alike, lead: User, rule: Callable[[Alike, User], Ruling]
) -> None:
    ruling = rule(alike, lead)
    rulings.undo(ruling, lead)
    assert states(alike) == ["queued", "dropped"]
    assert round(alike[1].findings.get(check_id="near_pair").score, 2) == 0.92
    assert Likeness.objects.get(check_id="near_pair").ruling is None
    ruling.refresh_from_db()
    assert (ruling.undone_by, ruling.undone_at is None) == (lead, False)
    with pytest.raises(StaleState):
        rulings.undo(ruling, lead)


def test_it_undoes_nothing_that_people_took_up_since(
    alike: Alike, lead: User, annotator: User
) -> None:
    ruling = keep_second(alike, lead)
    Claim.objects.filter(pair=alike[1]).update(holder=annotator)
    rulings.undo(ruling, lead)
    assert states(alike) == ["queued", "queued"]


def test_it_lets_the_first_of_two_leads_win(alike: Alike, lead: User) -> None:
    keep_second(alike, lead)
    with pytest.raises(StaleState):
        part(alike, lead)
    assert Ruling.objects.count() == 1


def test_it_puts_together_what_hangs_together() -> None:
    edges = [(1, 9, 0.9), (2, 9, 0.9), (3, 4, 0.9), (9, 12, 0.8)]
    assert components(edges) == [[1, 9, 2, 12], [3, 4]]
    assert components([]) == []


def member(pk: int, answer: str, **facts: object) -> Member:
    values: dict[str, object] = {"fails": (), "judged": None, "worked_on": 0} | facts
    verified = bool(values.pop("verified", False))
    return Member(Pair(pk=pk, verified_upstream=verified), "", answer, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("members", "best", "reasons"),
    [
        ([member(1, "短"), member(2, "长些")], 2, ["its answer is the longest"]),
        ([member(1, "短"), member(2, "长")], 1, ["it has the lowest number"]),
        (
            [member(1, "短", worked_on=3), member(2, "长些")],
            1,
            ["people have worked on it"],
        ),
        (
            [member(1, "很长的", fails=("x",)), member(2, "短"), member(3, "短", verified=True)],
            3,
            [
                "the other checks have least against it",
                "its source says that people checked it",
            ],
        ),
        (
            [member(1, "短", judged=7.5), member(2, "长些", judged=6.0)],
            1,
            ["the model judge gave it the highest score"],
        ),
        ([member(1, "短", judged=7.5), member(2, "长些")], 2, ["its answer is the longest"]),
    ],
)
def test_it_proposes_the_best_and_says_why(
    members: list[Member], best: int, reasons: list[str]
) -> None:
    proposal = propose(members)
    assert (proposal.best.pair.pk, list(proposal.reasons)) == (best, reasons)


def test_it_shows_what_differs(alike: Alike, client_of: ClientOf, lead: User) -> None:
    page = client_of(lead).get(PAGE).content.decode()
    assert "2 pairs, up to 91.7% alike" in page
    assert "it has the lowest number" in page
    assert "<ins>换</ins>" in page


@pytest.mark.parametrize(
    ("verb", "ticked", "after"),
    [
        ("proposed", [], ["queued", "rejected"]),
        ("ticked", [1], ["rejected", "queued"]),
        ("ticked", [0, 1], ["queued", "queued"]),
        ("apart", [], ["queued", "queued"]),
        ("ticked", [], ["queued", "dropped"]),
    ],
)
def test_it_decides_on_the_page(
    alike: Alike,
    client_of: ClientOf,
    lead: User,
    verb: str,
    ticked: list[int],
    after: list[str],
) -> None:
    ids = [pair.pk for pair in alike]
    data = {"scope": "near_pair", "pair": ids, "best": ids[0], "verb": verb}
    answer = client_of(lead).post(PAGE + "decide", data | {"keep": [ids[one] for one in ticked]})
    assert answer["Location"] == PAGE + "?scope=near_pair"
    assert states(alike) == after


def test_it_says_that_somebody_was_first(alike: Alike, client_of: ClientOf, lead: User) -> None:
    keep_second(alike, lead)
    ids = [pair.pk for pair in alike]
    data = {"scope": "near_pair", "pair": ids, "verb": "apart"}
    page = client_of(lead).post(PAGE + "decide", data, follow=True).content.decode()
    assert str(StaleState()) in page
    assert "1 kept, 1 discarded" in page  # the decision that stands


def test_it_undoes_on_the_page(alike: Alike, client_of: ClientOf, lead: User) -> None:
    ruling = keep_second(alike, lead)
    client = client_of(lead)
    for _ in range(2):
        page = client.post(f"{PAGE}{ruling.pk}/undo", follow=True).content.decode()
    assert f"undone by {lead}" in page
    assert states(alike) == ["queued", "dropped"]


def test_it_asks_about_questions_even_where_that_check_only_warns(
    make_pair: MakePair, project: Project, client_of: ClientOf, lead: User
) -> None:
    for number in (20, 21):
        make_pair(QUESTION, made(number))
    run(project)
    assert Pair.objects.filter(state=State.QUEUED).count() == 2
    page = client_of(lead).get(PAGE, {"scope": "near_prompt"}).content.decode()
    assert "2 pairs, up to 100.0% alike" in page
    assert "Nothing alike" in client_of(lead).get(PAGE, {"scope": "nonsense"}).content.decode()
    assert Job.objects.exists()


def test_it_marks_nothing_in_a_text_of_its_own(
    make_pair: MakePair, project: Project, client_of: ClientOf, lead: User
) -> None:
    for number in (20, 21):
        make_pair(QUESTION, made(number))
    run(project)
    page = client_of(lead).get(PAGE, {"scope": "near_prompt"}).content.decode()
    assert "<ins>" not in page
    assert made(20) in page
    assert made(21) in page
