"""How the licences of the sources are said in a card's head and in Croissant."""

from collections.abc import Set
from dataclasses import dataclass

# The Hub's names, where it has one; they are not just the SPDX identifiers in lower case.
_HUB = {
    "CC0-1.0": "cc0-1.0",
    "CC-BY-3.0": "cc-by-3.0",
    "CC-BY-4.0": "cc-by-4.0",
    "CC-BY-SA-3.0": "cc-by-sa-3.0",
    "CC-BY-SA-4.0": "cc-by-sa-4.0",
    "CC-BY-NC-4.0": "cc-by-nc-4.0",
    "CC-BY-NC-SA-4.0": "cc-by-nc-sa-4.0",
    "CC-BY-ND-4.0": "cc-by-nd-4.0",
    "CC-BY-NC-ND-4.0": "cc-by-nc-nd-4.0",
    "PDDL-1.0": "pddl",
    "ODC-By-1.0": "odc-by",
    "ODbL-1.0": "odbl",
    "CDLA-Permissive-2.0": "cdla-permissive-2.0",
    "MIT": "mit",
    "Apache-2.0": "apache-2.0",
    "BSD-3-Clause": "bsd-3-clause",
    "GPL-3.0-only": "gpl-3.0",
    "GFDL-1.3-only": "gfdl",
}


@dataclass(frozen=True)
class Licence:
    """`hub` and, for what the Hub does not know, `name` for the head of a card; `address` for
    Croissant: of the licence, or of NOTICE."""

    hub: str
    address: str
    name: str = ""


def licence_of(kinds: Set[str]) -> Licence:
    """One licence that everybody knows, else "other": NOTICE says what holds for which source."""
    if len(kinds) == 1 and (kind := next(iter(kinds))) in _HUB:
        return Licence(_HUB[kind], f"https://spdx.org/licenses/{kind}.html")
    return Licence("other", "NOTICE", next(iter(kinds)).lower() if len(kinds) == 1 else "several")
