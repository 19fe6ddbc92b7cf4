"""What people changed in a project, in words."""

from collections import defaultdict
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from annotation.checks import CHECK_OF
from cqia.accounts.models import AuditEntry
from cqia.accounts.roles import Role

SENTENCES: dict[str, Promise] = {
    "project created": _("Project “%(name)s” made"),
    "settings changed": _("Settings changed"),
    "member added": _("%(user)s added as %(role)s"),
    "member removed": _("Role %(role)s taken from %(user)s"),
    "guideline published": _("Version %(version)s of the guideline published"),
    "form published": _("Version %(version)s of the form published"),
    "triage decided": _("%(source)s: decided on all from a sample of %(sample)s pairs"),
    "triage undone": _("%(source)s: decision on all undone"),
    "judge prompt published": _("Version %(version)s of the judge prompt published"),
    "endpoint saved": _("Model server %(name)s added"),
    "endpoint removed": _("Model server %(name)s removed"),
    "file imported": _("File %(file)s imported into %(source)s"),
    "floor set": _("Least length of the answers of %(source)s changed"),
    "terms set": _("Terms of the source %(source)s changed"),
    "threshold set": _("Line of the check “%(check)s” moved"),
    "lines set": _("Lines of %(count)s checks moved"),
    "lines put back": _("Latest change of lines undone"),
    "audit shares set": _("Shares of the rescue audit changed"),
    "benchmark registered": _("Benchmark “%(name)s” registered"),
    "benchmark watched": _("Pairs are compared with the benchmark “%(name)s”"),
    "benchmark set aside": _("Pairs are no more compared with the benchmark “%(name)s”"),
    "contamination waived": _("Pair %(pair)s may stay though a benchmark has it: %(reason)s"),
    "duplicates decided": _("Similar pairs: %(kept)s kept, %(discarded)s discarded"),
    "duplicates parted": _("%(count)s similar pairs found to be no duplicates"),
    "duplicates undone": _("Decision on similar pairs undone"),
    "queue ordered": _("Order of the queue changed"),
    "queue set": _("Settings of the queue changed"),
    "priorities set": _("Priority of %(count)s sources changed"),
    "lane saved": _("Lane “%(name)s” saved"),
    "lane closed": _("Lane “%(name)s” closed"),
    "project paused": _("Project paused: %(note)s"),
    "project resumed": _("Project goes on"),
    "pair mixed in": _("Pair %(pair)s mixed in among new ones"),
    "pair taken out": _("Pair %(pair)s no more mixed in among new ones"),
    "skipped pairs sent back": _("%(count)s skipped pairs sent back into the queue"),
    "lexicon saved": _("Version %(version)s of the lexicon “%(name)s” saved"),
    "pairs masked": _("Personal data masked in %(count)s pairs"),
    "masks undone": _("Masking of pair %(pair)s undone"),
    "masking started": _("Masking of all pairs with personal data started"),
    "licence table saved": _("Version %(version)s of the licence table saved"),
    "gate waived": _("Let through the gate of releases: %(what)s. %(reason)s"),
    "gate waiver ended": _("No more let through the gate of releases: %(what)s"),
    "composition saved": _("Composition “%(name)s” saved"),
    "release frozen": _("Release %(number)s frozen"),
    "release access changed": _("Changed who may read release %(number)s"),
    "withdrawn": _("Rows withdrawn from releases"),
    "withdrawn file fetched": _(
        "File %(file)s of the withdrawn release %(number)s fetched: %(reason)s"
    ),
    "prompts drawn": _("%(count)s held-out prompts drawn into “%(name)s”"),
    "model saved": _("Model “%(name)s” saved"),
    "judge asked": _("Judge %(judge)s asked about the campaign “%(name)s”"),
    "campaign opened": _("Campaign “%(name)s” opened"),
    "demo loaded": _("Demo loaded"),
    "campaign closed": _("Campaign “%(name)s” closed"),
}


def sentence(entry: AuditEntry) -> str:
    """What an entry tells of, in the language now active; an action of another version as stored."""
    if entry.action not in SENTENCES:
        return entry.action
    # Entries of an earlier version may lack a detail.
    details: dict[str, Any] = defaultdict(lambda: "–", entry.details)
    if details.get("role") in Role.values:
        details["role"] = str(Role(details["role"]).label)
    if details.get("check") in CHECK_OF:
        details["check"] = str(CHECK_OF[details["check"]].name)
    return str(SENTENCES[entry.action]) % details
