"""Compiling the translations with polib, so that no gettext tools are needed."""

from pathlib import Path

import polib


def compile_messages(locale: Path) -> list[Path]:
    """Write a .mo beside each .po under `locale` that is newer than it; returns those written."""
    stale = [po for po in sorted(locale.glob("*/LC_MESSAGES/*.po")) if _is_stale(po)]
    for po in stale:
        polib.pofile(str(po)).save_as_mofile(str(po.with_suffix(".mo")))
    return [po.with_suffix(".mo") for po in stale]


def _is_stale(po: Path) -> bool:
    mo = po.with_suffix(".mo")
    return not mo.exists() or mo.stat().st_mtime < po.stat().st_mtime
