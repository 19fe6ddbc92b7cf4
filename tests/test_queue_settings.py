"""The room “Queue” of the settings, and the lead's page of skipped pairs."""

import pytest
from django.test import Client

from annotation import golden, pauses, queue, queue_order, skips
from annotation.models import Claim, GoldItem, Job, Lane, Pair, Project, SkipPolicy, Source, State
from annotation.queue_forms import QueueForm
from cqia.accounts.models import User
from tests.cast import ClientOf, MakePair
from tests.test_skips import go, skip

ROOM = "/p/tea/settings/queue/"
FIELDS = {
    "queue_order": "oldest",
    "annotators_per_pair": 2,
    "most_annotators": 3,
    "least_likeness": 40,
    "lease_minutes": 20,
    "skip_policy": "later",
    "skip_minutes": 15,
    "gold_share": 5,
}


@pytest.fixture
def browser(lead: User, client_of: ClientOf) -> Client:
    return client_of(lead)


def said(browser: Client, url: str = ROOM) -> str:
    return browser.get(url).content.decode()


def test_it_sets_up_the_queue(browser: Client, project: Project) -> None:
    assert browser.post(ROOM, FIELDS).status_code == 302
    assert Project.objects.values(*FIELDS).get() == FIELDS
    assert not Job.objects.exists()
    browser.post(ROOM, {**FIELDS, "queue_order": "task"})
    assert Job.objects.get().task == queue_order.TASK


def test_it_leaves_alone_what_another_lead_changes_meanwhile(
    browser: Client, lead: User, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a pause between the reading of the project and the writing of the form."""

    def is_valid(form: QueueForm) -> bool:
        pauses.pause(Project.objects.get(), lead, "指南要改")
        return super(QueueForm, form).is_valid()

    monkeypatch.setattr(QueueForm, "is_valid", is_valid, raising=False)
    browser.post(ROOM, FIELDS)
    assert Project.objects.get().pause_note == "指南要改"
    assert Project.objects.get().skip_minutes == 15


@pytest.mark.parametrize(
    "wrong",
    [
        {"annotators_per_pair": 1, "most_annotators": 3},
        {"annotators_per_pair": 3, "most_annotators": 3},
        {"gold_share": 51},
        {"least_likeness": 101},
        {"skip_minutes": 0},
        {"queue_order": "by the moon"},
    ],
)
def test_it_refuses_what_makes_no_sense(
    browser: Client, project: Project, wrong: dict[str, object]
) -> None:
    answer = browser.post(ROOM, {**FIELDS, **wrong})
    assert answer.status_code == 400
    assert "errorlist" in answer.content.decode()
    assert Project.objects.get().lease_minutes == 30


def test_it_sets_priorities(browser: Client, source: Source) -> None:
    name = f"priority-{source.pk}"
    assert browser.post(ROOM + "priorities", {name: "2"}).status_code == 302
    assert browser.post(ROOM + "priorities", {name: "0"}).status_code == 400
    assert Source.objects.get().priority == 2


def test_it_pauses_with_a_note(browser: Client, project: Project) -> None:
    assert browser.post(ROOM + "pause", {"note": ""}).status_code == 400
    browser.post(ROOM + "pause", {"note": "指南要改"})
    assert "指南要改" in said(browser)
    since = Project.objects.get().paused_at
    assert since is not None
    browser.post(ROOM + "pause", {"note": "三点继续"})
    project.refresh_from_db()
    assert (project.paused_at, project.pause_note) == (since, "三点继续")
    browser.post(ROOM + "resume")
    assert Project.objects.get().paused_at is None


def test_it_makes_changes_and_closes_a_lane(
    browser: Client, annotator: User, source: Source, make_pair: MakePair
) -> None:
    make_pair(state=State.QUEUED, domain=["法律"])
    given = {"name": "法律", "domains": "法律、 物理,", "members": annotator.pk}
    assert browser.post(ROOM + "lanes", given).status_code == 302
    lane = Lane.objects.get()
    assert (lane.domains, list(lane.members.all())) == (["法律", "物理"], [annotator])
    assert Claim.objects.get().lane == lane
    browser.post(f"{ROOM}lanes/{lane.pk}", {"name": "来源", "sources": source.pk})
    lane.refresh_from_db()
    assert (lane.name, lane.domains, lane.sources) == ("来源", [], [source.pk])
    assert "nobody: takes no pairs" in said(browser)
    browser.post(f"{ROOM}lanes/{lane.pk}/close")
    assert not Lane.objects.filter(closed_at=None).exists()
    assert browser.post(f"{ROOM}lanes/{lane.pk}", given).status_code == 404


@pytest.mark.usefixtures("project")
def test_it_says_what_is_wrong_with_a_lane(browser: Client) -> None:
    answer = browser.post(ROOM + "lanes", {"name": "全部"})
    assert answer.status_code == 400
    assert "Choose a source, a task type or a domain" in answer.content.decode()


def test_a_lead_marks_a_decided_pair_and_takes_it_out(
    browser: Client, project: Project, make_pair: MakePair
) -> None:
    pair = make_pair("已知", state=State.APPROVED)
    page = f"/p/tea/pairs/{pair.pk}/"
    assert "Mix in" in said(browser, page)
    browser.post(page + "gold", {"decision": "accept"})
    assert "mixed in among new pairs" in said(browser, page)
    assert "已知" in said(browser)
    browser.post(f"{ROOM}gold/{GoldItem.objects.get().pk}/retire")
    assert GoldItem.objects.get().retired_at is not None
    assert "Mix in" not in said(browser, f"/p/tea/pairs/{make_pair().pk}/")


def test_it_tells_who_decides_rightly(
    browser: Client, lead: User, annotator: User, project: Project, make_pair: MakePair
) -> None:
    pair = make_pair(state=State.APPROVED)
    item = golden.mark(pair, lead, "accept")
    claim = Claim.objects.create(
        pair=pair, project=project, slot=1, place=0, gold=item, holder=annotator
    )
    pair.annotations.create(
        claim=claim, author=annotator, verb="accept", response=pair.responses.get(), seconds=1
    )
    assert '<td>Annotator</td><td class="num">1</td><td class="num">1</td>' in said(browser)


@pytest.fixture
def parked(annotator: User, project: Project, make_pair: MakePair) -> Pair:
    go(project, SkipPolicy.LEAD)
    make_pair("看不懂", state=State.QUEUED)
    return skip(annotator, project, "other", "缺图")


def test_the_lead_sees_what_was_skipped_and_why(browser: Client, parked: Pair) -> None:
    page = said(browser, "/p/tea/annotate/skipped/")
    assert all(words in page for words in ("看不懂", "Other reason", "Annotator", "缺图"))
    assert "1 pair waits for you" in said(browser)


def test_the_lead_sends_it_back(
    browser: Client, annotator: User, project: Project, parked: Pair
) -> None:
    browser.post("/p/tea/annotate/skipped/back", {"pair": [parked.pk, "x"]})
    claim = queue.claim_next(annotator, project)
    assert claim is not None
    assert claim.pair == parked


def test_the_lead_rejects_it(browser: Client, parked: Pair) -> None:
    browser.post("/p/tea/annotate/skipped/drop", {"pair": parked.pk, "note": "没有图"})
    parked.refresh_from_db()
    assert (parked.state, parked.transitions.latest("id").note) == (State.REJECTED, "没有图")
    assert "Nothing waits for the lead" in said(browser, "/p/tea/annotate/skipped/")


def test_all_that_were_skipped_are_listed_on_demand(
    browser: Client, annotator: User, project: Project, make_pair: MakePair
) -> None:
    make_pair("看不懂", state=State.QUEUED)
    skip(annotator, project)
    assert not skips.parked(project).exists()
    assert "看不懂" not in said(browser, "/p/tea/annotate/skipped/")
    assert "看不懂" in said(browser, "/p/tea/annotate/skipped/?all=1")
