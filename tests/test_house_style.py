"""The rules of the house that a machine can see: sizes, names, one writer of state, thin tasks."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from annotation.checks import CHECKS
from annotation.sources.recipes import RECIPES
from review.exports import EXPORTERS

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("cqia", "annotation", "review", "evaluation")
FILES = [
    path
    for package in PACKAGES
    for path in sorted((ROOT / package).rglob("*.py"))
    if "migrations" not in path.parts
]
Function = ast.FunctionDef | ast.AsyncFunctionDef


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions(path: Path) -> Iterator[Function]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, Function):
            yield node


def length(node: Function) -> int:
    assert node.end_lineno is not None
    return node.end_lineno - node.lineno + 1


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_file_is_one_room(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300
    assert [f"{node.name}: {length(node)}" for node in functions(path) if length(node) > 40] == []


def test_a_module_is_named_for_what_it_does() -> None:
    vague = re.compile(r"(^|_)(utils?|helpers?|services?|managers?|common|misc)(_|$)")
    assert [name_of(path) for path in FILES if vague.search(path.stem)] == []


def test_nothing_happens_behind_ones_back() -> None:
    """No signals, no save() or __init__ of a model overridden."""
    found = [
        name_of(path)
        for path in FILES
        if re.search(
            r"django\.(db\.models|dispatch).*signals?\b|@receiver", path.read_text("utf-8")
        )
    ]
    models = [path for path in FILES if "models" in path.parts or path.stem == "models"]
    overrides = [
        f"{name_of(path)}: {node.name}"
        for path in models
        for node in functions(path)
        if node.name in ("save", "delete", "__init__")
    ]
    assert found == overrides == []


def test_one_function_writes_the_state_of_a_pair() -> None:
    writers = [
        name_of(path)
        for path in FILES
        if re.search(
            r"UPDATE \{?Pair|[Pp]airs?\b[^\n]*\.update\([^)]*state=", path.read_text("utf-8")
        )
        or re.search(r"(?m)^\s*pair\.state = ", path.read_text("utf-8"))
    ]
    assert writers == ["annotation/workflow.py"]


def test_tasks_are_thin() -> None:
    tasks = [path for path in FILES if path.stem == "tasks"]
    assert len(tasks) == 3
    fat = [
        f"{name_of(path)}: {node.name}"
        for path in tasks
        for node in functions(path)
        if length(node) > 10
    ]
    assert fat == []


@pytest.mark.parametrize(
    "registry", [CHECKS, RECIPES, EXPORTERS], ids=["checks", "recipes", "exporters"]
)
def test_ids_are_unique_and_everything_is_named(registry: tuple[Any, ...]) -> None:
    ids = [each.id for each in registry]
    assert len(ids) == len(set(ids)) > 0
    assert all(str(each.name) and str(each.description) for each in registry)


def test_the_project_speaks_only_of_itself() -> None:
    """No paths of a machine and no registry hosts in what is published."""
    paths = [
        ROOT / name for name in ("README.md", "Makefile", "pyproject.toml", "requirements.lock")
    ]
    paths += [*FILES, *(ROOT / "docs").rglob("*.md")]
    telling = re.compile(r"/(root|home|work|tmp)/\w|--(extra-)?index-url|--find-links")
    assert [
        name_of(path) for path in paths if path.exists() and telling.search(path.read_text("utf-8"))
    ] == []
