"""How a judge is asked about one answer, and how what it says is read.

What is judged comes from anywhere and must not steer the judge: it stands between marks with a
number that no text can know, marks of roles are broken (`harmless`), and a score is read only from
the model's own answer.
"""

import json
import math
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from annotation.judge_score import expected
from annotation.judge_templates import CRITERIA, FIELDS, OVERALL, Template
from annotation.models import Judgement
from cqia.lib.errors import CqiaError
from cqia.lib.llm import Completion, Prompt
from cqia.lib.text import excerpt, strip_nul

Method = Judgement.Method
LOWEST, HIGHEST = 1.0, 10.0
_REASON = 400  # characters kept
# All three are ours. At 0 a model would give the same unreadable answer again.
_RETRY_TEMPERATURE = 0.4
_SAMPLE_TEMPERATURE = 0.7
_TOP = 20  # alternatives at each token: as many as OpenAI and vLLM give
_MAX_TOKENS = 512

_SCORE = {"type": "integer", "minimum": 1, "maximum": 10}
# A pattern bounds the reason: under maxLength vLLM's grammar lets raw control characters through.
_TEXT = {"type": "string", "pattern": '^[^"\\\\\\u0000-\\u001f\\u007f]{1,120}$'}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {field: _TEXT if field == "reason" else _SCORE for field in FIELDS},
    "required": list(FIELDS),
    "additionalProperties": False,
}

# What shows nothing but may hide or part a mark: zero-width, direction, tag characters, controls.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0000-\U000e01ef]"
)
# Some tokenizers take the full-width forms for the plain ones.
_PLAIN = {0xFF01 + n: 0x21 + n for n in range(94)} | {0xFE64: "<", 0xFE65: ">"}
# By these a chat template or a tokenizer tells who speaks; a space after the first sign breaks them.
_ROLE_MARK = re.compile(
    r"<(?=\|[^|<>\n]{1,40}\|>)"
    r"|<(?=<\s*/?\s*sys\s*>>)"
    r"|<(?=/?(?:s|sys|bos|eos|pad|unk|mask|system|user|assistant|human|bot|tool|think|tool_call"
    r"|tool_response|start_of_turn|end_of_turn|im_start|im_end|begin_of_text|end_of_text"
    r"|(?:reserved|unused|extra_id|special)_?\d+)>)"
    r"|\[(?=/?(?:inst|sys|gmask|smask|mask|cls|sep|pad|unk|eos|bos|system_prompt|available_tools"
    r"|tool_calls|tool_results|unused_token_\d+)\])",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Verdict:
    """One readable answer of a judge. `mass`: the share of probability that the score rests on."""

    score: float
    criteria: dict[str, float]
    reason: str
    mass: float | None = None


def harmless(text: str) -> str:
    """The text as a judge gets it: without what shows nothing, and with its marks of roles broken."""
    text = _UNSEEN.sub("", text.replace("\r\n", "\n"))
    plain = text.translate(_PLAIN)  # as long as the text: places are the same
    if "<" not in plain and "[" not in plain:
        return text
    last, parts = 0, []
    for mark in _ROLE_MARK.finditer(plain):
        parts.append(text[last : mark.end()])
        last = mark.end()
    return " ".join([*parts, text[last:]])


def new_fence(*texts: str) -> str:
    """A number that nobody could know, and that none of the texts holds."""
    while any((fence := secrets.token_hex(8)) in text for text in texts):
        pass
    return fence


def prompt_for(
    template: Template, texts: tuple[str, str], fence: str, method: Method, seed: int = 0
) -> Prompt:
    """The request for one (question, answer). With a seed the same is asked a little less strictly."""
    question, answer = (harmless(text) for text in texts)
    system, user = template.filled(question, answer, fence)
    sampled = method == Method.SAMPLES
    retried = _RETRY_TEMPERATURE if seed else 0.0
    return Prompt(
        messages=({"role": "system", "content": system}, {"role": "user", "content": user}),
        schema=SCHEMA,
        temperature=_SAMPLE_TEMPERATURE if sampled else retried,
        seed=seed,
        top_logprobs=None if sampled else _TOP,
        max_tokens=_MAX_TOKENS,
    )


def read(answer: Completion, method: Method) -> Verdict:
    """The verdict in a model's answer. Raises CqiaError for anything but what was asked for."""
    found = _json(answer.text)
    reason = found.get("reason")
    if not isinstance(reason, str):
        _unreadable(answer.text)
    scores = {name: _score(found.get(name), answer.text) for name in (*CRITERIA, OVERALL)}
    overall, mass = scores.pop(OVERALL), None
    if method == Method.PROBABILITIES:
        likely = expected(answer.text, answer.logprobs or (), OVERALL, overall)
        if likely is None:
            raise CqiaError("judge_no_probabilities")
        overall, mass = likely.score, likely.mass
    return Verdict(overall, scores, excerpt(strip_nul(reason), _REASON), mass)


def mean(verdicts: Sequence[Verdict]) -> Verdict:
    """The mean of all scores, with the reason of the first."""
    if len(verdicts) == 1:
        return verdicts[0]
    count = len(verdicts)
    criteria = {name: sum(one.criteria[name] for one in verdicts) / count for name in CRITERIA}
    return Verdict(sum(one.score for one in verdicts) / count, criteria, verdicts[0].reason)


def _json(text: str) -> dict[str, Any]:
    try:
        # Not strict: an engine may let raw control characters into strings.
        found = json.loads(text, strict=False)
    except ValueError:
        _unreadable(text)
    return found if isinstance(found, dict) else _unreadable(text)


def _score(value: object, text: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        _unreadable(text)
    if not math.isfinite(value) or not LOWEST <= value <= HIGHEST:
        raise CqiaError("judge_out_of_range", {"score": str(value)[:40]})
    return float(value)


def _unreadable(text: str) -> NoReturn:
    raise CqiaError("judge_not_json", {"found": excerpt(strip_nul(text), 200)})
