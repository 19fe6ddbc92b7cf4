"""A pair's history in words."""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from annotation import desk_forms
from annotation.checks import CHECK_OF
from annotation.desk_forms import Form
from annotation.models import Pair, Transition
from cqia.accounts.models import User

VERBS: dict[str, Promise] = {
    "queue": _("passed the checks"),
    "drop": _("dropped"),
    "readmit": _("let back in"),
    "restore": _("restored"),
    "audit": _("drawn for the audit"),
    "discard": _("discarded as a duplicate"),
    "take_back": _("taken back"),
    "dismiss": _("rejected by the lead after it was skipped"),
    "annotate": _("annotated"),
    "undo": _("decision taken back"),
    "unmend": _("decision taken back"),
    "triage": _("dropped with its source"),
    "untriage": _("dropping undone"),
    "approve": _("approved"),
    "fix": _("fixed and approved"),
    "return": _("sent back"),
    "reject": _("rejected"),
    "retract": _("withdrawn"),
    # no moves: the texts change
    "mask": _("personal data masked"),
    "unmask": _("masking undone"),
}


class Event(NamedTuple):
    """One thing that happened to a pair, in words; the actor is None where a check decided."""

    at: datetime
    verb: str
    actor: User | None
    reason: str
    note: str


def timeline(pair: Pair) -> list[Event]:
    """Moves and maskings, oldest first; a masking comes before the moves that follow from it."""
    moves = pair.transitions.select_related("actor").order_by("id")
    form = desk_forms.in_force(pair.project)
    events = [
        *_maskings(pair),
        *(
            Event(move.at, verb_of(move), move.actor, reason_of(move, form), move.note)
            for move in moves
        ),
    ]
    return sorted(events, key=lambda event: event.at)


def _maskings(pair: Pair) -> Iterator[Event]:
    masks = pair.masks.select_related("by", "undone_by").order_by("id")
    for (at, by), made in groupby(masks, key=lambda mask: (mask.at, mask.by)):
        yield Event(at, str(VERBS["mask"]), by, "", "".join(one.put for one in made))
    undone = {(mask.undone_at, mask.undone_by) for mask in masks if mask.undone_at}
    for at, by in undone:
        if at is not None:
            yield Event(at, str(VERBS["unmask"]), by, "", "")


def verb_of(move: Transition) -> str:
    return str(VERBS.get(move.verb, move.verb))


def reason_of(move: Transition, form: Form) -> str:
    """The name of the check, or of the reason that a person chose; empty where there is none."""
    if move.reason in CHECK_OF:
        return str(CHECK_OF[move.reason].name)
    return form.reasons_in_words([move.reason])[0]
