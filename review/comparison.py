"""What a reviewer compares: the answer as it came in, and as the annotator left it."""

from dataclasses import dataclass

from django.utils.safestring import SafeString

from annotation.models import Annotation, Pair, Response
from cqia.lib.diff import Summary, diff, render_html, summary


@dataclass(frozen=True)
class Comparison:
    """One annotator's decision beside what they found. `changes` is None where nothing was rewritten."""

    annotation: Annotation
    original: Response
    final: Response | None
    ranked: list[list[Response]]  # tiers, best first
    changes: SafeString | None
    counts: Summary | None

    @property
    def changed_percent(self) -> int:
        return 0 if self.counts is None else round(100 * self.counts.changed_ratio)

    @property
    def mostly_new(self) -> bool:
        """More than 60% changed: a sea of red says less than the old text folded away."""
        return self.changed_percent > 60


def compare(annotation: Annotation, pair: Pair) -> Comparison:
    """Prepare one decision for the page."""
    responses = {response.pk: response for response in pair.responses.order_by("position", "id")}
    final = annotation.response
    original = final.parent if final is not None and final.parent is not None else None
    changes = counts = None
    if final is not None and original is not None:
        ops = diff(original.text, final.text, fold_width=True)
        changes, counts = render_html(ops), summary(ops)
    return Comparison(
        annotation=annotation,
        original=original or final or next(iter(responses.values())),
        final=final,
        ranked=[[responses[pk] for pk in tier] for tier in annotation.tiers],
        changes=changes,
        counts=counts,
    )
