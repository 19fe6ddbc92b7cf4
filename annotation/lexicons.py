"""Lexicons of sensitive words: made, saved version by version, and what they find."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import IntegrityError, connection, transaction

from annotation.models import Finding, Lexicon, LexiconVersion, Project
from annotation.start_words import START
from cqia.accounts.models import User, record
from cqia.lib.errors import CqiaError
from cqia.lib.lexicon import plain

MOST_WORDS = 50_000
LEAST, MOST = 2, 40  # characters of a word; one alone is part of too many others
MOST_BYTES = 2 * 1024 * 1024
# What a word of a category adds to a pair's score unless a lead says otherwise; ours.
WEIGHTS = {
    Lexicon.Category.ADVERTISING: 0.5,
    Lexicon.Category.PORN: 2.0,
}


@dataclass(frozen=True)
class Content:
    """What a version of a lexicon holds."""

    words: list[str]
    weight: float
    enabled: bool = True


@dataclass(frozen=True)
class Listed:
    """The words of a text, one a line, and the lines that hold none: (number, why)."""

    words: list[str]
    faults: list[tuple[int, CqiaError]]


@dataclass(frozen=True)
class Change:
    """A version, and how it differs from the one before."""

    version: LexiconVersion
    added: list[str]
    removed: list[str]
    reweighed: bool
    switched: bool


@dataclass(frozen=True)
class Tally:
    """Pairs hit: by each word in its plain form, and by each lexicon's name."""

    words: Counter[str]
    lexicons: Counter[str]


def weight_of(category: str) -> float:
    return WEIGHTS.get(Lexicon.Category(category), 1.0)


def listed(text: str) -> Listed:
    """The words of a text, one a line; spellings of one word count once, empty lines not at all."""
    words: dict[str, str] = {}
    faults: list[tuple[int, CqiaError]] = []
    for number, line in enumerate(text.splitlines(), 1):
        word = line.strip().strip("\ufeff")
        fault = _fault(word) if word else None
        if fault is not None:
            faults.append((number, fault))
        elif word:
            words.setdefault(plain(word), word)
    if len(words) > MOST_WORDS:
        raise CqiaError("lexicon_too_long", {"count": len(words), "limit": MOST_WORDS})
    return Listed(list(words.values()), faults)


def decoded(data: bytes) -> str:
    """The text of an uploaded list: UTF-8, or else GB18030."""
    if len(data) > MOST_BYTES:
        raise CqiaError("lexicon_too_big", {"limit": MOST_BYTES // 1024 // 1024})
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise CqiaError("lexicon_not_text")


def create(project: Project, user: User, name: str, category: str, content: Content) -> Lexicon:
    """A new lexicon with its first version."""
    if not content.words:
        raise CqiaError("lexicon_empty")
    try:
        with transaction.atomic():
            lexicon = Lexicon.objects.create(project=project, name=name, category=category)
            _store(lexicon, user, 1, content)
    except IntegrityError:
        raise CqiaError("lexicon_name_taken", {"name": name}) from None
    return lexicon


def save(lexicon: Lexicon, user: User, content: Content) -> LexiconVersion:
    """The next version of a lexicon; the last one where nothing is different."""
    if not content.words:
        raise CqiaError("lexicon_empty")
    with transaction.atomic():
        Lexicon.objects.select_for_update().get(pk=lexicon.pk)
        last = lexicon.versions.latest("number")
        if content == Content(last.words, last.weight, last.enabled):
            return last
        return _store(lexicon, user, last.number + 1, content)


def switch(lexicon: Lexicon, user: User, enabled: bool) -> LexiconVersion:
    """Turn a lexicon on or off: a version like any other, for it changes what is found."""
    last = lexicon.versions.latest("number")
    return save(lexicon, user, Content(last.words, last.weight, enabled))


def start(project: Project, user: User) -> int:
    """Add those of our own short lexicons whose names are not taken yet; returns how many."""
    known = set(Lexicon.objects.of(project).values_list("name", flat=True))
    missing = [(category, name, words) for category, name, words in START if name not in known]
    with transaction.atomic():
        for category, name, words in missing:
            create(project, user, name, category, Content(list(words), weight_of(category)))
    return len(missing)


def changes(lexicon: Lexicon) -> list[Change]:
    """All versions, the latest first."""
    versions = list(lexicon.versions.select_related("author").order_by("number"))
    return [
        _change(version, before)
        for version, before in zip(versions, [None, *versions], strict=False)
    ][::-1]


def tally(project: Project) -> Tally:
    """How many pairs each word and each lexicon hits, as the last run found them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT piece, count(*)"
            f" FROM {Finding._meta.db_table}, unnest(string_to_array(evidence, ' … ')) AS piece"
            " WHERE project_id = %s AND check_id = 'sensitive' AND score > 0 GROUP BY piece",
            [project.pk],
        )
        found = Tally(Counter(), Counter())
        for piece, count in cursor.fetchall():
            if not piece.startswith("〔"):
                found.words[plain(piece)] += count
            for name in piece.strip("〔〕").split("〕〔") if piece.startswith("〔") else ():
                found.lexicons[name] += count
    return found


def top_words(words: Iterable[str], found: Tally, most: int = 20) -> list[tuple[str, int]]:
    """Those of the words that hit most pairs, with how many."""
    hit = [(word, found.words[plain(word)]) for word in words]
    return sorted((one for one in hit if one[1]), key=lambda one: -one[1])[:most]


def _store(lexicon: Lexicon, user: User, number: int, content: Content) -> LexiconVersion:
    version = LexiconVersion.objects.create(
        lexicon=lexicon,
        number=number,
        words=content.words,
        weight=content.weight,
        enabled=content.enabled,
        author=user,
    )
    record(user, "lexicon saved", lexicon.project_id, name=lexicon.name, version=number)
    return version


def _fault(word: str) -> CqiaError | None:
    count = len(plain(word))
    if count < LEAST:
        return CqiaError("word_too_short", {"word": word[:MOST], "least": LEAST})
    if len(word) > MOST:
        return CqiaError("word_too_long", {"count": len(word), "most": MOST})
    return None


def _change(version: LexiconVersion, before: LexiconVersion | None) -> Change:
    old = set(before.words) if before else set()
    new = set(version.words)
    return Change(
        version,
        [word for word in version.words if word not in old],
        [word for word in before.words if word not in new] if before else [],
        before is not None and before.weight != version.weight,
        before is not None and before.enabled != version.enabled,
    )
