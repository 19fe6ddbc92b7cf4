"""The latest changes of a project, told in sentences."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from annotation.changes import SENTENCES, sentence
from cqia.accounts.models import AuditEntry

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize(
    ("action", "details", "said"),
    [
        ("member added", {"user": "li", "role": "lead"}, "li added as Lead"),
        ("threshold set", {"check": "length"}, "Line of the check “Answer length” moved"),
        ("campaign closed", {}, "Campaign “–” closed"),
        ("from the future", {}, "from the future"),
    ],
)
def test_it_tells_a_change(action: str, details: dict[str, str], said: str) -> None:
    assert sentence(AuditEntry(action=action, details=details)) == said


def recorded(path: Path) -> Iterator[str]:
    """The actions that a module hands to record(), written there or under a name of the module."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named = {
        ast.unparse(line.targets[0]): line.value
        for line in tree.body
        if isinstance(line, ast.Assign)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "record":
            action = named.get(ast.unparse(node.args[1]), node.args[1])
            assert isinstance(action, ast.Constant), ast.unparse(node)
            yield str(action.value)


def test_it_has_a_sentence_for_every_action_recorded() -> None:
    apps = [ROOT / app for app in ("cqia", "annotation", "review", "evaluation")]
    actions = {action for app in apps for path in app.rglob("*.py") for action in recorded(path)}
    assert actions == set(SENTENCES)
