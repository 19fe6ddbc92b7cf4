"""Withdrawing: what it hits, how it is carried through releases, and what can never come back."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

from annotation import jobs, queue, workflow
from annotation.models import (
    Batch,
    Claim,
    Draft,
    Job,
    Pair,
    Project,
    Source,
    State,
    Transition,
)
from cqia.accounts.models import AuditEntry, User
from cqia.lib.errors import CqiaError
from evaluation.models import ModelVersion
from review import package, patching, publishing, releases, retractions, tombstones
from review.models import Release, RetractedPair, Retraction
from review.retraction_search import effect_of, found_by, record_of
from review.retractions import Target, Why
from tests.cast import ClientOf, MakeAnnotated, MakePair, MakeRelease

WHY = Why("consent", "写信要求删除")
ANSWER = "只属于一个人的答案，{}。"


@pytest.fixture
def approve(make_approved: MakeAnnotated) -> Callable[..., Pair]:
    """Approved pairs with answers that tell them apart."""

    def approve(name: str, **how: Any) -> Pair:
        return make_approved(ANSWER.format(name), **how)

    return approve


def carry(project: Project, user: User, target: Target, why: Why = WHY) -> Retraction:
    """Withdraw, and run the jobs that follow from it, as workers would."""
    retraction = retractions.withdraw(project, user, target, why)
    jobs.run(retraction.job_id, retractions.carry_out)
    for job in Job.objects.live().filter(task=retractions.PATCH_TASK).order_by("pk"):
        jobs.run(job.pk, patching.build)
        job.refresh_from_db()
        assert (job.state, job.code) == (Job.State.DONE, "")
    return retraction


def held(release: Release) -> list[int]:
    return list(release.items.order_by("position").values_list("pair", flat=True))


def published(release: Release) -> dict[str, Any]:
    path = releases.folder(release) / tombstones.FILENAME
    return dict(json.loads(path.read_bytes()))


def test_a_retraction_is_carried_through_two_releases_and_the_model_made_from_one(
    project: Project,
    lead: User,
    approve: Callable[..., Pair],
    make_release: MakeRelease,
    client_of: ClientOf,
) -> None:
    gone, stays = approve("甲"), approve("乙")
    first = make_release()
    later = approve("丙")
    second = make_release()
    ModelVersion.objects.create(project=project, name="tea-7b", release=first)
    item = first.items.get(pair=gone)

    [found] = found_by(project, bytes(item.digest).hex())
    retraction = carry(project, lead, Target(pairs=[found.pk]))

    # Every release and model that holds it is listed.
    [record] = record_of(project, retraction)
    assert [(hit.withdrawal.release, hit.withdrawal.rows) for hit in record.hits] == [
        (first, 1),
        (second, 1),
    ]
    assert (record.pairs, record.models) == (1, {"tea-7b"})
    # A patched release stands in for each, without it and otherwise the same.
    patches = [hit.patch for hit in record.hits]
    assert [held(patch) for patch in patches if patch] == [[stays.pk], [stays.pk, later.pk]]
    for old, patch in zip((first, second), patches, strict=True):
        assert patch is not None
        assert (patch.previous, patch.retraction, patch.rows) == (old, retraction, old.rows - 1)
        assert patch.version == old.version.rpartition(".")[0] + ".1"
        assert patch.root != old.root
        assert [bytes(one.digest) for one in patch.items.order_by("position")] == [
            bytes(one.digest) for one in old.items.order_by("position") if one.pair_id != gone.pk
        ]
        # Tombstones are published with it, and the text is nowhere in its folder.
        assert published(patch)["rows"] == [
            {
                "version": old.version,
                "position": old.items.get(pair=gone).position,
                "digest": bytes(item.digest).hex(),
                "reason": "consent",
                "date": retraction.dated.isoformat(),
            }
        ]
        files = [path for path in releases.folder(patch).rglob("*") if path.is_file()]
        assert patch.files.get(filename=tombstones.FILENAME).rows == 1
        assert not [path for path in files if "甲".encode() in path.read_bytes()]
        assert package.gate(patch) == package.gate(old)
    # The old ones are withdrawn.
    client = client_of(lead)
    name = first.files.order_by("filename").values_list("filename", flat=True)[0]
    assert client.get(f"/p/tea/releases/{first.number}/files/{name}").status_code == 410
    page = client.get(f"/p/tea/retractions/{retraction.pk}/").content.decode()
    assert "tea-7b" in page
    assert "This release is withdrawn." in (
        client.get(f"/p/tea/releases/{first.number}/files/").content.decode()
    )
    # And no later release takes it.
    approve("丁")
    assert gone.pk not in held(make_release())


def test_a_second_retraction_patches_the_last_patch(
    project: Project, lead: User, approve: Callable[..., Pair], make_release: MakeRelease
) -> None:
    one, two, _three = approve("甲"), approve("乙"), approve("丙")
    first = make_release()
    carry(project, lead, Target(pairs=[one.pk]))
    carry(project, lead, Target(pairs=[two.pk]), Why("personal", "电话号码"))
    patch = retractions.latest_patch(first)
    assert (patch.version, Release.objects.count()) == ("1.0.2", 3)
    assert [
        (row["version"], row["position"], row["reason"]) for row in published(patch)["rows"]
    ] == [
        ("1.0.0", first.items.get(pair=one).position, "consent"),
        ("1.0.0", first.items.get(pair=two).position, "personal"),
        ("1.0.1", 1, "personal"),
    ]


def test_the_tombstones_of_a_patch_never_change(
    project: Project, lead: User, approve: Callable[..., Pair], make_release: MakeRelease
) -> None:
    one, two, _three = approve("甲"), approve("乙"), approve("丙")
    first = make_release()
    carry(project, lead, Target(pairs=[one.pk]))
    patch = retractions.latest_patch(first)
    before = b"".join(tombstones.text(patch, now=False))
    carry(project, lead, Target(pairs=[two.pk]))
    assert b"".join(tombstones.text(patch, now=False)) == before
    rows = json.loads(b"".join(tombstones.text(patch)))["rows"]
    assert [row["version"] for row in rows] == ["1.0.0", "1.0.1"]


def test_nothing_is_patched_where_no_row_would_be_left(
    project: Project, lead: User, approve: Callable[..., Pair], make_release: MakeRelease
) -> None:
    only = approve("甲")
    first = make_release()
    carry(project, lead, Target(pairs=[only.pk]))
    assert retractions.latest_patch(first) == first
    assert first.withdrawals.get().rows == 1


def test_it_is_safe_to_run_twice(
    project: Project, lead: User, approve: Callable[..., Pair], make_release: MakeRelease
) -> None:
    gone, _stays = approve("甲"), approve("乙")
    make_release()
    retraction = carry(project, lead, Target(pairs=[gone.pk]))
    retractions.carry_out(retraction.job)
    for job in Job.objects.filter(task=retractions.PATCH_TASK):
        patching.build(job)
    assert Release.objects.count() == 2
    assert retraction.withdrawals.count() == 1


def test_exact_copies_go_with_a_row(project: Project, lead: User, make_pair: MakePair) -> None:
    one, other = make_pair(), make_pair()
    Pair.objects.filter(pk=other.pk).update(content_hash=one.content_hash)
    unlike = make_pair()
    carry(project, lead, Target(pairs=[one.pk]))
    assert set(RetractedPair.objects.values_list("pair", flat=True)) == {one.pk, other.pk}
    unlike.refresh_from_db()
    assert unlike.state == State.IMPORTED


def test_a_source_goes_with_what_is_imported_into_it_later(
    project: Project, lead: User, source: Source, make_pair: MakePair
) -> None:
    before = make_pair(state=State.QUEUED)
    carry(project, lead, Target(source=source))
    after = make_pair(state=State.APPROVED)
    assert retractions.shut_out_newcomers(project) == 1
    for pair in (before, after):
        pair.refresh_from_db()
        assert (pair.state, hasattr(pair, "retracted")) == (State.REJECTED, True)


@pytest.mark.parametrize("decided", [False, True])
def test_a_person_goes_with_their_texts_and_on_request_with_their_decisions(
    project: Project,
    lead: User,
    annotator: User,
    second_annotator: User,
    make_annotated: MakeAnnotated,
    decided: bool,
) -> None:
    written, accepted = make_annotated(rewrite="我写的。"), make_annotated()
    prompt = make_annotated()
    prompt.annotations.update(instruction="我改的题目")
    others = make_annotated(rewrite="别人写的。", by=second_annotator)
    hit = set(retractions.hit(project, Target(person=annotator, decided=decided)))
    assert hit == {written, prompt} | ({accepted} if decided else set())
    assert others not in hit


def test_a_persons_drafts_are_deleted(
    project: Project,
    lead: User,
    annotator: User,
    second_annotator: User,
    make_pair: MakePair,
    make_annotated: MakeAnnotated,
) -> None:
    make_annotated(rewrite="我写的。")
    pair = make_pair()
    for author in (annotator, second_annotator):
        Draft.objects.create(pair=pair, author=author, fields={"text": "没写完"})
    carry(project, lead, Target(person=annotator))
    assert list(Draft.objects.values_list("author", flat=True)) == [second_annotator.pk]


@pytest.mark.parametrize("state", State)
def test_a_row_is_rejected_wherever_it_stands_and_stays_so(
    project: Project, lead: User, make_pair: MakePair, state: State
) -> None:
    pair = make_pair(state=state)
    carry(project, lead, Target(pairs=[pair.pk]))
    pair.refresh_from_db()
    assert pair.state == State.REJECTED
    assert Transition.objects.filter(pair=pair).latest("id").verb == "retract"
    for verb in ("take_back", "untriage"):
        with pytest.raises(workflow.StaleState):
            workflow.move(verb, pair, lead)
    Pair.objects.filter(pk=pair.pk).update(state=State.APPROVED)  # nor by SQL
    pair.refresh_from_db()
    assert pair.state == State.REJECTED


def test_nobody_is_given_a_withdrawn_row(
    project: Project, lead: User, annotator: User, second_annotator: User, make_pair: MakePair
) -> None:
    pair, other = make_pair(state=State.QUEUED), make_pair(state=State.QUEUED)
    claim = queue.claim_next(annotator, project)
    assert claim is not None
    assert claim.pair_id == pair.pk
    carry(project, lead, Target(pairs=[pair.pk]))
    assert not Claim.objects.filter(pair=pair, done_at=None).exists()
    given = queue.claim_next(second_annotator, project)
    assert given is not None
    assert given.pair_id == other.pk


def test_a_row_sent_back_leaves_the_desk_and_keeps_its_decision(
    project: Project, lead: User, annotator: User, make_annotated: MakeAnnotated
) -> None:
    pair = make_annotated()
    workflow.move("return", pair, lead)
    queue.reopen(pair)
    carry(project, lead, Target(pairs=[pair.pk]))
    assert queue.claim_next(annotator, project) is None
    assert pair.annotations.count() == 1


def test_a_release_being_frozen_does_not_slip_through(
    project: Project, lead: User, approve: Callable[..., Pair], make_release: MakeRelease
) -> None:
    gone, _stays = approve("甲"), approve("乙")
    retraction = retractions.withdraw(project, lead, Target(pairs=[gone.pk]), WHY)
    release = make_release()  # before a worker came to carry it out
    assert gone.pk not in held(release)
    jobs.run(retraction.job_id, retractions.carry_out)
    assert RetractedPair.objects.get().pair == gone


@pytest.mark.parametrize("table", [Retraction, RetractedPair])
def test_what_is_withdrawn_is_never_changed(
    project: Project, lead: User, make_pair: MakePair, table: Any
) -> None:
    carry(project, lead, Target(pairs=[make_pair().pk]))
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        table.objects.all()._raw_delete("default")


def test_it_says_what_is_missing(project: Project, lead: User, make_pair: MakePair) -> None:
    pair = make_pair()

    def refused(target: Target, why: Why = WHY) -> str:
        with pytest.raises(CqiaError) as fault:
            retractions.withdraw(project, lead, target, why)
        return fault.value.code

    assert refused(Target(pairs=[pair.pk]), Why("other", " ")) == "retraction_reason"
    assert refused(Target(pairs=range(501))) == "retraction_many"
    assert refused(Target(pairs=[])) == "retraction_of_nothing"
    carry(project, lead, Target(pairs=[pair.pk]))
    assert refused(Target(pairs=[pair.pk])) == "retraction_of_nothing"


def test_another_projects_rows_are_not_hit(project: Project, lead: User, batch: Batch) -> None:
    other = Project.objects.create(slug="other", name="别处")
    assert effect_of(other, Target(source=batch.source)).pairs == 0


def test_the_page_shows_the_effect_and_then_withdraws(
    project: Project,
    lead: User,
    approve: Callable[..., Pair],
    make_release: MakeRelease,
    client_of: ClientOf,
) -> None:
    pair, _stays = approve("甲"), approve("乙")
    make_release()
    client = client_of(lead)
    found = client.get("/p/tea/retractions/new", {"what": "row", "q": "甲"}).content.decode()
    assert found.count('name="pair"') == 1
    shown = client.get(f"/p/tea/retractions/new?what=row&pair={pair.pk}")
    assert "Withdraw 1 row<" in shown.content.decode()
    assert not Retraction.objects.exists()
    sent = {"what": "row", "pair": pair.pk, "kind": "consent", "reason": "x", "dated": "2026-11-22"}
    answer = client.post("/p/tea/retractions/new", sent)
    retraction = Retraction.objects.get()
    assert answer["Location"] == f"/p/tea/retractions/{retraction.pk}/"
    assert (retraction.pair_ids, str(retraction.dated)) == ([pair.pk], "2026-11-22")
    assert AuditEntry.objects.filter(action="withdrawn", actor=lead).count() == 1


@pytest.mark.parametrize(
    "given",
    [
        {"what": "row", "pair": "x"},
        {"what": "source", "source": "999999"},
        {"what": "person", "person": ""},
        {"what": "nonsense", "pair": "1"},
    ],
)
def test_bad_choices_are_told_and_nothing_is_withdrawn(
    project: Project, lead: User, client_of: ClientOf, given: dict[str, str]
) -> None:
    client = client_of(lead)
    assert client.get("/p/tea/retractions/new", given).status_code == 200
    assert client.post("/p/tea/retractions/new", given).status_code == 400
    assert not Retraction.objects.exists()


def test_the_api_withdraws_and_tells_what_it_hit(
    project: Project,
    lead: User,
    source: Source,
    approve: Callable[..., Pair],
    make_release: MakeRelease,
    client_of: ClientOf,
) -> None:
    approve("甲")
    release = make_release()
    client = client_of(lead)
    sent = {"what": "source", "source": source.pk, "kind": "licence", "reason": "x"}
    answer = client.post("/api/projects/tea/retractions", sent, "application/json")
    assert (answer.status_code, answer.json()["hits"]) == (202, [])
    jobs.run(answer.json()["job"], retractions.carry_out)
    told = client.get(f"/api/projects/tea/retractions/{answer.json()['id']}").json()
    assert told["hits"] == [{"release": release.version, "rows": 1, "models": [], "patch": None}]
    assert told["pairs"] == 1


def test_a_withdrawn_text_is_not_shown_among_the_changes(
    project: Project,
    lead: User,
    approve: Callable[..., Pair],
    make_release: MakeRelease,
    client_of: ClientOf,
) -> None:
    gone, _stays = approve("甲"), approve("乙")
    Pair.objects.filter(pk=gone.pk).update(instruction="只问过一次的问题")
    first = make_release()
    carry(project, lead, Target(pairs=[gone.pk]))
    patch = retractions.latest_patch(first)
    page = client_of(lead).get(f"/p/tea/releases/{patch.number}/changes/").content.decode()
    assert "its text is no longer shown" in page
    assert "只问过一次的问题" not in page


def test_a_withdrawn_release_is_not_written_again(
    project: Project, lead: User, approve: Callable[..., Pair], make_release: MakeRelease
) -> None:
    gone, _stays = approve("甲"), approve("乙")
    release = make_release()
    carry(project, lead, Target(pairs=[gone.pk]))
    with pytest.raises(CommandError, match=r"Take release 1\.0\.1"):
        call_command("export", project="tea", release="1.0.0")
    with pytest.raises(CqiaError, match=r"Take release 1\.0\.1"):
        publishing.ask_for(release, lead, "tea/tea", private=True)
