"""Personal data gives way to placeholders, the lines decide anew, and all of it can be undone."""

import pytest
from django.db import OperationalError
from django.utils import timezone

from annotation import history, jobs, masking, prefilter
from annotation.models import Claim, Job, Mask, Pair, Project, Response, State
from annotation.workflow import StaleState
from cqia.accounts.models import AuditEntry, User
from cqia.lib.errors import CqiaError
from tests.cast import ClientOf, MakeAnnotated, MakePair

GOOD = "绿茶未经发酵，叶片细嫩，沸水会把茶叶烫熟，使茶多酚大量溶出，茶汤发黄发苦。"
PHONE, MAIL = "13907284519", "liumengyao.edit@163.com"
pytestmark = pytest.mark.django_db


@pytest.fixture
def dropped(make_pair: MakePair, project: Project) -> Pair:
    """Dropped for a phone number in its answer, and for nothing else."""
    pair = make_pair("绿茶找谁买？", f"{GOOD}可以问张先生，手机是{PHONE}。")
    measure(project)
    assert state_of(pair) == State.DROPPED
    return pair


def measure(project: Project) -> None:
    work(Job.objects.create(project=project, task="annotation.run_prefilter"), prefilter.run)


def work(job: Job, verb: object = masking.run) -> Job:
    jobs.run(job.pk, verb)  # type: ignore[arg-type]
    job.refresh_from_db()
    return job


def state_of(pair: Pair) -> str:
    return Pair.objects.get(pk=pair.pk).state


def answer_of(pair: Pair) -> str:
    return Response.objects.get(pair=pair).text


def score_of(pair: Pair) -> float:
    return float(pair.findings.get(check_id="personal_data").score)


def test_it_masks_a_dropped_pair_and_lets_it_pass(
    dropped: Pair, project: Project, lead: User
) -> None:
    assert masking.mask_chosen(project, [dropped.pk], lead) == [dropped.pk]
    assert answer_of(dropped) == f"{GOOD}可以问张先生，手机是〔手机号〕。"
    assert score_of(dropped) == 0
    assert state_of(dropped) == State.QUEUED
    assert dropped.claims.count() == 1
    entry = AuditEntry.objects.get(action="pairs masked")
    assert (entry.actor, entry.details) == (lead, {"count": 1})


def test_it_keeps_what_stood_there(dropped: Pair, project: Project, lead: User) -> None:
    before = answer_of(dropped)
    masking.mask_chosen(project, [dropped.pk], lead)
    mask = Mask.objects.get()
    assert (mask.pair, mask.response) == (dropped, dropped.responses.get())
    assert (mask.field, mask.original, mask.put) == ("text", before, "〔手机号〕")
    assert (mask.by, mask.undone_at) == (lead, None)


def test_it_masks_the_whole_prompt(make_pair: MakePair, project: Project, lead: User) -> None:
    pair = make_pair(
        f"我的手机{PHONE}，为什么？",
        GOOD,
        input=f"邮箱{MAIL}",
        system=f"你是{MAIL}",
        history=[["你好", f"我是{MAIL}"]],
    )
    measure(project)
    masking.mask_chosen(project, [pair.pk], lead)
    pair.refresh_from_db()
    assert pair.instruction == "我的手机〔手机号〕，为什么？"
    assert (pair.input, pair.system) == ("邮箱〔邮箱〕", "你是〔邮箱〕")
    assert pair.history == [["你好", "我是〔邮箱〕"]]
    assert set(Mask.objects.values_list("field", flat=True)) == {
        *("instruction", "input", "system", "history")
    }


def test_two_pairs_that_differ_by_what_was_masked_are_duplicates_then(
    make_pair: MakePair, project: Project, lead: User
) -> None:
    pairs = [make_pair("绿茶找谁买？", f"{GOOD}手机{phone}") for phone in (PHONE, "13907284526")]
    measure(project)
    masking.mask_chosen(project, [pair.pk for pair in pairs], lead)
    assert [state_of(pair) for pair in pairs] == [State.QUEUED, State.DROPPED]


def test_undoing_puts_the_texts_back(dropped: Pair, project: Project, lead: User) -> None:
    texts = answer_of(dropped)
    masking.mask_chosen(project, [dropped.pk], lead)
    masking.undo(Pair.objects.get(pk=dropped.pk), lead)
    assert answer_of(dropped) == texts
    assert (score_of(dropped), state_of(dropped)) == (1, State.DROPPED)
    mask = Mask.objects.get()
    assert mask.undone_by == lead
    assert mask.undone_at is not None
    assert AuditEntry.objects.get(action="masks undone").details == {"pair": dropped.pk}


def test_undoing_twice_is_refused(dropped: Pair, project: Project, lead: User) -> None:
    masking.mask_chosen(project, [dropped.pk], lead)
    masking.undo(dropped, lead)
    with pytest.raises(CqiaError, match="Nothing is masked"):
        masking.undo(dropped, lead)


def test_it_leaves_a_claimed_pair_alone(
    dropped: Pair, project: Project, lead: User, annotator: User
) -> None:
    prefilter.restore(project, [dropped.pk], lead)
    Claim.objects.filter(pair=dropped).update(holder=annotator, held_until=timezone.now())
    before = answer_of(dropped)
    assert masking.mask_chosen(project, [dropped.pk], lead) == []
    assert answer_of(dropped) == before
    assert not Mask.objects.exists()
    assert not AuditEntry.objects.filter(action="pairs masked").exists()


def test_it_does_not_undo_what_somebody_is_at(
    dropped: Pair, project: Project, lead: User, annotator: User
) -> None:
    masking.mask_chosen(project, [dropped.pk], lead)
    Claim.objects.filter(pair=dropped).update(holder=annotator, held_until=timezone.now())
    with pytest.raises(StaleState):
        masking.undo(dropped, lead)


def test_it_never_changes_an_annotated_pair(
    make_annotated: MakeAnnotated, project: Project, lead: User
) -> None:
    pair = make_annotated(f"{GOOD}手机{PHONE}")
    assert masking.mask_chosen(project, [pair.pk], lead) == []
    assert answer_of(pair).endswith(PHONE)


def test_it_masks_no_pair_of_another_project(dropped: Pair, lead: User) -> None:
    other = Project.objects.create(slug="other", name="别处")
    assert masking.mask_chosen(other, [dropped.pk], lead) == []


def test_a_restored_pair_waits_for_no_masking(dropped: Pair, project: Project, lead: User) -> None:
    assert list(masking.waiting(project)) == [dropped]
    prefilter.restore(project, [dropped.pk], lead)
    assert not masking.waiting(project).exists()


def test_it_wants_something_to_mask(project: Project, lead: User) -> None:
    with pytest.raises(CqiaError, match="No dropped pair"):
        masking.start(project, lead)


def test_the_job_masks_all_that_wait(
    dropped: Pair, make_pair: MakePair, project: Project, lead: User
) -> None:
    other = make_pair("红茶找谁买？", f"红茶可以用沸水冲泡，香气更足。写信给{MAIL}。")
    measure(project)
    job = work(masking.start(project, lead))
    assert (job.state, job.done, job.total) == (Job.State.DONE, 2, 2)
    assert [state_of(pair) for pair in (dropped, other)] == [State.QUEUED, State.QUEUED]
    assert AuditEntry.objects.filter(action="masking started", actor=lead).count() == 1


def test_a_job_that_dies_goes_on_and_masks_nothing_twice(
    make_pair: MakePair, project: Project, lead: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = [make_pair(f"第{n}种茶找谁买？", f"{n}：{GOOD}手机{PHONE}") for n in range(4)]
    measure(project)
    monkeypatch.setattr(prefilter, "CHUNK", 1)
    real, calls = prefilter.measure, []

    def dies(project: Project, ids: list[int]) -> None:
        calls.append(ids)
        if len(calls) == 3:
            raise OperationalError("killed")
        real(project, ids)

    monkeypatch.setattr(prefilter, "measure", dies)
    job = work(masking.start(project, lead))
    assert job.is_live
    assert Mask.objects.count() == 2  # the third was rolled back as a whole
    assert sum(PHONE in answer_of(pair) for pair in pairs) == 2
    job = work(job)
    assert job.state == Job.State.DONE
    assert sorted(Mask.objects.values_list("pair", flat=True)) == [pair.pk for pair in pairs]
    assert not any(PHONE in answer_of(pair) for pair in pairs)


def test_the_job_stops_when_asked(dropped: Pair, project: Project, lead: User) -> None:
    job = masking.start(project, lead)
    Job.objects.filter(pk=job.pk).update(cancel_asked=True)
    assert work(job).state == Job.State.CANCELLED
    assert PHONE in answer_of(dropped)


def test_the_page_masks_and_undoes_and_tells_of_both(
    dropped: Pair, lead: User, client_of: ClientOf
) -> None:
    client, page = client_of(lead), f"/p/tea/pairs/{dropped.pk}/"
    dropped.transitions.get(verb="drop", note="〔手机号〕 … 〔手机号〕")
    said = client.post(f"{page}mask", follow=True).content.decode()
    assert "Masked, and measured anew." in said
    assert "personal data masked" in said
    assert PHONE in said  # what stood there, for the lead
    said = client.post(f"{page}unmask", follow=True).content.decode()
    assert "masking undone" in said
    assert "Undo the masking" not in said
    again = client.post(f"{page}unmask", follow=True).content.decode()
    assert "Nothing is masked in this pair." in again


@pytest.mark.django_db(transaction=True)  # each transaction has a time of its own
def test_the_history_tells_of_a_masking_before_what_follows_from_it(
    dropped: Pair, project: Project, lead: User
) -> None:
    masking.mask_chosen(project, [dropped.pk], lead)
    masking.undo(dropped, lead)
    events = [(event.verb, event.actor, event.note) for event in history.timeline(dropped)]
    found = "〔手机号〕 … 〔手机号〕"  # nobody can take it out of the history
    assert events == [
        ("dropped", None, found),
        ("personal data masked", lead, "〔手机号〕"),
        ("let back in", None, ""),
        ("masking undone", lead, ""),
        ("dropped", None, found),
    ]


def test_the_list_masks_the_ticked_pairs(dropped: Pair, lead: User, client_of: ClientOf) -> None:
    client = client_of(lead)
    assert "Mask personal data in the ticked pairs" in client.get("/p/tea/prefilter/dropped/").text
    said = client.post("/p/tea/pairs/mask", {"pair": [dropped.pk, "x"]}, follow=True).text
    assert "Personal data masked in 1 pair; now passing: 1." in said
    assert "Mask personal data in the ticked pairs" not in said


def test_the_list_starts_the_job_for_all(dropped: Pair, lead: User, client_of: ClientOf) -> None:
    client = client_of(lead)
    answer = client.post("/p/tea/pairs/mask/all")
    job = Job.objects.get(task=masking.TASK)
    assert answer["Location"] == f"/p/tea/jobs/{job.pk}/"
    work(job)
    said = client.post("/p/tea/pairs/mask/all", follow=True).text
    assert "No dropped pair holds personal data that could be masked." in said
    assert not Mask.objects.exclude(pair=dropped).exists()


def test_an_annotator_sees_the_masked_text_alone(
    dropped: Pair, project: Project, lead: User, annotator: User, client_of: ClientOf
) -> None:
    masking.mask_chosen(project, [dropped.pk], lead)
    page = client_of(annotator).get("/p/tea/annotate/").text
    assert "〔手机号〕" in page
    assert PHONE not in page


def test_a_masked_pair_is_read_anew_from_no_file(
    dropped: Pair, project: Project, lead: User
) -> None:
    row = dropped.row_hash
    masking.mask_chosen(project, [dropped.pk], lead)
    changed = Pair.objects.get(pk=dropped.pk)
    assert changed.row_hash == row
    assert changed.content_hash != dropped.content_hash


def test_the_api_masks_and_undoes(
    dropped: Pair, make_pair: MakePair, lead: User, client_of: ClientOf
) -> None:
    client, api = client_of(lead), "/api/projects/tea"
    other = make_pair()
    ids = {"ids": [dropped.pk, other.pk]}
    answer = client.post(f"{api}/masks", ids, content_type="application/json")
    assert answer.json() == {"masked": [dropped.pk]}
    answer = client.post(f"{api}/pairs/{dropped.pk}/unmask")
    assert answer.json() == {"id": dropped.pk, "state": "dropped"}
    assert client.post(f"{api}/pairs/{dropped.pk}/unmask").status_code == 400
    answer = client.post(f"{api}/masks/all")
    assert (answer.status_code, answer.json()["task"]) == (202, masking.TASK)


@pytest.mark.parametrize("body", [{}, {"ids": []}, {"ids": ["x"]}, {"ids": [2**63]}, {"ids": 1}])
def test_the_api_wants_ids(
    body: dict[str, object], project: Project, lead: User, client_of: ClientOf
) -> None:
    answer = client_of(lead).post(
        f"/api/projects/{project.slug}/masks", body, content_type="application/json"
    )
    assert answer.status_code == 400
