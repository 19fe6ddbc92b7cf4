"""Finding the texts that the code and the templates hand to gettext, without the gettext tools."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation.template import templatize

FOLDERS = ("annotation", "cqia", "evaluation", "review", "templates")
TRANSLATION = "django.utils.translation"

# Which argument is what: c the context, s the text, p its plural.
SIGNATURES = {
    "gettext": "s",
    "gettext_lazy": "s",
    "gettext_noop": "s",
    "ngettext": "sp",
    "ngettext_lazy": "sp",
    "pgettext": "cs",
    "pgettext_lazy": "cs",
    "npgettext": "csp",
    "npgettext_lazy": "csp",
}

# templatize() writes calls with literals only, amid blanked-out text.
_LITERAL = r"""u?(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
_CALL = re.compile(rf"\b(_|n?p?gettext)\(\s*({_LITERAL}(?:\s*,\s*{_LITERAL})*)", re.DOTALL)

Key = tuple[str, str]
"""Context (empty where there is none) and text: what a catalogue looks a message up by."""


@dataclass
class Message:
    """One text of the catalogue, and the files that show it."""

    text: str
    context: str = ""
    plural: str = ""
    files: set[str] = field(default_factory=set)

    @property
    def key(self) -> Key:
        return self.context, self.text


def collect(root: Path) -> dict[Key, Message]:
    """Every message of the folders of the project under `root`, with the files it is in."""
    found: dict[Key, Message] = {}
    for path in files(root):
        for message in in_file(path):
            known = found.setdefault(message.key, message)
            known.plural = known.plural or message.plural
            known.files.add(path.relative_to(root).as_posix())
    return found


def files(root: Path) -> list[Path]:
    return sorted(
        path
        for folder in FOLDERS
        for path in (root / folder).rglob("*")
        if path.suffix in (".py", ".html", ".txt") and "migrations" not in path.parts
    )


def in_file(path: Path) -> Iterator[Message]:
    text = path.read_text(encoding="utf-8")
    return in_code(text) if path.suffix == ".py" else in_template(text)


def in_code(text: str) -> Iterator[Message]:
    """The messages of a Python module, under whatever name it imports Django's functions."""
    tree = ast.parse(text)
    names = dict(_imported(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (name := _dotted(node.func)) in names:
            yield from _message(names[name], [_constant(argument) for argument in node.args])


def in_template(text: str) -> Iterator[Message]:
    """The messages of a template: the same ones that Django's makemessages would find."""
    for match in _CALL.finditer(templatize(text)):
        name = "gettext" if match[1] == "_" else match[1]
        yield from _message(name, list(ast.literal_eval(f"({match[2]},)")))


def _imported(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """The names in this module that are functions of gettext, and which ones they are."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom):
            continue
        for alias in node.names:
            local = alias.asname or alias.name
            if node.module == TRANSLATION and alias.name in SIGNATURES:
                yield local, alias.name
            elif f"{node.module}.{alias.name}" == TRANSLATION:
                yield from ((f"{local}.{name}", name) for name in SIGNATURES)


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _constant(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _message(name: str, arguments: list[str | None]) -> Iterator[Message]:
    parts = dict(zip(SIGNATURES[name], arguments, strict=False))
    if text := parts.get("s"):
        yield Message(text, parts.get("c") or "", parts.get("p") or "")
