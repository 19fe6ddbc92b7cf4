"""Comments on a pair, in threads: who reads them, who is named in them, when they are settled."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import Http404
from django.utils import timezone

from annotation.models import Annotation, Claim, Comment, Draft, Mention, Pair, Project
from cqia.accounts.models import User
from cqia.accounts.roles import Role
from cqia.lib.errors import CqiaError
from cqia.lib.text import strip_nul

LIMIT = 4_000  # characters of a comment (a default of this project)
TALKING = frozenset({Role.LEAD, Role.REVIEWER, Role.ANNOTATOR})
# They see every thread. An annotator sees those that they began or are named in, so that k people
# decide on a pair without knowing what the others think of it.
SEEING_ALL = frozenset({Role.LEAD, Role.REVIEWER})

_COMMENTS, _MENTIONS = Comment._meta.db_table, Mention._meta.db_table
# Parts of the one query of a desk: of the pair `pair`, for the annotator %(user)s.
OPEN_SQL = f"""
SELECT count(*) FROM {_COMMENTS} first
 WHERE first.pair_id = pair.id AND first.thread_id IS NULL AND first.resolved_at IS NULL
   AND (first.author_id = %(user)s
        OR EXISTS (SELECT FROM {_COMMENTS} said JOIN {_MENTIONS} named ON named.comment_id = said.id
                    WHERE said.pair_id = pair.id AND coalesce(said.thread_id, said.id) = first.id
                      AND named.user_id = %(user)s))
"""
UNREAD_SQL = f"""
SELECT count(*) FROM {_MENTIONS} named JOIN {_COMMENTS} said ON said.id = named.comment_id
  JOIN {Pair._meta.db_table} about ON about.id = said.pair_id
 WHERE named.user_id = %(user)s AND named.read_at IS NULL AND about.project_id = pair.project_id
"""


@dataclass(frozen=True)
class Voice:
    """Somebody who reads and writes comments, and what they do in the project."""

    user: User
    roles: frozenset[Role]

    @property
    def sees_all(self) -> bool:
        return not SEEING_ALL.isdisjoint(self.roles)


def threads(voice: Voice, pair: Pair) -> QuerySet[Comment]:
    """The first comments of the threads that this person sees, each with its replies, oldest first."""
    said = Comment.objects.select_related("author", "resolved_by").order_by("id")
    first = said.filter(pair=pair, thread=None)
    if not voice.sees_all:
        first = first.filter(Q(author=voice.user) | _names(voice.user))
    return first.prefetch_related(Prefetch("replies", said))


def _names(user: User) -> Exists:
    named = Mention.objects.filter(user=user)
    return Exists(named.filter(Q(comment=OuterRef("pk")) | Q(comment__thread=OuterRef("pk"))))


def see(voice: Voice, project: Project, pair_id: int) -> Pair:
    """The pair, if this person may talk of it: an annotator has had it before them, or is named there."""
    pair = Pair.objects.select_related("source").filter(project=project, pk=pair_id).first()
    if pair is None or not (voice.sees_all or _knows(voice.user, pair)):
        raise Http404
    return pair


def _knows(user: User, pair: Pair) -> bool:
    return (
        Claim.objects.filter(pair=pair, holder=user).exists()
        or Annotation.objects.filter(pair=pair, author=user).exists()
        or Draft.objects.filter(pair=pair, author=user).exists()
        or Mention.objects.filter(comment__pair=pair, user=user).exists()
        or Comment.objects.filter(pair=pair, author=user).exists()
    )


@transaction.atomic
def say(voice: Voice, pair: Pair, text: str, thread_id: int | None = None) -> Comment:
    """Add a comment, as a new thread or to one; a resolved thread opens again. Raises CqiaError.

    Those named by @username are told; what named the writer in this thread counts as read.
    """
    text = strip_nul(text).replace("\r\n", "\n").strip()
    if not text:
        raise CqiaError("comment_missing")
    if len(text) > LIMIT:
        raise CqiaError("comment_long", {"limit": LIMIT})
    thread = None if thread_id is None else _thread(voice, pair, thread_id)
    comment = Comment.objects.create(pair=pair, thread=thread, author=voice.user, text=text)
    named = named_in(text, talkers(pair.project))
    Mention.objects.bulk_create(
        Mention(comment=comment, user=user) for user in named if user != voice.user
    )
    if thread is not None:
        Comment.objects.filter(pk=thread.pk).update(resolved_by=None, resolved_at=None)
        read_thread(voice.user, thread)
    return comment


def resolve(voice: Voice, pair: Pair, thread_id: int, *, resolved: bool) -> None:
    """Settle a thread, or open it again."""
    thread = _thread(voice, pair, thread_id)
    by, at = (voice.user, timezone.now()) if resolved else (None, None)
    Comment.objects.filter(pk=thread.pk).update(resolved_by=by, resolved_at=at)
    read_thread(voice.user, thread)


def _thread(voice: Voice, pair: Pair, thread_id: int) -> Comment:
    thread = threads(voice, pair).filter(pk=thread_id).first()
    if thread is None:
        raise Http404
    return thread


def talkers(project: Project) -> list[User]:
    """Who may be named in a comment, by name."""
    members = User.objects.filter(memberships__project=project, memberships__role__in=TALKING)
    return list(members.distinct().order_by("username"))


def named_in(text: str, people: Iterable[User]) -> list[User]:
    """The people whom a text names: @ and a username, the longest that fits, in order.

    Chinese has no spaces, so the name may be followed by anything; before the @ stands no letter or
    digit, or it would be an address.
    """
    by_name = sorted(people, key=lambda user: -len(user.username))
    found: dict[int, User] = {}
    for place in _ats(text):
        rest = text[place + 1 :]
        user = next((one for one in by_name if rest.startswith(one.username)), None)
        if user is not None:
            found.setdefault(user.pk, user)
    return list(found.values())


def _ats(text: str) -> Iterator[int]:
    for place, sign in enumerate(text):
        before = text[place - 1] if place else ""
        if sign == "@" and not (before.isascii() and before.isalnum()):
            yield place


def mentions(user: User, project: Project) -> QuerySet[Mention]:
    """Where this person is named in the project."""
    named = Mention.objects.filter(user=user, comment__pair__project=project)
    return named.select_related("comment__author", "comment__pair")


def unread(user: User, project: Project) -> int:
    return mentions(user, project).filter(read_at=None).count()


def read(user: User, project: Project, mention_id: int) -> None:
    """Mark a mention as seen to; safe to repeat."""
    mine = Mention.objects.filter(
        pk=mention_id, user=user, comment__pair__project=project, read_at=None
    )
    mine.update(read_at=timezone.now())


def read_thread(user: User, thread: Comment) -> None:
    named = Mention.objects.filter(user=user, read_at=None)
    named.filter(Q(comment=thread) | Q(comment__thread=thread)).update(read_at=timezone.now())
