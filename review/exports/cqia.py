from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from review.exports.base import Exporter

FIELDS = (
    "instruction",
    "input",
    "output",
    "task_type",
    "domain",
    "metadata",
    "answer_from",
    "human_verified",
    "copyright",
)


class Cqia(Exporter):
    """The nine fields of the published COIG-CQIA files, in their order."""

    id: ClassVar[str] = "cqia"
    name: ClassVar[str] = "CQIA"
    description = _("The nine fields of COIG-CQIA, all of them on every row.")

    def row(self, record: dict[str, Any], extra: dict[str, Any]) -> dict[str, Any]:
        row = {field: record[field] for field in FIELDS}
        row["task_type"] = {part: record["task_type"][part] for part in ("major", "minor")}
        return row
