"""How a judge is asked which of two answers is better, and how what it says is read.

The answers come from anywhere and must not steer the judge: as in annotation.judge_prompt they stand
between marks with a number that no text can know, with their own marks of roles broken.
"""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from annotation.judge_prompt import harmless, new_fence
from cqia.lib.errors import CqiaError
from cqia.lib.llm import Completion, Prompt
from cqia.lib.text import excerpt, strip_nul
from evaluation import naming
from evaluation.models import Matchup

RULES_LIMIT = 4000  # characters for one category (ours)
_REASON = 400  # characters kept
# At 0 a model would give the same unreadable answer again (ours).
_RETRY_TEMPERATURE = 0.4
_MAX_TOKENS = 512
_SIDES = ("A", "B", "tie")
# A pattern bounds the reason: under maxLength vLLM's grammar lets raw control characters through.
_TEXT = {"type": "string", "pattern": '^[^"\\\\\\u0000-\\u001f\\u007f]{1,120}$'}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"reason": _TEXT, "better": {"type": "string", "enum": list(_SIDES)}},
    "required": ["reason", "better"],
    "additionalProperties": False,
}
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Verdict:
    """`better` is the place that won, A or B, or tie."""

    better: str
    reason: str


@cache
def _template() -> Mapping[str, str]:
    path = Path(__file__).parent / "judge_prompts" / "pair-1.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def default_rules() -> str:
    return _template()["rules"].strip()


@dataclass(frozen=True)
class Question:
    """One comparison; with `swapped` the second answer stands as A. `attempt` counts from 0."""

    matchup: Matchup
    swapped: bool
    attempt: int = 0

    def texts(self) -> tuple[str, str]:
        """What stands as A and as B: as people saw it, names covered where theirs were."""
        campaign = self.matchup.campaign
        first, second = (harmless(naming.shown(campaign, text)) for text in self.matchup.texts())
        return (second, first) if self.swapped else (first, second)


def prompt_for(asked_of: Question, rules: Mapping[str, str]) -> Prompt:
    """The request; a later attempt is asked a little less strictly."""
    prompt = asked_of.matchup.prompt
    left, right = asked_of.texts()
    question, known = harmless(prompt.text), harmless(prompt.reference)
    fence = new_fence(question, known, left, right)
    parts = _template()
    told = _filled(parts["reference"], fence=fence, text=known) if known else ""
    asked = rules.get(prompt.category) or rules.get("") or default_rules()
    system = _filled(parts["system"].strip(), fence=fence, rules=asked)
    user = _filled(
        parts["user"].strip(),
        fence=fence,
        question=question,
        reference=told,
        left=left,
        right=right,
    )
    messages = ({"role": "system", "content": system}, {"role": "user", "content": user})
    return Prompt(
        messages,
        schema=SCHEMA,
        temperature=_RETRY_TEMPERATURE if asked_of.attempt else 0.0,
        seed=asked_of.attempt,
        max_tokens=_MAX_TOKENS,
    )


def read(answer: Completion) -> Verdict:
    """The verdict in a judge's answer. Raises CqiaError for anything but what was asked for."""
    try:
        # Not strict: an engine may let raw control characters into strings.
        found = json.loads(answer.text, strict=False)
    except ValueError:
        found = None
    if not isinstance(found, dict) or found.get("better") not in _SIDES:
        raise CqiaError("judge_not_json", {"found": excerpt(strip_nul(answer.text), 200)})
    reason = found.get("reason")
    text = excerpt(strip_nul(reason), _REASON) if isinstance(reason, str) else ""
    return Verdict(found["better"], text)


def rules_of(content: bytes) -> dict[str, str]:
    """Rules for each category from a file: JSONL or a JSON array of {class, prompt}, as BELLE has it,
    or one JSON object of category and text. Raises CqiaError where it is none of them."""
    try:
        text = content.decode("utf-8-sig").strip()
        found: Any = (
            [json.loads(line) for line in text.splitlines() if line.strip()]
            if text[:1] == "{" and "\n{" in text
            else json.loads(text)
        )
    except ValueError:
        raise CqiaError("judge_rules_unreadable") from None
    if isinstance(found, dict):
        found = (
            [found] if "class" in found else [{"class": k, "prompt": v} for k, v in found.items()]
        )
    if not isinstance(found, list) or not found:
        raise CqiaError("judge_rules_unreadable")
    rules = {}
    for each in found:
        name, asked = (each.get("class"), each.get("prompt")) if isinstance(each, dict) else (0, 0)
        if not isinstance(name, str) or not isinstance(asked, str) or not asked.strip():
            raise CqiaError("judge_rules_unreadable")
        if len(asked) > RULES_LIMIT:
            raise CqiaError("judge_rules_long", {"name": name, "limit": RULES_LIMIT})
        # As categories of prompts are kept: BELLE writes one with a no-break space.
        rules[" ".join(name.split())] = strip_nul(asked).strip()
    return rules


def _filled(template: str, **values: str) -> str:
    """One pass: a placeholder within the texts stays as it is, and so do the braces of JSON."""
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), template)
