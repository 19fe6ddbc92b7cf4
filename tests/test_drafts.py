import pytest

from annotation import drafts, queue
from annotation.decisions import Decision, submit
from annotation.models import Claim, Draft, Project, State
from cqia.accounts.models import User
from tests.cast import MakePair


@pytest.fixture
def claim(annotator: User, project: Project, make_pair: MakePair) -> Claim:
    make_pair(state=State.QUEUED)
    claim = queue.claim_next(annotator, project)
    assert claim is not None
    return claim


def test_it_keeps_the_last_text(claim: Claim, annotator: User, project: Project) -> None:
    assert drafts.save(annotator, project, claim, {"text": "一"})
    assert drafts.save(annotator, project, claim, {"text": "一二", "note": "注", "verb": "accept"})
    assert Draft.objects.get().fields == {"text": "一二", "note": "注"}


def test_it_stores_what_postgres_can_hold(claim: Claim, annotator: User, project: Project) -> None:
    drafts.save(annotator, project, claim, {"text": "一\r\n二\x00\ud800"})
    assert Draft.objects.get().fields == {"text": "一\n二?"}


def test_it_renews_the_lease(claim: Claim, annotator: User, project: Project) -> None:
    drafts.save(annotator, project, claim, {"text": "一"})
    assert Claim.objects.filter(held_until__gt=claim.held_until).exists()


def test_it_keeps_the_text_of_a_lost_lease_and_says_so(
    claim: Claim, annotator: User, second_annotator: User, project: Project
) -> None:
    Claim.objects.update(holder=second_annotator)
    claim.refresh_from_db()
    assert not drafts.save(annotator, project, claim, {"text": "一"})
    assert Draft.objects.get().author == annotator


def test_it_ignores_an_echo_after_the_submit(
    claim: Claim, annotator: User, project: Project
) -> None:
    submit(annotator, project, claim.pk, Decision("accept"))
    claim.refresh_from_db()
    assert drafts.save(annotator, project, claim, {"text": "一"})
    assert not Draft.objects.exists()
