"""The rules that go by the terms of sources and the licence table."""

from collections import Counter
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from annotation.models import Response, Source
from review.gate_rules.base import BLOCK, LEVEL_OF, WARN, Rule, Selection


class Licence(Rule):
    id: ClassVar[str] = "licence"
    name = _("Licence")
    description = _("The licence of the source does not allow the use, or is not known.")
    by_subject: ClassVar[bool] = True

    def find(self, selection: Selection) -> None:
        for source in selection.sources:
            verdict = selection.table.row("licence", source.licence_kind).verdict(selection.use)
            if verdict in LEVEL_OF:
                selection.note(self.id, LEVEL_OF[verdict], source.licence_kind, [source.pk])


class Consent(Rule):
    id: ClassVar[str] = "consent"
    name = _("Consent")
    description = _("Those who wrote the texts have not agreed to the use, or nobody knows.")
    by_subject: ClassVar[bool] = True

    def find(self, selection: Selection) -> None:
        for source in selection.sources:
            verdict = selection.table.row("consent", source.consent).verdict(selection.use)
            if verdict in LEVEL_OF:
                selection.note(self.id, LEVEL_OF[verdict], source.consent, [source.pk])

    def told(self, subject: str) -> str:
        return str(Source.Consent(subject).label)


_MODEL_ROWS = f"""
INSERT INTO gate_rows
SELECT %s, %s, %s, pair_id, source_id, ordinal, '' FROM gate_pairs row
 WHERE source_id = %s AND EXISTS (
       SELECT FROM {Response._meta.db_table} answer
        WHERE answer.pair_id = row.pair_id AND answer.origin = 'llm')
"""


class Outputs(Rule):
    """Any answer counts, for those that were replaced or ranked below are published, too."""

    id: ClassVar[str] = "outputs"
    name = _("Model answers")
    description = _(
        "The terms of the model that wrote an answer of the row do not allow the use, or are not "
        "known. A source that says it has none, but has some, counts as not known."
    )
    by_subject: ClassVar[bool] = True

    def find(self, selection: Selection) -> None:
        for source in selection.sources:
            claims_none = source.output_terms == Source.OutputTerms.NONE
            terms = Source.UNKNOWN if claims_none else source.output_terms
            verdict = selection.table.row("outputs", terms).verdict(selection.use)
            if verdict in LEVEL_OF:
                level = LEVEL_OF[verdict]
                selection.cursor.execute(_MODEL_ROWS, [self.id, level, terms, source.pk])

    def told(self, subject: str) -> str:
        return str(Source.OutputTerms(subject).label)


class Conflict(Rule):
    """The largest group stays; those that cannot be published with it are named."""

    id: ClassVar[str] = "conflict"
    name = _("Licences that do not go together")
    description = _(
        "Two licences each want the whole published under their own terms. The rows of the smaller "
        "group are named."
    )
    by_subject: ClassVar[bool] = True

    def find(self, selection: Selection) -> None:
        rows: Counter[str] = Counter()
        members: dict[str, list[int]] = {}
        for source in selection.sources:
            group = selection.table.row("licence", source.licence_kind).group
            if group:
                rows[group] += source.rows
                members.setdefault(group, []).append(source.pk)
        by_size = sorted(rows, key=lambda group: (-rows[group], group))
        level = {"open": BLOCK, "commercial": WARN}.get(selection.use)
        for group in by_size[1:] if level else ():
            subject = f"{group} / {by_size[0]}"
            selection.note(self.id, str(level), subject, members[group])
