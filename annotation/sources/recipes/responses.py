from collections.abc import Collection

from django.utils.translation import gettext_lazy as _

from annotation.sources.recipes import fields
from annotation.sources.recipes.mapped import Answer, Mapped, Record, Refused
from cqia.lib.errors import type_of

_MODEL_NAME = 120  # characters that are kept


class Responses:
    """One instruction with several answers, to be ranked."""

    id = "responses"
    name = _("Several answers")
    description = _(
        "An instruction and responses: a list of texts, or of objects with text, answer_from and"
        " model. Annotators rank them. Optional: input, system, history, task_type, domain."
    )
    required = ("instruction", "responses")

    def map(self, record: Record) -> Mapped:
        major, minor = fields.task_types(record)
        return Mapped(
            instruction=fields.required_text(record, "instruction"),
            answers=_answers(record),
            input=fields.optional_text(record, "input"),
            system=fields.optional_text(record, "system"),
            history=fields.turns(record, "history"),
            task_major=major,
            task_minor=minor,
            domain=fields.texts(record.get("domain"), "domain"),
            metadata=fields.note(record, "metadata"),
            copyright=fields.note(record, "copyright"),
        )

    def floor(self, task_minor: Collection[str]) -> int:
        return 0


def _answers(record: Record) -> list[Answer]:
    if "responses" not in record:
        raise Refused("missing_field", "responses")
    value = record["responses"]
    found = fields.structured(value) if type(value) is str else value
    if type(found) is not list:
        raise Refused("wrong_type", "responses", expected="list", found=type_of(found))
    if not found:
        raise Refused("empty_field", "responses")
    return [_answer(item, f"responses[{place}]") for place, item in enumerate(found, 1)]


def _answer(item: object, name: str) -> Answer:
    if type(item) is not dict:
        return Answer(fields.filled(item, name))
    model = fields.optional_text(item, "model")
    return Answer(
        fields.filled(item.get("text"), f"{name}.text"),
        fields.origin(item.get("answer_from"), f"{name}.answer_from"),
        model[:_MODEL_NAME],
    )
