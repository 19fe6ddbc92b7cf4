"""Faults of releases a person can be told of; cqia.lib.errors says how."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

RELEASE_FAULTS: dict[str, Promise] = {
    # Composing
    "composition_shape": _("The composition's field “%(field)s” has not the right shape."),
    "composition_unknown": _("A composition has no field “%(field)s”."),
    "composition_range": _("The composition's field “%(field)s” is out of its range."),
    "composition_day": _("The composition's field “%(field)s” is no day: write it as 2026-01-31."),
    "composition_name": _("There is a composition “%(name)s” already."),
    "unknown_composition": _("There is no composition “%(name)s”."),
    "mixture_empty": _("Say how much of at least one part the mixture takes."),
    "split_too_much": _("Validation and test leave nothing for training."),
    "nothing_selected": _("The composition selects no row."),
    # Freezing
    "nothing_approved": _("No pair is approved yet, so there is nothing to release."),
    "version_unreadable": _("“%(version)s” is no version: three numbers with dots, as 1.2.0."),
    "version_taken": _("There is a release %(version)s already."),
    # Writing files
    "disk_full": _("The disk is full. Nothing that was half written is left of it."),
    # Checking a copy
    "no_manifest": _("There is no release.json beside %(file)s. Say where it is with --manifest."),
    "no_such_json": _("%(file)s cannot be read: it holds no JSON of the kind that is wanted."),
    "file_changed": _("%(file)s is not what the release holds: its SHA-256 is another."),
    "file_unknown": _("The release holds no such file as %(file)s."),
    "row_not_proven": _("The proof does not hold: this row is not in that release as it is here."),
    # The gate
    "release_blocked": _("Rows that the gate holds back: %(rows)s. Its page names them and why."),
    "gate_reason": _("Say why it may go out."),
    "gate_waived_already": _("Somebody has let this through already."),
    "gate_not_waivable": _("This cannot be let through."),
    "licence_twice": _("The table has two rows for “%(kind)s”."),
    "licence_key": _("“%(kind)s” is no name for a kind: letters, digits, dots, + and - only."),
    "licence_unknown_missing": _("Keep a row “unknown” in each part: it is for what nobody knows."),
    "licence_verdict": _(
        "Say of each use whether it is allowed, to be thought about, or not allowed."
    ),
    # Withdrawing and access
    "retraction_reason": _("Say why this is withdrawn."),
    "retraction_of_nothing": _("No row falls under this, or all of them are withdrawn already."),
    "retraction_many": _(
        "At most %(limit)s rows can be named at once. Withdraw their source, or go in steps."
    ),
    "release_withdrawn": _(
        "Release %(version)s holds rows that were withdrawn; its files are handed out no more."
    ),
    "release_superseded": _(
        "Release %(version)s holds rows that were withdrawn; its files are handed out no more. "
        "Take release %(patch)s."
    ),
    "unknown_people": _("Nobody here has this name: %(names)s"),
    # Publishing and trying a release
    "release_not_built": _("The files of this release are not all built yet."),
    "unknown_tokenizer": _("There is no tokenizer “%(tokenizer)s” here."),
    "hub_out_of_reach": _("%(endpoint)s is out of reach; it is tried again by itself."),
    "hub_refused": _("%(endpoint)s refused the token, or the token may not write there."),
    "hub_name": _("The repository cannot have this name: %(reason)s"),
    "hub_answer": _("The endpoint answered %(status)s: %(reason)s"),
}
