"""Faults of rankings and their bundles a person can be told of; cqia.lib.errors says how."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

BOARD_FAULTS: dict[str, Promise] = {
    "board_waits": _("The ranking is being computed; look again in a minute."),
    "bundle_unreadable": _("%(file)s is no bundle of a ranking: it cannot be read as a zip file."),
    "bundle_lacks": _("The bundle lacks %(file)s."),
    "bundle_too_large": _("%(file)s in the bundle is larger than this program reads."),
    "bundle_shape": _(
        "%(file)s in the bundle is not laid out as this program lays out its bundles."
    ),
    "bundle_value": _("votes.csv in the bundle, line %(line)s: “%(value)s” is no %(column)s."),
}
