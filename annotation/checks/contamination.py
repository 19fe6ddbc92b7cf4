from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

from annotation.checks.base import Bounds, Group, Measurement, ProjectCheck, Share, Text
from annotation.contamination.index import index_of, revision_of


class Contamination(Share, ProjectCheck):
    """Compared are hashes alone; annotation.contamination says how."""

    id = "contamination"
    name = _("Benchmark contamination")
    description = _(
        "The greatest share of a benchmark item's runs of 10 characters that the pair holds, or the "
        "likeness of its question to an item's. 0 where no benchmark is registered."
    )
    unit = _("share")
    group = Group.CONTAMINATION
    too_low = _("No benchmark item was found.")
    too_high = _("%(score)s of the benchmark item “%(evidence)s” is in this pair.")
    high = 0.6
    strict = Bounds(high=0.45)
    lenient = Bounds(high=0.85)

    def version_in(self, project_id: int) -> int:
        return self.version + revision_of(project_id)

    def measurer(self, project_id: int) -> Callable[[Text], Measurement]:
        index = index_of(project_id)
        return lambda text: Measurement(*index.likeness(text.prompt, text.answers))
