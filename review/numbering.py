"""Which number a release gets: major.minor.patch, by what became of the rows (a rule of this project).

A row of the previous release that is gone makes it a major one, for whoever counted on it has to look
again; new rows a minor one; texts that were mended, or nothing at all, a patch.
"""

import re

FIRST = "1.0.0"
_VERSION = re.compile(r"(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})")


def parsed(version: str) -> tuple[int, int, int] | None:
    """The three numbers, None where it is no such version."""
    found = _VERSION.fullmatch(version)
    return None if found is None else (int(found[1]), int(found[2]), int(found[3]))


def proposed(previous: str, added: int, removed: int) -> str:
    """The version after `previous`, given how many rows came and went."""
    numbers = parsed(previous)
    if numbers is None:
        return FIRST
    major, minor, patch = numbers
    if removed:
        return f"{major + 1}.0.0"
    if added:
        return f"{major}.{minor + 1}.0"
    return f"{major}.{minor}.{patch + 1}"


def patched(previous: str) -> str:
    """The version of a release that takes rows out of `previous` and does nothing else."""
    return proposed(previous, 0, 0)
