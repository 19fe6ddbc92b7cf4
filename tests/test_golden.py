"""Pairs whose right decision is known, mixed in among the others."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from annotation import golden, quality, queue, skips
from annotation.decisions import Decision, submit
from annotation.models import Annotation, Claim, GoldItem, Pair, Project, Skip, State
from cqia.accounts.models import User
from cqia.lib.errors import CqiaError
from review.decisions import latest_annotations
from tests.cast import ClientOf, MakeAnnotated, MakePair
from tests.test_queue import run_out


def approved(make_pair: MakePair, lead: User, decision: str = "accept") -> Pair:
    pair = make_pair("已知", state=State.APPROVED)
    golden.mark(pair, lead, decision)
    return pair


@pytest.fixture
def known(make_pair: MakePair, lead: User) -> Pair:
    return approved(make_pair, lead)


def done_once(user: User, project: Project) -> None:
    """Let them finish something, after which the next lot is drawn."""
    claim = queue.claim_next(user, project)
    assert claim is not None
    submit(user, project, claim.pk, Decision("accept"))


@pytest.fixture
def always(project: Project, annotator: User, make_pair: MakePair) -> Project:
    """A project in which every lot says: a known pair."""
    make_pair("头一个", state=State.QUEUED)
    make_pair("未知", state=State.QUEUED)
    done_once(annotator, project)
    project.gold_share = 100
    project.save()
    return project


def dealt(user: User, project: Project) -> Claim:
    claim = queue.claim_next(user, project)
    assert claim is not None
    return claim


def test_a_known_pair_is_dealt_in_an_extra_slot(
    annotator: User, always: Project, known: Pair
) -> None:
    claim = dealt(annotator, always)
    assert (claim.pair, claim.slot, claim.holder) == (known, 1, annotator)
    assert claim.held_since is not None
    assert queue.claim_next(annotator, always) == claim


def test_it_may_be_the_pair_ahead(annotator: User, always: Project, known: Pair) -> None:
    always.gold_share = 0
    current = dealt(annotator, always)
    always.gold_share = 100
    ahead = queue.claim_ahead(annotator, always, current)
    assert ahead is not None
    assert (ahead.pair, ahead.held_since) == (known, None)
    assert queue.claim_ahead(annotator, always, current) == ahead


def test_its_page_looks_like_any_other(
    annotator: User,
    second_annotator: User,
    always: Project,
    known: Pair,
    client_of: ClientOf,
) -> None:
    def desk_of(user: User) -> str:
        page = client_of(user).get("/p/tea/annotate/").content.decode()
        desk = page[page.index('<form class="desk"') : page.rindex("</form>")]
        return re.sub(r"(?<=csrfmiddlewaretoken\" value=\")\w+|\d+", "", desk)

    Pair.objects.filter(instruction="未知").update(instruction="已知")
    seen = desk_of(annotator), desk_of(second_annotator)
    assert Claim.objects.get(holder=annotator, done_at=None).gold is not None
    assert Claim.objects.get(holder=second_annotator).gold is None
    assert "已知" in seen[0]
    assert seen[0] == seen[1]


def test_what_is_decided_on_it_moves_nothing_and_is_kept(
    annotator: User, always: Project, known: Pair
) -> None:
    submit(annotator, always, dealt(annotator, always).pk, Decision("rewrite", text="改"))
    known.refresh_from_db()
    assert known.state == State.APPROVED
    assert Annotation.objects.get(pair=known).verb == "rewrite"
    assert latest_annotations(known) == []
    assert quality.decisions_of(always) == 1


def test_a_known_pair_is_dealt_to_a_person_once(
    annotator: User, always: Project, known: Pair
) -> None:
    done_once(annotator, always)
    assert dealt(annotator, always).pair != known


def test_it_is_not_dealt_to_who_decided_on_it_before(
    annotator: User, always: Project, make_annotated: MakeAnnotated, lead: User
) -> None:
    decided = make_annotated(by=annotator)
    Pair.objects.filter(pk=decided.pk).update(state=State.APPROVED)
    decided.refresh_from_db()
    golden.mark(decided, lead, "accept")
    assert dealt(annotator, always).pair.instruction == "未知"


@pytest.mark.usefixtures("known")
def test_nobody_gets_one_where_the_share_is_none(annotator: User, always: Project) -> None:
    always.gold_share = 0
    assert dealt(annotator, always).gold is None


def test_the_lot_falls_as_often_as_the_share_says(
    annotator: User, always: Project, make_pair: MakePair, lead: User
) -> None:
    """Of 200 lots at 25 per cent, 50 ± 25 but for one run in 20,000."""
    always.gold_share = 25
    approved(make_pair, lead)
    last = Claim.objects.filter(holder=annotator)
    found = 0
    for number in range(200):
        last.update(done_at=timezone.now() + timedelta(seconds=number))
        claim = golden.deal(annotator, always, timedelta(minutes=1), begin=True)
        found += claim is not None
        Claim.objects.exclude(gold=None).delete()
    assert 25 <= found <= 75


@pytest.mark.usefixtures("known")
def test_asking_again_draws_no_other_lot(annotator: User, always: Project) -> None:
    always.gold_share = 50
    answers = set()
    for _ in range(5):
        answers.add(golden.deal(annotator, always, timedelta(minutes=1), begin=True) is None)
        Claim.objects.exclude(gold=None).delete()
    assert len(answers) == 1


def test_a_lease_that_runs_out_takes_the_extra_slot_away(
    annotator: User, second_annotator: User, always: Project, known: Pair
) -> None:
    dealt(annotator, always)
    run_out()
    assert queue.free_expired() == 1
    assert not Claim.objects.filter(pair=known).exists()
    assert dealt(second_annotator, always).pair.instruction == "未知"


def test_a_skipped_known_pair_does_not_come_back(
    annotator: User, always: Project, known: Pair
) -> None:
    assert skips.skip(dealt(annotator, always), annotator, always, "unclear")
    assert Skip.objects.get().pair == known
    assert dealt(annotator, always).pair.instruction == "未知"


def test_who_decides_rightly_is_kept_for_leads(
    annotator: User, always: Project, known: Pair, make_pair: MakePair, lead: User
) -> None:
    wrong = approved(make_pair, lead, "rewrite")
    for _ in range(2):
        done_once(annotator, always)
    (row,) = golden.by_person(always)
    assert (row["author"], row["total"], row["right"]) == (annotator.pk, 2, 1)
    items = dict(GoldItem.objects.values_list("pair", "pk"))
    assert golden.by_pair(always) == {items[known.pk]: (1, 1), items[wrong.pk]: (1, 0)}


def test_of_several_answers_the_best_is_known(
    annotator: User, always: Project, make_pair: MakePair, lead: User
) -> None:
    pair = make_pair("排", "甲", "乙", state=State.APPROVED)
    best = pair.responses.get(text="乙")
    golden.mark(pair, lead, f"rank:{best.pk}")
    claim = dealt(annotator, always)
    Annotation.objects.create(
        pair=pair, claim=claim, author=annotator, verb="pick", response=best, seconds=1
    )
    assert golden.by_pair(always) == {GoldItem.objects.get().pk: (1, 1)}


@pytest.mark.parametrize(
    ("state", "decision"),
    [
        (State.APPROVED, "reject"),
        (State.REJECTED, "accept"),
        (State.ANNOTATED, "accept"),
        (State.APPROVED, ""),
        (State.APPROVED, "rank:1"),
    ],
)
def test_it_marks_only_what_is_decided_so(
    lead: User, make_pair: MakePair, state: State, decision: str
) -> None:
    with pytest.raises(CqiaError) as refused:
        golden.mark(make_pair(state=state), lead, decision)
    assert refused.value.code == "no_known_decision"


def test_a_retired_pair_is_dealt_no_more(
    annotator: User, always: Project, known: Pair, lead: User
) -> None:
    golden.retire(GoldItem.objects.get(), lead)
    assert dealt(annotator, always).gold is None
    golden.mark(known, lead, "accept")
    assert GoldItem.objects.get().retired_at is None
