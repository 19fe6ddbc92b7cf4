"""The rescue audit: who is drawn, that nothing tells it, and what is learned from it."""

from hashlib import md5

import pytest
from django.db import transaction
from django.utils import timezone

from annotation import audit, decisions, prefilter, queue, redecisions, rescue, workflow
from annotation.checks import CHECK_OF
from annotation.line_quality import Share
from annotation.models import Annotation, AuditItem, Claim, Finding, Pair, Project, State
from annotation.thresholds import Line
from cqia.accounts.models import AuditEntry, User
from tests.cast import ClientOf, MakePair

pytestmark = pytest.mark.django_db
GOOD = "绿茶未经发酵，叶片细嫩，沸水会把茶叶烫熟，使茶多酚大量溶出，茶汤发黄发苦。"


@pytest.fixture
def drawing(project: Project) -> Project:
    """A project that draws every pair."""
    project.audit_dropped_share = project.audit_kept_share = 100
    project.save()
    return project


@pytest.fixture
def dropped(make_pair: MakePair, drawing: Project) -> Pair:
    """A pair that length drops, as the pre-filter leaves it."""
    pair = make_pair("为什么？", GOOD)
    Finding.objects.create(pair=pair, project=drawing, check_id="length", version=1, score=1)
    workflow.move("drop", pair, reason="length")
    return pair


def decide(pair: Pair, by: User, verb: str) -> None:
    """As an annotator decides."""
    claim = queue.claim_next(by, pair.project)
    assert claim is not None
    assert claim.pair == pair
    decision = decisions.Decision(verb, text=GOOD)
    decisions.submit(by, pair.project, claim.pk, decision)


def test_it_sends_a_drawn_drop_to_the_annotators(dropped: Pair, drawing: Project) -> None:
    assert rescue.draw(drawing) == 1
    item = AuditItem.objects.get()
    assert (item.pair, item.dropped, item.check_id, item.score) == (dropped, True, "length", 1)
    dropped.refresh_from_db()
    assert dropped.state == State.QUEUED
    assert dropped.claims.count() == 1
    last = dropped.transitions.filter(actor=None).values_list("verb", "before", "after").last()
    assert last == ("audit", "dropped", "queued")


def test_it_only_writes_down_what_passed(make_pair: MakePair, drawing: Project) -> None:
    pair = make_pair("为什么？", GOOD, state=State.QUEUED)
    assert rescue.draw(drawing, [pair.pk]) == 1
    item = AuditItem.objects.get()
    assert (item.dropped, item.check_id, item.score) == (False, "", None)
    assert pair.transitions.count() == 1


def test_it_draws_a_pair_once(dropped: Pair, drawing: Project) -> None:
    rescue.draw(drawing)
    assert rescue.draw(drawing) == 0
    assert AuditItem.objects.count() == dropped.claims.count() == 1


def test_it_draws_by_a_hash_that_can_be_worked_out_again(
    make_pair: MakePair, project: Project
) -> None:
    """And a greater share adds to a smaller one."""
    pairs = [make_pair(state=State.QUEUED) for _ in range(60)]

    def chance(pair: Pair) -> float:
        return int(md5(f"{project.pk} kept {pair.pk}".encode()).hexdigest()[:8], 16) / 2**32

    for share in (20, 60):
        project.audit_kept_share = share
        rescue.draw(project)
        drawn = set(AuditItem.objects.values_list("pair", flat=True))
        assert drawn == {pair.pk for pair in pairs if chance(pair) < share / 100}


def test_it_draws_nothing_where_it_is_off(dropped: Pair, project: Project) -> None:
    project.audit_dropped_share = 0
    assert rescue.draw(project) == 0
    dropped.refresh_from_db()
    assert dropped.state == State.DROPPED


def test_it_draws_no_duplicate_and_nothing_restored(
    dropped: Pair, make_pair: MakePair, drawing: Project, lead: User
) -> None:
    Finding.objects.create(pair=dropped, project=drawing, check_id="duplicate", version=1, score=1)
    restored = make_pair("为什么？", GOOD, state=State.DROPPED)
    prefilter.restore(drawing, [restored.pk], lead)
    assert rescue.draw(drawing) == 0


def test_it_draws_as_the_pre_filter_decides(make_pair: MakePair, drawing: Project) -> None:
    good, bad = make_pair("为什么？", GOOD), make_pair("Why?", "A")
    with transaction.atomic():
        prefilter.measure(drawing, [good.pk, bad.pk])
    assert dict(AuditItem.objects.values_list("pair", "dropped")) == {good.pk: False, bad.pk: True}
    assert set(Pair.objects.values_list("state", flat=True)) == {State.QUEUED}


def test_it_leaves_a_drawn_pair_to_the_people(dropped: Pair, drawing: Project, lead: User) -> None:
    rescue.draw(drawing)
    with transaction.atomic():
        prefilter.lock(drawing)
        prefilter.settle(drawing, [dropped.pk])
    redecisions.redecide(drawing, lead, [Line(CHECK_OF["length"], True, 50, None)])
    dropped.refresh_from_db()
    assert dropped.state == State.QUEUED


def test_nothing_an_annotator_sees_tells_it(
    dropped: Pair, make_pair: MakePair, drawing: Project, annotator: User, client_of: ClientOf
) -> None:
    """The same page, and the same answer of the API, as for a pair that passed."""
    Finding.objects.filter(pair=dropped).update(evidence="绿茶未经发酵")
    rescue.draw(drawing)
    client = client_of(annotator)
    drawn_page = client.get("/p/tea/annotate/").content.decode()
    drawn = client.post("/api/projects/tea/claims").json()["next"]
    Claim.objects.filter(pair=dropped).update(holder=None, place=10**9)
    make_pair("为什么？", GOOD, state=State.QUEUED)
    page = client.get("/p/tea/annotate/").content.decode()
    other = client.post("/api/projects/tea/claims").json()["next"]
    assert drawn["claim"] != other["claim"]
    assert drawn.keys() == other.keys()
    hidden = ("claim", "pair", "lease_seconds", "held_until")
    assert {key: drawn[key] for key in drawn if key not in hidden} == {
        key: other[key] for key in other if key not in hidden
    }
    for word in ("audit", "dropped", "beyond", "Answer length"):
        assert drawn_page.count(word) == page.count(word), word


def test_nothing_a_reviewer_sees_tells_it(
    dropped: Pair, drawing: Project, annotator: User, reviewer: User, client_of: ClientOf
) -> None:
    rescue.draw(drawing)
    decide(dropped, annotator, "accept")
    page = client_of(reviewer).get(f"/p/tea/review/{dropped.pk}/").content.decode()
    assert "为什么？" in page
    assert "beyond the line" not in page
    assert "the pre-filter" not in page


def test_it_counts_what_people_decided(
    make_pair: MakePair, drawing: Project, annotator: User
) -> None:
    verdicts = ["approved", "approved", "rejected", "queued", "returned"]
    for state in verdicts:
        pair = make_pair(state=State.DROPPED)
        AuditItem.objects.create(pair=pair, project=drawing, dropped=True, check_id="length")
        Pair.objects.filter(pk=pair.pk).update(state=state)
    make_pair(state=State.DROPPED)
    passed = make_pair(state=State.QUEUED)
    AuditItem.objects.create(pair=passed, project=drawing, dropped=False)
    Pair.objects.filter(pk=passed.pk).update(state="rejected")
    report = audit.report(drawing)
    assert (report.dropped.drawn, report.dropped.waiting) == (5, 2)
    assert (report.dropped.errors.hits, report.dropped.errors.total) == (2, 3)
    assert (report.kept.errors.hits, report.kept.errors.total) == (1, 1)
    [check] = report.checks
    assert check.check == CHECK_OF["length"]
    assert (check.errors.hits, check.is_small) == (2, True)
    assert report.dropped.population == 1


def test_it_has_wilsons_interval_and_the_pairs_it_makes() -> None:
    tally = audit.Tally(40, Share(4, 40), 10_000)
    assert (round(tally.errors.low, 4), round(tally.errors.high, 4)) == (0.0396, 0.2305)
    assert tally.estimate == (1000, 396, 2305)
    assert not tally.is_small


@pytest.mark.parametrize(("verb", "errors"), [("accept", 1), ("rewrite", 1), ("reject", 0)])
def test_it_takes_the_annotators_word_until_a_reviewer_has_spoken(
    dropped: Pair, drawing: Project, annotator: User, verb: str, errors: int
) -> None:
    rescue.draw(drawing)
    claim = dropped.claims.get()
    response = None if verb == "reject" else dropped.responses.get()
    Claim.objects.filter(pk=claim.pk).update(holder=annotator, done_at=timezone.now())
    Annotation.objects.create(
        pair=dropped, claim=claim, author=annotator, verb=verb, response=response,
        reasons=[] if response else ["wrong"], seconds=9,
    )  # fmt: skip
    workflow.move("annotate", dropped, annotator)
    report = audit.report(drawing)
    assert (report.dropped.errors.hits, report.dropped.errors.total) == (errors, 1)


def test_the_page_says_that_few_are_few(
    dropped: Pair, drawing: Project, lead: User, client_of: ClientOf
) -> None:
    rescue.draw(drawing)
    Pair.objects.filter(pk=dropped.pk).update(state="approved")
    page = client_of(lead).get("/p/tea/prefilter/audit/").content.decode()
    assert "100%" in page
    assert "21%–100%" in page
    assert "Only 1 pair is decided on" in page


def test_a_lead_sets_the_shares_and_draws(
    dropped: Pair, project: Project, lead: User, client_of: ClientOf
) -> None:
    client, place = client_of(lead), "/p/tea/prefilter/audit/shares"
    assert client.post(place, {"dropped": "101", "kept": "1"}).status_code == 400
    assert client.post(place, {"dropped": "100", "kept": "0"}).status_code == 302
    project.refresh_from_db()
    assert (project.audit_dropped_share, project.audit_kept_share) == (100, 0)
    assert AuditItem.objects.get().pair == dropped
    assert AuditEntry.objects.get().action == "audit shares set"


def test_the_plot_has_a_point_a_week(
    dropped: Pair, drawing: Project, lead: User, client_of: ClientOf
) -> None:
    rescue.draw(drawing)
    Pair.objects.filter(pk=dropped.pk).update(state="approved")
    client = client_of(lead)
    table = client.get("/p/tea/prefilter/audit/dropped.csv").content.decode().splitlines()
    assert table[0].lstrip("\ufeff") == "week,share,low,high,of"
    assert table[1].endswith(",1")
    svg = client.get("/p/tea/prefilter/audit/dropped.svg")
    assert svg.content.startswith(b"<svg")
    assert client.get("/p/tea/prefilter/audit/other.svg").status_code == 404
