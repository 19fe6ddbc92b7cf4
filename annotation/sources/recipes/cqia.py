from collections.abc import Collection

from django.utils.translation import gettext_lazy as _

from annotation.sources.recipes import fields
from annotation.sources.recipes.mapped import Answer, Mapped, Record

# Characters. The shortest synopses and introductions of the published files have exactly 200, so
# that a floor of 200 may be taken for theirs; no floor is published.
FLOORS = {"故事概要": 200, "图书介绍": 200, "作者介绍": 200}


class Cqia:
    """The nine fields of the published dataset; what is missing but the texts is left empty."""

    id = "cqia"
    name = "CQIA"
    description = _(
        "Nine fields: instruction, input, output, task_type, domain, metadata, answer_from,"
        " human_verified, copyright. Only instruction and output must be there."
    )
    required = ("instruction", "output")

    def map(self, record: Record) -> Mapped:
        major, minor = fields.task_types(record)
        return Mapped(
            instruction=fields.required_text(record, "instruction"),
            answers=[
                Answer(
                    fields.required_text(record, "output"),
                    fields.origin(record.get("answer_from"), "answer_from"),
                )
            ],
            input=fields.optional_text(record, "input"),
            task_major=major,
            task_minor=minor,
            domain=fields.texts(record.get("domain"), "domain"),
            metadata=fields.note(record, "metadata"),
            verified_upstream=fields.truth(record, "human_verified"),
            copyright=fields.note(record, "copyright"),
        )

    def floor(self, task_minor: Collection[str]) -> int:
        return max((FLOORS.get(kind, 0) for kind in task_minor), default=0)
