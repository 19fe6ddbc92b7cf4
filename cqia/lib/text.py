"""Facts about a text: what makes two texts the same, how much of it is Chinese, how long it is."""

import re
import unicodedata
from hashlib import blake2b

# They show nothing, and come with text copied from web pages: zero-width spaces and joiners,
# direction marks, word joiner, soft hyphen, byte order mark, NUL.
_UNSEEN = "\u200b\u200c\u200d\u200e\u200f\u2060\u00ad\ufeff\x00"

# What NFKC changes in nearly every Chinese text. Done first, it saves most of them the whole of NFKC,
# which is ten times as slow, and changes nothing in the result.
_WIDE = tuple((c, unicodedata.normalize("NFKC", c)) for c in "，：；？！（）…～．－％\u3000\xa0")

# Ideographs with their extensions and compatibility forms, 々 and 〇.
_HAN = re.compile("[\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]+")


def normalise(text: str) -> str:
    """The form in which two texts that read the same are equal; for identity, never for show.

    Unseen characters go, then Unicode NFKC (full-width and half-width forms become one: ＡＢＣ
    is ABC, “：” is “:”), then every run of white space, newlines included, becomes one space
    and the ends are cut. Case stays. Doing it twice changes nothing.
    """
    for character in _UNSEEN:
        if character in text:
            text = text.replace(character, "")
    for wide, plain in _WIDE:
        if wide in text:
            text = text.replace(wide, plain)
    if not unicodedata.is_normalized("NFKC", text):
        text = unicodedata.normalize("NFKC", text)
    return " ".join(text.split())


def fingerprint(*parts: str) -> bytes:
    """16 bytes that stand for these parts in this order, as they are (BLAKE2b).

    Each part goes in with its length, so ("ab", "c") and ("a", "bc") differ.
    """
    digest = blake2b(digest_size=16)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.digest()


def characters(text: str) -> int:
    """How many characters, white space apart."""
    return sum(map(len, text.split()))


def han(text: str) -> int:
    """How many Han characters."""
    return sum(map(len, _HAN.findall(text)))


def han_ratio(text: str) -> float:
    """The share of Han characters among all that are not white space; 0 for an empty text."""
    total = characters(text)
    return han(text) / total if total else 0.0


def strip_nul(text: str) -> str:
    """Without NUL, which PostgreSQL cannot store in text or jsonb."""
    return text.replace("\x00", "") if "\x00" in text else text


def excerpt(text: str, length: int) -> str:
    """The beginning on one line, in at most `length` characters, “…” at the end where it is cut."""
    # White space folds to fewer characters: look at some more than asked for, never at all of it.
    line = " ".join(text[: length * 4 + 64].split())
    whole = len(text) <= length * 4 + 64
    if whole and len(line) <= length:
        return line
    return line[: max(length - 1, 0)].rstrip() + "…"
