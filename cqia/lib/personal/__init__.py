"""Personal data in Chinese text: where it stands and of what kind it is. Names are out of scope.

Numbers with a checksum are told by it (GB 11643 resident ids, GB 32100 credit codes, Luhn for bank
cards), phone numbers by the ranges of phonenumbers; what has no checksum wants a word before it that
says what it is. Precision before recall: helplines, examples and made-up numbers are no finds.
"""

from cqia.lib.personal.kinds import Find, Kind
from cqia.lib.personal.names import addresses, emails, may_hold_address, may_hold_plate, plates
from cqia.lib.personal.numbers import numbers

__all__ = ["Find", "Kind", "find", "masked", "may_hold_unnumbered"]

_NARROW = str.maketrans("０１２３４５６７８９", "0123456789")


def find(text: str) -> list[Find]:
    """Every piece of personal data in a text, in order; none overlaps another."""
    plain = text.translate(_NARROW) if "１" in text or "０" in text else text
    finds = [
        *numbers(plain),
        *(emails(plain) if "@" in plain else ()),
        *(plates(plain) if may_hold_plate(plain) else ()),
        *(addresses(plain) if may_hold_address(plain) else ()),
    ]
    return _apart(finds) if finds else []


def may_hold_unnumbered(text: str) -> bool:
    """Whether anything but a long number may be in a text: told by words, and so at once."""
    return "@" in text or may_hold_plate(text) or may_hold_address(text)


def masked(text: str) -> tuple[str, list[Kind]]:
    """The text with a placeholder in the place of each find, and the kinds of the finds in order."""
    pieces: list[str] = []
    kinds: list[Kind] = []
    last = 0
    for kind, start, end in find(text):
        pieces += (text[last:start], kind.placeholder)
        kinds.append(kind)
        last = end
    return "".join(pieces) + text[last:], kinds


def _apart(finds: list[Find]) -> list[Find]:
    """In order; of two that overlap the first and longer stays."""
    kept: list[Find] = []
    for one in sorted(finds, key=lambda one: (one.start, -one.end)):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept
