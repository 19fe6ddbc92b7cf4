from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from annotation import drafts, queue
from annotation.decisions import Decision, submit
from annotation.drafts import Choice, Conflict, Edit, Rival
from annotation.models import Annotation, Claim, Draft, Project, State
from cqia.accounts.models import User
from tests.cast import MakePair


@pytest.fixture
def claim(annotator: User, project: Project, make_pair: MakePair) -> Claim:
    make_pair(state=State.QUEUED)
    claim = queue.claim_next(annotator, project)
    assert claim is not None
    return claim


def typed(text: str, seen: int | None = None, seat: str = "", **fields: Any) -> Edit:
    return Edit({"text": text, **fields}, seen, seat)


def kept() -> Draft:
    return Draft.objects.get()


def test_it_keeps_the_last_text(claim: Claim, annotator: User, project: Project) -> None:
    first = drafts.save(annotator, project, claim, typed("一", 0))
    second = drafts.save(
        annotator, project, claim, typed("一二", first.revision, note="注", tag="")
    )
    assert (first.held, second.held) == (True, True)
    assert (kept().fields, kept().revision) == ({"text": "一二", "note": "注"}, second.revision)
    assert second.revision > first.revision


def test_it_stores_what_postgres_can_hold(claim: Claim, annotator: User, project: Project) -> None:
    deep = {"n\x00": ["一\r\n", {"x": "\ud800"}]}
    drafts.save(annotator, project, claim, typed("一\r\n二\x00\ud800", fields=deep))
    assert kept().fields == {"text": "一\n二?", "fields": {"n": ["一\n", {"x": "?"}]}}


def test_it_renews_the_lease(claim: Claim, annotator: User, project: Project) -> None:
    drafts.save(annotator, project, claim, typed("一"))
    assert Claim.objects.filter(held_until__gt=claim.held_until).exists()


def test_it_keeps_the_text_of_a_lost_lease_and_says_so(
    claim: Claim, annotator: User, second_annotator: User, project: Project
) -> None:
    Claim.objects.update(holder=second_annotator)
    claim.refresh_from_db()
    assert not drafts.save(annotator, project, claim, typed("一")).held
    assert kept().author == annotator


def test_it_ignores_an_echo_of_the_submit_and_keeps_what_comes_later(
    claim: Claim, annotator: User, project: Project
) -> None:
    submit(annotator, project, claim.pk, Decision("accept"))
    claim.refresh_from_db()
    assert drafts.save(annotator, project, claim, typed("一")) == (0, True)
    assert not Draft.objects.exists()
    claim.done_at = timezone.now() - timedelta(seconds=11)
    assert drafts.save(annotator, project, claim, typed("二")).held
    assert kept().fields == {"text": "二"}


def test_it_puts_a_text_aside_that_would_replace_an_unseen_one(
    claim: Claim, annotator: User, project: Project
) -> None:
    drafts.save(annotator, project, claim, typed("甲", 0, "one"))
    with pytest.raises(Conflict) as refused:
        drafts.save(annotator, project, claim, typed("乙", 0, "two"))
    assert refused.value.status == 409
    assert kept().fields == {"text": "甲"}
    assert kept().rivals == {"two": {"text": "乙"}}
    assert refused.value.draft.rivals == kept().rivals


def test_it_lets_one_page_save_before_it_has_heard_of_its_last_save(
    claim: Claim, annotator: User, project: Project
) -> None:
    for text in ("一", "一二", "一二三"):
        drafts.save(annotator, project, claim, typed(text, 0, "one"))
    assert (kept().fields, kept().rivals) == ({"text": "一二三"}, {})


def test_it_takes_the_same_text_for_no_conflict(
    claim: Claim, annotator: User, project: Project
) -> None:
    drafts.save(annotator, project, claim, typed("一", 0, "one"))
    drafts.save(annotator, project, claim, typed("一", 0, "two"))
    assert (kept().seat, kept().rivals) == ("two", {})


def test_it_keeps_a_rival_for_each_page_and_drops_it_once_that_page_has_seen_the_draft(
    claim: Claim, annotator: User, project: Project
) -> None:
    revision = drafts.save(annotator, project, claim, typed("甲", 0, "one")).revision
    for text, seat in (("乙", "two"), ("丙", "three"), ("乙乙", "two"), ("丁", ""), ("戊", "")):
        drafts.rescue(annotator, claim.pair_id, typed(text, 0, seat))
    texts = sorted(fields["text"] for fields in kept().rivals.values())
    assert texts == sorted(["乙乙", "丙", "丁", "戊"])
    drafts.save(annotator, project, claim, typed("甲乙", revision, "two"))
    assert "two" not in kept().rivals
    assert len(kept().rivals) == 3


def test_no_number_of_a_deleted_draft_comes_again(
    claim: Claim, annotator: User, project: Project
) -> None:
    before = drafts.save(annotator, project, claim, typed("一", 0)).revision
    drafts.forget(annotator, claim.pair_id, Edit())
    after = drafts.save(annotator, project, claim, typed("二", 0)).revision
    assert after > before


@pytest.mark.django_db(transaction=True)
def test_of_many_pages_at_once_one_writes_and_all_others_are_put_aside(
    claim: Claim, annotator: User, project: Project
) -> None:
    seen = drafts.save(annotator, project, claim, typed("零", 0)).revision
    start, written = Barrier(6), []

    def write(seat: str) -> None:
        start.wait()
        try:
            written.append(drafts.keep(annotator, claim.pair_id, typed(seat, seen, seat)))
        except Conflict:
            pass
        finally:
            connection.close()

    threads = [Thread(target=write, args=[f"p{number}"]) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert written == [kept().revision]
    texts = {kept().fields["text"], *(one["text"] for one in kept().rivals.values())}
    assert texts == {f"p{number}" for number in range(6)}


def test_a_submit_is_refused_that_would_lose_an_unseen_text(
    claim: Claim, annotator: User, project: Project
) -> None:
    drafts.save(annotator, project, claim, typed("别处写的", 0, "other"))
    with pytest.raises(Conflict):
        submit(
            annotator, project, claim.pk, Decision("accept", text="这里写的", draft=0, seat="here")
        )
    assert not Annotation.objects.exists()
    assert kept().fields == {"text": "别处写的"}
    assert kept().rivals["here"]["text"] == "这里写的"


def test_a_submit_is_refused_while_two_texts_wait_for_a_choice(
    claim: Claim, annotator: User, project: Project
) -> None:
    seen = drafts.save(annotator, project, claim, typed("甲", 0, "here")).revision
    drafts.rescue(annotator, claim.pair_id, typed("乙", 0, "other"))
    with pytest.raises(Conflict):
        submit(annotator, project, claim.pk, Decision("accept", text="甲", draft=seen, seat="here"))
    assert kept().rivals == {"other": {"text": "乙"}}


def test_a_submit_deletes_the_draft_that_it_has_seen(
    claim: Claim, annotator: User, project: Project
) -> None:
    seen = drafts.save(annotator, project, claim, typed("甲", 0, "here")).revision
    submit(annotator, project, claim.pk, Decision("rewrite", text="甲乙", draft=seen))
    assert not Draft.objects.exists()


@pytest.mark.parametrize(
    ("seen", "seat", "rivals", "stands"),
    [
        (5, "here", {}, ("", "存")),
        (4, "here", {"other": {"text": "乙"}}, ("", "存")),
        (5, "here", {"here": {"text": "旧"}, "other": {"text": "乙"}}, ("other", "乙")),
    ],
)
def test_what_stands_against_a_text(
    seen: int, seat: str, rivals: dict[str, Any], stands: tuple[str, str]
) -> None:
    draft = Draft(fields={"text": "存"}, revision=5, rivals=rivals)
    key, text = stands
    assert drafts.rival_of(draft, typed("我", seen, seat)) == Rival(key, {"text": text})


@pytest.mark.parametrize(
    ("choice", "fields"),
    [
        (Choice.MINE, {"text": "我的"}),
        (Choice.THEIRS, {"text": "别处", "note": "注"}),
        (Choice.BOTH, {"text": "我的\n\n别处", "note": "注"}),
    ],
)
def test_it_keeps_the_text_that_was_chosen(
    claim: Claim, annotator: User, choice: Choice, fields: dict[str, str]
) -> None:
    drafts.keep(annotator, claim.pair_id, typed("别处", 0, "other", note="注"))
    drafts.rescue(annotator, claim.pair_id, typed("我的", 0, "here"))
    shown = kept()
    revision = drafts.resolve(
        annotator, shown, typed("我的", shown.revision, "here"), choice, key=""
    )
    assert (kept().fields, kept().rivals, kept().revision) == (fields, {}, revision)


def test_a_choice_made_on_an_old_page_is_refused(claim: Claim, annotator: User) -> None:
    drafts.keep(annotator, claim.pair_id, typed("别处", 0, "other"))
    drafts.rescue(annotator, claim.pair_id, typed("我的", 0, "here"))
    shown = kept()
    drafts.keep(annotator, claim.pair_id, typed("别处又写", shown.revision, "other"))
    with pytest.raises(Conflict):
        drafts.resolve(annotator, shown, typed("我的", shown.revision, "here"), Choice.MINE, key="")
    assert kept().fields == {"text": "别处又写"}
    assert kept().rivals == {"here": {"text": "我的"}}


def test_both_texts_are_one_where_they_are_the_same() -> None:
    both = drafts._both(typed("一样", note="我"), {"text": "一样", "tag": "t"})
    assert both == {"text": "一样", "note": "我", "tag": "t"}


def test_it_says_what_became_of_the_pair(
    claim: Claim, annotator: User, second_annotator: User, project: Project
) -> None:
    drafts.save(annotator, project, claim, typed("一"))

    def state() -> tuple[bool, bool, bool]:
        one: Any = drafts.of(annotator, project).get()
        return one.held, one.decided, one.free

    assert state() == (True, False, False)
    Claim.objects.update(holder=None)
    assert state() == (False, False, True)
    Claim.objects.update(holder=second_annotator)
    assert state() == (False, False, False)
    Claim.objects.update(holder=annotator, done_at=timezone.now())
    assert state() == (False, True, False)


@pytest.mark.parametrize(("revision", "gone"), [("{}", True), ("7", False), ("", False)])
def test_it_discards_only_what_was_looked_at(
    claim: Claim, annotator: User, *, revision: str, gone: bool
) -> None:
    at = drafts.keep(annotator, claim.pair_id, typed("一"))
    assert drafts.discard(kept(), revision.format(at)) is gone
    assert Draft.objects.exists() is not gone
