"""What the checks for near duplicates have in common."""

from django.utils.translation import gettext_lazy as _

from annotation import near_duplicates
from annotation.checks.base import CorpusCheck, Group, Measurement, Share
from annotation.newcomers import Newcomers


class Near(Share, CorpusCheck):
    group = Group.DUPLICATES
    unit = _("alike")
    too_low = _("No earlier pair is like it.")
    high = 0.8

    def measure_many(self, newcomers: Newcomers) -> dict[int, Measurement]:
        return near_duplicates.measure(newcomers, self.id)
