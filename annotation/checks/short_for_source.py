from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from annotation.checks.base import Bounds, Group, Measurement, Share, Text, TextCheck
from annotation.models import Source


class ShortForSource(Share, TextCheck):
    """Of several answers the longest counts, as with the length itself. White space within counts,
    as it does in the lengths of the published files, from which the floors are taken."""

    id = "short_for_source"
    name = _("Length that the source asks")
    description = _(
        "Share of the length that the source asks of an answer, as far as the longest answer "
        "reaches it; all of it where none is asked."
    )
    unit = _("share")
    group = Group.LENGTH
    too_low = _("The answer reaches %(score)s of the length that its source asks.")
    too_high = _("The answer has the length that its source asks.")
    low = 1
    lenient = Bounds(low=0.5)
    passes = (
        Text("绿茶怎么泡？", ("水温八十度。",)),
        Text("写一段简介。", ("绿茶未经发酵，叶片细嫩，水温不宜太高。",), floor=15),
        Text("写一段简介。", ("太短。", "绿茶未经发酵，叶片细嫩，水温不宜太高。"), floor=15),
    )
    fails = (
        Text("写一段简介。", ("绿茶未经发酵。",), floor=15),
        Text("写一段简介。", (), floor=15),
    )

    def measure(self, text: Text) -> Measurement:
        if not text.floor:
            return Measurement(1.0)
        reached = max((len(answer.strip()) for answer in text.answers), default=0)
        return Measurement(min(reached / text.floor, 1.0))

    def version_in(self, project_id: int) -> int:
        changes = Source.objects.filter(project=project_id).aggregate(all=Sum("floor_changes"))
        return self.version + (changes["all"] or 0)
