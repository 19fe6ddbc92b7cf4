"""Skipped pairs: why, where they go, when they come back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from annotation import queue, skips
from annotation.models import Claim, Pair, Project, Skip, SkipPolicy, State
from cqia.accounts.models import AuditEntry, User
from cqia.lib.errors import CqiaError
from tests.cast import MakePair
from tests.test_queue import decide


def skip(user: User, project: Project, reason: str = "unclear", note: str = "") -> Pair:
    claim = queue.claim_next(user, project)
    assert claim is not None
    assert skips.skip(claim, user, project, reason, note)
    return claim.pair


def go(project: Project, policy: SkipPolicy) -> None:
    project.skip_policy = policy
    project.save()


def next_of(user: User, project: Project) -> Pair | None:
    claim = queue.claim_next(user, project)
    return claim.pair if claim else None


def test_it_gives_a_skipped_pair_to_others_after_all_the_rest(
    annotator: User, second_annotator: User, project: Project, make_pair: MakePair
) -> None:
    skipped, other = make_pair(state=State.QUEUED), make_pair(state=State.QUEUED)
    assert skip(annotator, project) == skipped
    assert [decide(second_annotator, project) for _ in range(2)] == [other, skipped]


def test_it_gives_a_skipped_pair_back_only_when_asked(
    annotator: User, project: Project, make_pair: MakePair
) -> None:
    pair = make_pair(state=State.QUEUED)
    skip(annotator, project)
    assert next_of(annotator, project) is None
    assert skips.take_up(annotator, project) == 1
    assert decide(annotator, project) == pair


def test_it_keeps_why_and_how_often(annotator: User, project: Project, make_pair: MakePair) -> None:
    make_pair(state=State.QUEUED)
    skip(annotator, project, "too_hard")
    skips.take_up(annotator, project)
    skip(annotator, project, "other", " 缺图 ")
    make_pair(state=State.QUEUED)
    skip(annotator, project, "other", "缺表")
    assert skips.by_reason(project) == [("Other reason", 2), ("Too hard", 1)]
    told = [(skip.note, skip.ended_at is None) for skip in Skip.objects.order_by("pk")]
    assert told == [("", False), ("缺图", True), ("缺表", True)]


@pytest.mark.parametrize(
    ("reason", "note", "code"),
    [
        ("", "", "skip_reason_unknown"),
        ("bored", "", "skip_reason_unknown"),
        ("other", " ", "skip_note_missing"),
    ],
)
def test_it_wants_to_know_why(
    annotator: User, project: Project, make_pair: MakePair, reason: str, note: str, code: str
) -> None:
    make_pair(state=State.QUEUED)
    claim = queue.claim_next(annotator, project)
    assert claim is not None
    with pytest.raises(CqiaError) as refused:
        skips.skip(claim, annotator, project, reason, note)
    assert refused.value.code == code
    assert Claim.objects.get().holder == annotator


def test_a_lost_pair_cannot_be_skipped(
    annotator: User, second_annotator: User, project: Project, make_pair: MakePair
) -> None:
    make_pair(state=State.QUEUED)
    claim = queue.claim_next(annotator, project)
    assert claim is not None
    assert not skips.skip(claim, second_annotator, project, "unclear")
    assert not Skip.objects.exists()


def test_it_comes_back_to_the_same_person_later(
    annotator: User, second_annotator: User, project: Project, make_pair: MakePair
) -> None:
    go(project, SkipPolicy.LATER)
    skipped = make_pair(state=State.QUEUED)
    others = [make_pair(state=State.QUEUED) for _ in range(2)]
    skip(annotator, project)
    until = Skip.objects.get().until
    assert until is not None
    assert timedelta(minutes=29) < until - timezone.now() < timedelta(minutes=30)
    assert decide(annotator, project) == others[0]
    Skip.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert decide(annotator, project) == skipped


def test_what_comes_back_later_others_may_take_first(
    annotator: User, second_annotator: User, project: Project, make_pair: MakePair
) -> None:
    go(project, SkipPolicy.LATER)
    skipped = make_pair(state=State.QUEUED)
    skip(annotator, project)
    assert decide(second_annotator, project) == skipped
    Skip.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert next_of(annotator, project) is None


def test_it_goes_to_the_lead_with_all_its_slots(
    annotator: User, second_annotator: User, project: Project, make_pair: MakePair
) -> None:
    project.annotators_per_pair = 2
    go(project, SkipPolicy.LEAD)
    skipped, other = make_pair(state=State.QUEUED), make_pair(state=State.QUEUED)
    skip(annotator, project, "broken")
    assert next_of(second_annotator, project) == other
    assert list(skips.parked(project)) == [skipped]
    assert skips.take_up(annotator, project) == 0


def test_the_lead_sends_it_back_to_everybody(
    annotator: User, lead: User, project: Project, make_pair: MakePair
) -> None:
    go(project, SkipPolicy.LEAD)
    skipped = make_pair(state=State.QUEUED)
    make_pair(state=State.QUEUED)
    skip(annotator, project)
    assert skips.send_back(project, lead, [skipped.pk]) == 1
    assert next_of(annotator, project) == skipped
    assert AuditEntry.objects.get().details == {"count": 1}


def test_the_lead_rejects_it_for_good(
    annotator: User, lead: User, project: Project, make_pair: MakePair
) -> None:
    go(project, SkipPolicy.LEAD)
    skipped = make_pair(state=State.QUEUED)
    skip(annotator, project)
    assert skips.drop(project, lead, [skipped.pk], "缺图") == 1
    skipped.refresh_from_db()
    assert skipped.state == State.REJECTED
    move = skipped.transitions.latest("id")
    assert (move.verb, move.actor, move.note) == ("dismiss", lead, "缺图")
    assert not skips.parked(project).exists()
    assert next_of(annotator, project) is None


def test_the_lead_rejects_nothing_that_somebody_is_at(
    annotator: User, second_annotator: User, lead: User, project: Project, make_pair: MakePair
) -> None:
    project.annotators_per_pair = 2
    go(project, SkipPolicy.LEAD)
    pair = make_pair(state=State.QUEUED)
    assert next_of(second_annotator, project) == pair
    skip(annotator, project)
    assert skips.drop(project, lead, [pair.pk]) == 0
    pair.refresh_from_db()
    assert pair.state == State.QUEUED


def test_only_what_waits_for_the_lead_is_sent_back_or_rejected(
    annotator: User, lead: User, project: Project, make_pair: MakePair
) -> None:
    pair = make_pair(state=State.QUEUED)
    skip(annotator, project)
    assert skips.send_back(project, lead, [pair.pk]) == 0
    assert skips.drop(project, lead, [pair.pk]) == 0
    assert list(skips.passed_on(project)) == [pair]
    assert next_of(annotator, project) is None
