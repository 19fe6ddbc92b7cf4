"""What may be done with a source's rows: its licence, whether people agreed, and whose answers they are.

A kind of licence is an SPDX identifier, or one of the words at the end of `KINDS` for what SPDX has
no name for. What each allows is not said here: that is the licence table (review.licence_table).
"""

import re
from dataclasses import asdict, dataclass

from django.db import transaction

from annotation.models import Source
from cqia.accounts.models import User, record

UNKNOWN = Source.UNKNOWN
KINDS: tuple[str, ...] = (
    *("CC0-1.0", "CC-BY-3.0", "CC-BY-4.0", "CC-BY-SA-3.0", "CC-BY-SA-4.0", "CC-BY-NC-4.0"),
    *("CC-BY-NC-SA-4.0", "CC-BY-ND-4.0", "CC-BY-NC-ND-4.0", "PDDL-1.0", "ODC-By-1.0", "ODbL-1.0"),
    *("CDLA-Permissive-2.0", "MIT", "Apache-2.0", "BSD-3-Clause", "MulanPSL-2.0"),
    *("GPL-3.0-only", "GFDL-1.3-only"),
    *("public-domain", "own-work", "agreement", "research-only", "all-rights-reserved", UNKNOWN),
)
_ALIASES = {
    "cc0": "CC0-1.0",
    "apache2.0": "Apache-2.0",
    "研究用途": "research-only",
    "仅供研究": "research-only",
    "仅限研究": "research-only",
    "公有领域": "public-domain",
    "版权所有": "all-rights-reserved",
}
_SPELLINGS = {kind.lower(): kind for kind in KINDS} | _ALIASES


@dataclass(frozen=True)
class Terms:
    """What a lead says of a source; the values of the last three are Source's own."""

    licence: str
    licence_kind: str
    consent: str
    output_terms: str
    terms_url: str = ""


def kind_of(licence: str) -> str:
    """The kind that a licence's name plainly is: “CC BY 4.0” is CC-BY-4.0; else "unknown"."""
    name = re.sub(r"\s*(licen[cs]e|许可协议|许可证)\s*", "", licence.strip().lower())
    return _SPELLINGS.get(re.sub(r"[\s_]+", "-", name.strip()), UNKNOWN)


def set_terms(source: Source, terms: Terms, user: User) -> bool:
    """Say anew what may be done with a source's rows; later releases go by it, frozen ones stay.

    False where nothing is different.
    """
    with transaction.atomic():
        mine = Source.objects.select_for_update(no_key=True).filter(pk=source.pk)
        if mine.filter(**asdict(terms)).exists():
            return False
        mine.update(**asdict(terms))
        told = asdict(terms)
        record(user, "terms set", source.project_id, source=source.name, **told)
    return True
