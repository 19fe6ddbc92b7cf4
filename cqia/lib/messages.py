"""The catalogues under locale/, kept with polib, so that no gettext tools are needed.

python -m cqia.lib.messages update   # bring each .po in line with the code, keep translations
python -m cqia.lib.messages check    # say what is missing, fuzzy, obsolete or wrong; exit 1
python -m cqia.lib.messages compile  # write each .mo that is older than its .po
"""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import polib

from cqia.lib.msgids import Key, Message, collect

ROOT = Path(__file__).resolve().parents[2]
# %(name)s, %s, {name}: what a translation must carry over; tags too, for they are not escaped.
_PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sdif]|\{\w*\}|</?[a-z]+\b[^>]*>")


def compile_messages(locale: Path) -> list[Path]:
    """Write a .mo beside each .po under `locale` that is newer than it; returns those written."""
    stale = [po for po in catalogues(locale) if _is_stale(po)]
    for po in stale:
        # Whole or not at all: another process may be reading it.
        draft = po.with_suffix(f".{os.getpid()}.mo")
        polib.pofile(str(po)).save_as_mofile(str(draft))
        draft.replace(po.with_suffix(".mo"))
    return [po.with_suffix(".mo") for po in stale]


def update(root: Path = ROOT) -> list[Path]:
    """Give every .po the messages of the code: new ones empty, those gone removed, sorted by text."""
    messages = collect(root)
    written = catalogues(root / "locale")
    for po in written:
        old = polib.pofile(str(po))
        kept = {_key(entry): entry for entry in old}
        new = polib.POFile(wrapwidth=0)
        new.header, new.metadata = old.header, old.metadata
        new.extend(_entry(messages[key], kept.get(key), _forms(old)) for key in sorted(messages))
        new.save(str(po))
    return written


def check(root: Path = ROOT) -> list[str]:
    """What is wrong with the catalogues under `root`/locale, a sentence each."""
    messages = collect(root)
    return [
        f"{po.parent.parent.name}: {fault}"
        for po in catalogues(root / "locale")
        for fault in _faults(messages, polib.pofile(str(po)))
    ]


def catalogues(locale: Path) -> list[Path]:
    return sorted(locale.glob("*/LC_MESSAGES/*.po"))


def placeholders(text: str) -> list[str]:
    """What a translation must hold as often as its source does: placeholders and tags."""
    return sorted(_PLACEHOLDER.findall(text.replace("%%", "")))


def _is_stale(po: Path) -> bool:
    mo = po.with_suffix(".mo")
    return not mo.exists() or mo.stat().st_mtime < po.stat().st_mtime


def _key(entry: polib.POEntry) -> Key:
    return entry.msgctxt or "", entry.msgid


def _forms(po: polib.POFile) -> int:
    found = re.search(r"nplurals\s*=\s*(\d+)", po.metadata.get("Plural-Forms", ""))
    return int(found[1]) if found else 1


def _entry(message: Message, old: polib.POEntry | None, forms: int) -> polib.POEntry:
    """The entry of `message`; a translation is kept as long as the text has, or has not, a plural."""
    new = polib.POEntry(
        msgid=message.text,
        msgctxt=message.context or None,
        occurrences=[(name, "") for name in sorted(message.files)],
        flags=["python-format"] if "%(" in message.text + message.plural else [],
    )
    if message.plural:
        new.msgid_plural = message.plural
        new.msgstr_plural = dict.fromkeys(range(forms), "")
    if old is not None and bool(old.msgid_plural) == bool(message.plural):
        new.msgstr, new.tcomment = old.msgstr, old.tcomment
        new.msgstr_plural = old.msgstr_plural
        if old.fuzzy or old.msgid_plural != message.plural:
            new.flags.append("fuzzy")
    return new


def _faults(messages: dict[Key, Message], po: polib.POFile) -> Iterator[str]:
    entries = {_key(entry): entry for entry in po if not entry.obsolete}
    for key in sorted(messages.keys() - entries.keys()):
        yield f"missing: {key[1]!r}"
    for key in sorted(entries.keys() - messages.keys()):
        yield f"obsolete: {key[1]!r}"
    for entry in po.obsolete_entries():
        yield f"obsolete: {entry.msgid!r}"
    for key in sorted(messages.keys() & entries.keys()):
        yield from _faults_of(messages[key], entries[key], _forms(po))


def _faults_of(message: Message, entry: polib.POEntry, forms: int) -> Iterator[str]:
    if entry.fuzzy:
        yield f"fuzzy: {entry.msgid!r}"
    if (entry.msgid_plural or "") != message.plural:
        yield f"another plural: {entry.msgid!r}"
    # A language without a singular says the plural, with its number.
    source = message.plural or message.text
    if message.plural and len(entry.msgstr_plural) != forms:
        yield f"{forms} plural forms needed: {entry.msgid!r}"
    for text in entry.msgstr_plural.values() if message.plural else [entry.msgstr]:
        if not text.strip():
            yield f"untranslated: {entry.msgid!r}"
        elif placeholders(text) != placeholders(source):
            yield f"other placeholders: {entry.msgid!r}"


def main(arguments: list[str]) -> int:
    match arguments:
        case ["update"]:
            done = [str(path) for path in update()]
        case ["compile"]:
            done = [str(path) for path in compile_messages(ROOT / "locale")]
        case ["check"]:
            done = check()
            sys.stdout.writelines(f"{line}\n" for line in done)
            return 1 if done else 0
        case _:
            sys.stderr.write(f"{__doc__}\n")
            return 2
    sys.stdout.writelines(f"{line}\n" for line in done)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
