"""A pair's history in words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from annotation.checks import CHECK_OF
from annotation.models import Annotation, Transition

VERBS: dict[str, Promise] = {
    "queue": _("passed the checks"),
    "drop": _("dropped"),
    "readmit": _("let back in by a new line"),
    "restore": _("restored"),
    "audit": _("drawn for the audit"),
    "discard": _("discarded as a duplicate"),
    "take_back": _("taken back"),
    "annotate": _("annotated"),
    "approve": _("approved"),
    "fix": _("fixed and approved"),
    "return": _("sent back"),
    "reject": _("rejected"),
}


def verb_of(move: Transition) -> str:
    return str(VERBS.get(move.verb, move.verb))


def reason_of(move: Transition) -> str:
    """The name of the check, or of the reason that a person chose; empty where there is none."""
    if move.reason in CHECK_OF:
        return str(CHECK_OF[move.reason].name)
    return str(dict(Annotation.Reason.choices).get(move.reason, move.reason))
