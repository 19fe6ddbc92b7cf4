"""What the checks for near duplicates have in common."""

from collections.abc import Callable, Sequence

from django.utils.translation import gettext_lazy as _

from annotation import near_duplicates
from annotation.checks.base import CorpusCheck, Group, Measurement, Share


class Near(Share, CorpusCheck):
    group = Group.DUPLICATES
    unit = _("alike")
    too_low = _("No earlier pair is like it.")
    high = 0.8

    def prepared(
        self, project_id: int, pair_ids: Sequence[int]
    ) -> Callable[[], dict[int, Measurement]]:
        return near_duplicates.prepared(project_id, self.id, pair_ids)

    def measure_many(self, project_id: int, pair_ids: Sequence[int]) -> dict[int, Measurement]:
        return self.prepared(project_id, pair_ids)()
