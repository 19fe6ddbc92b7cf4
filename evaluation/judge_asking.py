"""How a judge is asked about two answers, or about one alone, and how what it says is read.

The answers come from anywhere and must not steer the judge: as in annotation.judge_prompt they stand
between marks with a number that no text can know, with their own marks of roles broken.
"""

import json
import re
import tomllib
from collections.abc import Container, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from annotation.judge_prompt import harmless, new_fence
from cqia.lib.errors import CqiaError
from cqia.lib.llm import Completion, Prompt
from cqia.lib.text import excerpt, strip_nul
from evaluation import naming
from evaluation.models import Answer as ModelAnswer
from evaluation.models import Campaign, Matchup
from evaluation.models import Prompt as Asked

RULES_LIMIT = 4000  # characters for one category (ours)
_REASON = 400  # characters kept
# At 0 a model would give the same unreadable answer again (ours).
_RETRY_TEMPERATURE = 0.4
_MAX_TOKENS = 512
_SIDES = ("A", "B", "tie")
# A pattern bounds the reason: under maxLength vLLM's grammar lets raw control characters through.
_TEXT = {"type": "string", "pattern": '^[^"\\\\\\u0000-\\u001f\\u007f]{1,120}$'}
_MOST = 10  # points
_PAIR = {"better": {"type": "string", "enum": list(_SIDES)}}
_SCORE = {"score": {"type": "integer", "enum": list(range(_MOST + 1))}}
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Verdict:
    """`better` is the place that won, A or B, or tie."""

    better: str
    reason: str


@dataclass(frozen=True)
class Points:
    """0 to 10."""

    score: int
    reason: str


@cache
def _template(name: str) -> Mapping[str, str]:
    path = Path(__file__).parent / "judge_prompts" / f"{name}-1.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def default_rules() -> str:
    return _template("pair")["rules"].strip()


@dataclass(frozen=True)
class Pair:
    """One comparison; with `swapped` the second answer stands as A. `attempt` counts from 0."""

    matchup: Matchup
    swapped: bool
    attempt: int = 0

    @property
    def place(self) -> str:
        return f"{self.matchup.pk}{'-' if self.swapped else '+'}"

    @property
    def prompt(self) -> Asked:
        return self.matchup.prompt

    def request(self, rules: Mapping[str, str]) -> Prompt:
        """As people saw it, names covered where theirs were."""
        campaign = self.matchup.campaign
        left, right = (naming.shown(campaign, text) for text in self.matchup.texts())
        texts = {"left": right, "right": left} if self.swapped else {"left": left, "right": right}
        return _request("pair", self, rules, texts, _PAIR)


@dataclass(frozen=True)
class Alone:
    """One answer of a campaign. `attempt` counts from 0."""

    campaign: Campaign
    answer: ModelAnswer
    attempt: int = 0

    @property
    def place(self) -> str:
        return str(self.answer.pk)

    @property
    def prompt(self) -> Asked:
        return self.answer.prompt

    def request(self, rules: Mapping[str, str]) -> Prompt:
        """As people saw it, names covered where theirs were."""
        texts = {"answer": naming.shown(self.campaign, self.answer.text)}
        return _request("score", self, rules, texts, _SCORE)


Question = Pair | Alone


def _request(
    template: str,
    asked: Question,
    rules: Mapping[str, str],
    texts: Mapping[str, str],
    verdict: Mapping[str, object],
) -> Prompt:
    """A later attempt is asked a little less strictly."""
    question, known = harmless(asked.prompt.text), harmless(asked.prompt.reference)
    answers = {name: harmless(text) for name, text in texts.items()}
    fence = new_fence(question, known, *answers.values())
    parts = _template(template)
    told = _filled(_template("pair")["reference"], fence=fence, text=known) if known else ""
    system = _filled(parts["system"].strip(), fence=fence, rules=_rules(rules, asked.prompt))
    user = _filled(parts["user"].strip(), fence=fence, question=question, reference=told, **answers)
    return Prompt(
        ({"role": "system", "content": system}, {"role": "user", "content": user}),
        schema={
            "type": "object",
            "properties": {"reason": _TEXT, **verdict},
            "required": ["reason", *verdict],
            "additionalProperties": False,
        },
        temperature=_RETRY_TEMPERATURE if asked.attempt else 0.0,
        seed=asked.attempt,
        max_tokens=_MAX_TOKENS,
    )


def _rules(rules: Mapping[str, str], prompt: Asked) -> str:
    return rules.get(prompt.category) or rules.get("") or default_rules()


def read_pair(answer: Completion) -> Verdict:
    """The verdict in a judge's answer. Raises CqiaError for anything but what was asked for."""
    better, reason = _read(answer, "better", _SIDES)
    return Verdict(better, reason)


def read_score(answer: Completion) -> Points:
    """The points in a judge's answer. Raises CqiaError for anything but what was asked for."""
    score, reason = _read(answer, "score", range(_MOST + 1))
    return Points(score, reason)


def _read(answer: Completion, name: str, possible: Container[Any]) -> tuple[Any, str]:
    try:
        # Not strict: an engine may let raw control characters into strings.
        found = json.loads(answer.text, strict=False)
    except ValueError:
        found = None
    said = found.get(name) if isinstance(found, dict) else None
    # Truth is 1 to a range, and no points.
    if not isinstance(found, dict) or isinstance(said, bool) or said not in possible:
        raise CqiaError("judge_not_json", {"found": excerpt(strip_nul(answer.text), 200)})
    reason = found.get("reason")
    return said, excerpt(strip_nul(reason), _REASON) if isinstance(reason, str) else ""


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
