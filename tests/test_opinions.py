"""Where those who decided on a pair disagree, one more is asked."""

import pytest

from annotation import mending, opinions, queue
from annotation.decisions import Decision, submit
from annotation.models import Claim, Pair, Project, State
from annotation.opinions import Opinion, are_alike
from cqia.accounts.models import User
from cqia.accounts.roles import Role
from tests.cast import MakePair, person

ACCEPT, REJECT = Decision("accept"), Decision("reject", reasons=["wrong"])


@pytest.fixture
def up_to_three(project: Project) -> Project:
    project.annotators_per_pair, project.most_annotators = 2, 3
    project.save()
    return project


def rewrite(text: str) -> Decision:
    return Decision("rewrite", text=text)


def decided(project: Project, *made: Decision) -> list[str]:
    """The state of the only pair after each of these decisions, by a new person each."""
    states = []
    for decision in made:
        user = person(f"a{User.objects.count()}", project, Role.ANNOTATOR)
        claim = queue.claim_next(user, project)
        if claim is None:
            states.append("nothing to do")
            continue
        submit(user, project, claim.pk, decision)
        states.append(Pair.objects.get().state)
    return states


@pytest.mark.parametrize(
    ("made", "states"),
    [
        ([ACCEPT, ACCEPT, ACCEPT], ["queued", "annotated", "nothing to do"]),
        ([ACCEPT, REJECT, ACCEPT], ["queued", "queued", "annotated"]),
        (
            [ACCEPT, REJECT, rewrite("改"), ACCEPT],
            ["queued", "queued", "annotated", "nothing to do"],
        ),
        ([rewrite("水要凉一些再泡"), rewrite("水要凉一些再泡茶")], ["queued", "annotated"]),
        ([rewrite("水要凉一些再泡"), rewrite("因为嫩芽怕烫")], ["queued", "queued"]),
    ],
)
def test_one_more_is_asked_where_they_disagree(
    up_to_three: Project, make_pair: MakePair, made: list[Decision], states: list[str]
) -> None:
    make_pair(state=State.QUEUED)
    assert decided(up_to_three, *made) == states


def test_nobody_more_is_asked_unless_the_project_wants_it(
    project: Project, make_pair: MakePair
) -> None:
    project.annotators_per_pair = 2
    project.save()
    make_pair(state=State.QUEUED)
    assert decided(project, ACCEPT, REJECT) == ["queued", "annotated"]


def test_the_one_more_comes_before_new_work(up_to_three: Project, make_pair: MakePair) -> None:
    pair = make_pair(state=State.QUEUED)
    decided(up_to_three, ACCEPT, REJECT)
    make_pair(state=State.QUEUED)
    claim = queue.claim_next(person("third", up_to_three, Role.ANNOTATOR), up_to_three)
    assert claim is not None
    assert (claim.pair, claim.slot) == (pair, 3)


def test_the_one_more_is_withdrawn_while_nobody_has_it(
    up_to_three: Project, make_pair: MakePair
) -> None:
    pair = make_pair(state=State.QUEUED)
    decided(up_to_three, ACCEPT, REJECT)
    opinions.withdraw(pair.pk, up_to_three)
    assert Claim.objects.filter(pair=pair).count() == 2
    opinions.withdraw(pair.pk, up_to_three)
    assert Claim.objects.filter(pair=pair).count() == 2


def test_a_decision_that_is_undone_asks_for_nobody_more(
    up_to_three: Project, make_pair: MakePair
) -> None:
    pair = make_pair(state=State.QUEUED)
    decided(up_to_three, ACCEPT, REJECT)
    last = Claim.objects.get(slot=2)
    assert last.holder is not None
    mending.undo(last.holder, up_to_three)
    assert list(Claim.objects.filter(pair=pair, done_at=None)) == [last]
    submit(last.holder, up_to_three, last.pk, ACCEPT)
    pair.refresh_from_db()
    assert pair.state == State.ANNOTATED


def opinion(verb: str, tiers: list[list[int]] | None = None, **more: object) -> Opinion:
    fields = {"response_id": 1, "text": "", "all_bad": False, **more}
    return Opinion(verb, tiers=tiers or [], **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        (opinion("rank", [[1], [2], [3]]), opinion("rank", [[1], [2], [3]]), True),
        (opinion("rank", [[1], [2], [3]]), opinion("rank", [[3], [2], [1]]), False),
        (opinion("rank", [[1], [2]]), opinion("rank", all_bad=True), False),
        (opinion("rank", all_bad=True), opinion("rank", all_bad=True), True),
        (opinion("pick"), opinion("pick", response_id=2), False),
        (opinion("pick"), opinion("pick"), True),
        (opinion("accept"), opinion("reject"), False),
    ],
)
def test_each_kind_of_decision_has_its_likeness(
    one: Opinion, other: Opinion, *, alike: bool
) -> None:
    assert are_alike([one, other], 0.5) is alike


def test_half_of_them_is_no_agreement_and_more_than_half_is() -> None:
    two_and_two = [opinion("accept"), opinion("accept"), opinion("reject"), opinion("reject")]
    assert not are_alike(two_and_two, 0.5)
    assert are_alike(two_and_two[:3], 0.5)
