"""What a record of a file of prompts or of answers says. Pure: no database.

Prompts are {id, category, subcategory, source, prompt or turns, system, reference}. Answers come as
{question_id, model, answer, sample}, or in the import formats: instruction, input and output (CQIA,
Alpaca, or a table with these columns), instruction and responses, messages, conversations. Those name
no prompt, and are matched by their question. Other keys are not read.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from annotation.sources.recipes import fields as source_fields
from annotation.sources.recipes import recipe_of
from cqia.lib.errors import CqiaError, Param, type_of
from evaluation.models.prompt import TURNS_APART

Record = Mapping[str, Any]

KEY_LIMIT = NAME_LIMIT = SOURCE_LIMIT = 120
CATEGORY_LIMIT = 80
SAMPLES_LIMIT = 99
"""The last sample of an answer that a file may name; a default of this project."""

_QUESTION = frozenset({"user", "human", "prompter"})
_ANSWER = frozenset({"assistant", "gpt", "bot"})


@dataclass(frozen=True)
class PromptRow:
    key: str
    text: str  # of several turns: all of them, with TURNS_APART between
    category: str = ""
    subcategory: str = ""
    source: str = ""
    turns: list[str] = field(default_factory=list)
    system: str = ""
    reference: str = ""


@dataclass(frozen=True)
class AnswerRow:
    """An answer to the prompt with this key, or, where it is empty, with this question."""

    key: str
    question: str
    model: str
    text: str
    sample: int = 0


def prompt_of(record: Record) -> PromptRow:
    """Raises CqiaError with the field that is at fault."""
    turns = _turns(record, "turns") if "turns" in record and not record.get("prompt") else []
    return PromptRow(
        key=_named(record, "id", KEY_LIMIT),
        text=TURNS_APART.join(turns) or text_of(record, "prompt"),
        category=_category(record, "category"),
        subcategory=_category(record, "subcategory"),
        source=limited(text_of(record, "source", required=False), "source", SOURCE_LIMIT),
        turns=turns if len(turns) > 1 else [],
        system=text_of(record, "system", required=False),
        reference=_reference(record),
    )


def answers_of(record: Record, model: str = "") -> list[AnswerRow]:
    """The answers of a record, `model` being whose they are where it does not say so."""
    if "question_id" in record or "answer" in record:
        key, text = _named(record, "question_id", KEY_LIMIT), _joined(record, "answer")
        return [AnswerRow(key, "", _model(record, model), text, _sample(record))]
    for name in ("messages", "conversations"):
        if record.get(name):
            question, text = _talk(record, name)
            return [AnswerRow("", question, _model(record, model), text, _sample(record))]
    if "responses" in record:
        return _responses(record, model)
    return [_pair(record, model)]


def text_of(record: Record, name: str, *, required: bool = True) -> str:
    """A text without NUL characters and without space around it."""
    value = record.get(name)
    if value is None and not required:
        return ""
    if name not in record:
        raise CqiaError("missing_field", {"field": name})
    return _cleaned(value, name, required=required)


def limited(text: str, name: str, limit: int) -> str:
    if len(text) > limit:
        raise CqiaError("long_field", {"field": name, "found": len(text), "limit": limit})
    return text


def _cleaned(value: object, name: str, *, required: bool = True) -> str:
    if not isinstance(value, str):
        params: dict[str, Param] = {"expected": "text", "found": type_of(value)}
        raise CqiaError("wrong_type", {"field": name, **params})
    text = value.replace("\x00", "").strip()
    if required and not text:
        raise CqiaError("empty_field", {"field": name})
    return text


def _number_as_text(value: object) -> object:
    """An id or a reference such as 42 is clear without quotation marks; an answer is always text."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _named(record: Record, name: str, limit: int) -> str:
    given = {**record, name: _number_as_text(record[name])} if name in record else record
    return limited(text_of(given, name), name, limit)


def _category(record: Record, name: str) -> str:
    # BELLE writes one of its ten classes with a no-break space.
    text = " ".join(text_of(record, name, required=False).split())
    return limited(text, name, CATEGORY_LIMIT)


def _reference(record: Record) -> str:
    value = record.get("reference")
    if isinstance(value, list):
        # MT-bench leaves turns without one empty.
        texts = [_cleaned(text, "reference", required=False) for text in value if text is not None]
        return TURNS_APART.join(text for text in texts if text)
    return text_of({"reference": _number_as_text(value)}, "reference", required=False)


def _turns(record: Record, name: str) -> list[str]:
    """A list of texts; from a table it comes as JSON."""
    value = record[name]
    found = source_fields.structured(value) if isinstance(value, str) else value
    if not isinstance(found, list):
        raise CqiaError("wrong_type", {"field": name, "expected": "list", "found": type_of(found)})
    if not found:
        raise CqiaError("empty_field", {"field": name})
    return [_cleaned(each, f"{name}[{place}]") for place, each in enumerate(found, 1)]


def _joined(record: Record, name: str) -> str:
    """An answer; to a prompt of several turns it may be a list of as many."""
    if isinstance(record.get(name), list):
        return TURNS_APART.join(_turns(record, name))
    return text_of(record, name)


def _model(record: Record, model: str) -> str:
    if record.get("model") or not model:
        return _named(record, "model", NAME_LIMIT)
    return model


def _sample(record: Record) -> int:
    value = record.get("sample", 0) or 0
    found = int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value
    if not isinstance(found, int) or isinstance(found, bool):
        params: dict[str, Param] = {"expected": "number", "found": type_of(found)}
        raise CqiaError("wrong_type", {"field": "sample", **params})
    if not 0 <= found <= SAMPLES_LIMIT:
        raise CqiaError("sample_out_of_range", {"limit": SAMPLES_LIMIT})
    return found


def _talk(record: Record, name: str) -> tuple[str, str]:
    """What was asked and what was answered, turn by turn; from messages or ShareGPT's form of them."""
    value = record[name]
    found = source_fields.structured(value) if isinstance(value, str) else value
    if not isinstance(found, list):
        raise CqiaError("wrong_type", {"field": name, "expected": "list", "found": type_of(found)})
    asked, answered = [], []
    for place, each in enumerate(found, 1):
        at = f"{name}[{place}]"
        if not isinstance(each, dict):
            raise CqiaError(
                "wrong_type", {"field": at, "expected": "object", "found": type_of(each)}
            )
        role = str(each.get("role", each.get("from", ""))).lower()
        text = each.get("content", each.get("value"))
        if role in _QUESTION:
            asked.append(_cleaned(text, at))
        elif role in _ANSWER:
            answered.append(_cleaned(text, at))
    if not asked or len(asked) != len(answered):
        raise CqiaError("turns_do_not_match", {"field": name})
    return TURNS_APART.join(asked), TURNS_APART.join(answered)


def _pair(record: Record, model: str) -> AnswerRow:
    """One with instruction, input, output, and the earlier turns that some files add."""
    recipe = recipe_of("alpaca")
    assert recipe is not None
    found = recipe.map(record)
    last = question_of(found.instruction, found.input)
    asked = [turn[0].strip() for turn in found.history] + [last]
    answered = [turn[1].strip() for turn in found.history] + [found.answers[0].text.strip()]
    whole = (TURNS_APART.join(asked), TURNS_APART.join(answered))
    return AnswerRow("", whole[0], _model(record, model), whole[1].replace("\x00", ""))


def _responses(record: Record, model: str) -> list[AnswerRow]:
    """One answer for each model; the second and later ones of a model are its next samples."""
    recipe = recipe_of("responses")
    assert recipe is not None
    found = recipe.map(record)
    question = question_of(found.instruction, found.input)
    rows: list[AnswerRow] = []
    for each in found.answers:
        name = each.model or _model(record, model)
        sample = sum(row.model == name for row in rows)
        text = each.text.replace("\x00", "").strip()
        rows.append(AnswerRow("", question, name, text, sample))
    return rows


def question_of(instruction: str, input_text: str) -> str:
    """The question that an instruction and its input are together."""
    parts = (part.replace("\x00", "").strip() for part in (instruction, input_text))
    return "\n\n".join(part for part in parts if part)
