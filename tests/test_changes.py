"""The latest changes of a project, told in sentences."""

import ast
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


def test_it_has_a_sentence_for_every_action_recorded() -> None:
    calls = [
        node
        for app in ("cqia", "annotation", "review", "evaluation")
        for path in (ROOT / app).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "record"
    ]
    actions = {node.args[1].value for node in calls if isinstance(node.args[1], ast.Constant)}
    assert actions == set(SENTENCES)
