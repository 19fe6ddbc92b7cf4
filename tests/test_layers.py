"""Imports point one way: lib ← accounts ← annotation ← review ← evaluation ← cqia's wiring."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# From the bottom up; a package may import itself and what stands before it.
LAYERS = ["cqia.lib", "cqia.accounts", "annotation", "review", "evaluation", "cqia"]


def layer_of(module: str) -> int | None:
    """The position of a dotted module in LAYERS; the longest prefix wins, foreign modules have none."""
    found = [name for name in LAYERS if module == name or module.startswith(f"{name}.")]
    return LAYERS.index(max(found, key=len)) if found else None


def imported(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield node.lineno, f"{node.module}.{alias.name}"


def back_arrows(path: Path) -> list[str]:
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    own = layer_of(module)
    assert own is not None
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for line, name in imported(tree)
        if (other := layer_of(name)) is not None and other > own
    ]


@pytest.mark.parametrize("package", ["cqia", "annotation", "review", "evaluation"])
def test_it_imports_downwards_only(package: str) -> None:
    files = (ROOT / package).rglob("*.py")
    assert [arrow for file in files for arrow in back_arrows(file)] == []


def test_it_would_see_a_back_arrow() -> None:
    assert layer_of("annotation.models") is not None
    assert layer_of("annotation.models") < layer_of("review.models")  # type: ignore[operator]
    assert layer_of("cqia.lib.text") == 0
    assert layer_of("cqia.settings") == len(LAYERS) - 1
    assert layer_of("django.db") is None


def test_statistics_know_no_django() -> None:
    tree = ast.parse((ROOT / "evaluation/ranking.py").read_text(encoding="utf-8"))
    assert [name for _, name in imported(tree) if name.startswith("django")] == []
