from django.utils.translation import gettext_lazy as _

from annotation.checks.base import Bounds
from annotation.checks.near import Near


class NearPair(Near):
    id = "near_pair"
    name = _("Near duplicate")
    description = _(
        "How alike the pair is to the likest of the earlier pairs: the share of runs of five "
        "characters that both have, in question and answer together and in the answer alone."
    )
    too_high = _("%(score)s alike to pair %(evidence)s.")
    strict = Bounds(high=0.7)
    lenient = Bounds(high=0.9)
