"""The keys of the pages where people work by keyboard: the defaults, and each person's own.

A key is named as static/js/keys.js names it: "a", "ctrl+enter", "alt+arrowup"; ⌘ counts as Ctrl.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import permutations
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cqia.accounts.models import User
from cqia.lib.errors import CqiaError


class Action(NamedTuple):
    """What a key does; `writing` where it must work inside a text field too."""

    id: str
    label: str | Promise
    default: str
    writing: bool = False


class Place(NamedTuple):
    """A page whose keys must differ."""

    id: str
    label: str | Promise
    actions: tuple[Action, ...]


_CHOOSE = tuple(
    Action(
        f"choose-{number}",
        format_lazy(_("Choose or rank number {number}"), number=number),
        str(number),
    )
    for number in range(1, 10)
)
_RATE = tuple(
    Action(f"vote-rate-{number}", format_lazy(_("Answer question {number}"), number=number), key)
    for number, key in enumerate("qwer", 1)
)
PLACES = (
    Place(
        "desk",
        _("Workbench"),
        (
            Action("accept", _("Accept"), "a"),
            Action("edit", _("Rewrite"), "e"),
            Action("reject", _("Reject"), "r"),
            Action("skip", _("Skip"), "s"),
            Action("submit", _("Submit, and on to the next pair"), "ctrl+enter", writing=True),
            Action("save", _("Save the draft now"), "ctrl+s", writing=True),
            Action("undo", _("Undo the last submit"), "u"),
            Action("next", _("Next answer or card"), "j"),
            Action("previous", _("Previous answer or card"), "k"),
            Action("up", _("Move the card up"), "alt+arrowup", writing=True),
            Action("down", _("Move the card down"), "alt+arrowdown", writing=True),
            Action("tie", _("Tie with the card above"), "="),
            Action("all-bad", _("All are bad"), "0"),
            Action("best", _("The best of those without a place"), "b"),
            Action("worst", _("The worst of those without a place"), "w"),
            Action("flaw", _("Say what is wrong"), "f"),
            Action("model-draft", _("Ask the model for a draft"), "m"),
            Action("prompt", _("Edit the question"), "i"),
            Action("note", _("Write a note"), "n"),
            Action("preview", _("Preview"), "p"),
            Action("difference", _("Show or hide the difference"), "d"),
            Action("guideline", _("Guideline"), "g"),
            Action("comments", _("Comments"), "c"),
            *_CHOOSE,
        ),
    ),
    Place(
        "review",
        _("Review"),
        (
            Action("approve", _("Approve"), "a"),
            Action("fix", _("Fix and approve"), "f"),
            Action("return", _("Send back"), "q"),
            Action("remove", _("Reject"), "r"),
            Action("decide", _("Send the opened verdict"), "ctrl+enter", writing=True),
        ),
    ),
    Place(
        "vote",
        _("Vote"),
        (
            Action("vote-a", _("A is better"), "1"),
            Action("vote-b", _("B is better"), "2"),
            Action("vote-tie", _("Tie"), "3"),
            Action("vote-bad", _("Both are bad"), "4"),
            Action("vote-skip", _("Skip"), "s"),
            Action("vote-undo", _("Undo the last vote"), "u"),
            Action("vote-more", _("Say more"), "m"),
            *_RATE,
            Action("vote-how", _("How to vote"), "g"),
        ),
    ),
)
DEFAULTS = {action.id: action.default for place in PLACES for action in place.actions}
# Of every page: they close, move, and show the list of keys. Nothing that destroys or sends may lie on
# Backspace or a bare Enter. The rest belongs to the browser or to the editing of text.
TAKEN = frozenset({
    "escape", "tab", "shift+tab", "?", "enter", "shift+enter",
    "backspace", "delete", "ctrl+backspace", "ctrl+delete",
    "arrowup", "arrowdown", "arrowleft", "arrowright",
    "ctrl+a", "ctrl+c", "ctrl+v", "ctrl+x", "ctrl+y", "ctrl+z", "ctrl+shift+z",
    "ctrl+n", "ctrl+t", "ctrl+w", "ctrl+q", "ctrl+r", "ctrl+shift+n", "ctrl+shift+t", "ctrl+shift+w",
    "alt+f4", "f5", "f11", "f12",
})  # fmt: skip
_NAMED = (
    "enter", "home", "end", "pageup", "pagedown", "insert", "arrowup", "arrowdown", "arrowleft",
    "arrowright", "escape", "tab", "backspace", "delete",
)  # fmt: skip
_LONG = rf"{'|'.join(_NAMED)}|f[1-9]|f1[0-2]"
# Shift with a sign alone is another sign: ? is Shift and /.
_KEY = re.compile(
    rf"(?:ctrl\+)?(?:alt\+)?(?:[!-~]|{_LONG})|(?:(?:ctrl\+)?alt\+|ctrl\+)shift\+[!-~]"
    rf"|(?:ctrl\+)?(?:alt\+)?shift\+(?:{_LONG})"
)
_OTHERWISE = {
    "control": "ctrl", "cmd": "ctrl", "⌘": "ctrl", "option": "alt", "⌥": "alt", "⇧": "shift",
    "return": "enter", "↵": "enter", "esc": "escape",
    "↑": "arrowup", "↓": "arrowdown", "←": "arrowleft", "→": "arrowright",
}  # fmt: skip
_SIGNS = {
    "ctrl": "Ctrl", "alt": "Alt", "shift": "⇧", "enter": "↵",
    "arrowup": "↑", "arrowdown": "↓", "arrowleft": "←", "arrowright": "→",
}  # fmt: skip


def keys_of(user: object) -> dict[str, str]:
    """The key of each action for this person; the defaults for somebody not signed in."""
    return beside_defaults(user.keys if isinstance(user, User) else {})


def beside_defaults(own: Mapping[str, str]) -> dict[str, str]:
    """Of each action the own key, else the default."""
    return DEFAULTS | {action: key for action, key in own.items() if action in DEFAULTS}


@lru_cache(maxsize=1024)
def sign(key: str) -> str:
    """The key as it is shown: Ctrl ↵."""
    return " ".join(_SIGNS.get(part, part.upper()) for part in _parts(key))


def named(typed: str) -> str:
    """The name of a key that somebody typed, be it “Ctrl ↵” or “cmd+Enter”. Raises CqiaError."""
    parts = [_OTHERWISE.get(part, part) for part in _parts(typed.strip().lower().replace(" ", "+"))]
    order = {"ctrl": 0, "alt": 1, "shift": 2}
    name = "+".join(sorted(parts, key=lambda part: order.get(part, 3)))
    if not _KEY.fullmatch(name):
        raise CqiaError("unknown_key", {"key": typed})
    if name in TAKEN:
        raise CqiaError("taken_key", {"key": sign(name)})
    return name


def _parts(key: str) -> list[str]:
    """Around its plus signs, of which the last may be the key itself."""
    head, _plus, last = key.rpartition("+") if not key.endswith("+") else (key[:-1], "", "+")
    return [*(part for part in head.split("+") if part), last]


def clashes(chosen: Mapping[str, str]) -> Iterator[tuple[Action, Action]]:
    """Each action with another one of the same page that has its key."""
    for place in PLACES:
        for action, other in permutations(place.actions, 2):
            if action.id in chosen and chosen[action.id] == chosen.get(other.id):
                yield action, other


def works_while_writing(key: str) -> bool:
    """Whether keys.js hears it inside a text field: letters belong to the text."""
    return key.startswith(("ctrl+", "alt+"))


def save(user: User, chosen: Mapping[str, str]) -> None:
    """Keep what differs from the defaults, which may change with a version."""
    user.keys = {action: key for action, key in chosen.items() if DEFAULTS.get(action) != key}
    user.save(update_fields=["keys"])
