from django.utils.translation import gettext_lazy as _

from annotation.checks.base import Bounds, Measurement, Share, Text, TextCheck
from annotation.checks.stop_words import FUNCTION_WORDS

FEWEST = 30  # words: of fewer the share says little


class Density(Share, TextCheck):
    """Lexical density (J. Ure, 1971), with a list of function words of our own. Of several answers
    the densest counts. A warning: talk about feelings and "you and I" needs many such words."""

    id = "density"
    name = _("Information density")
    description = _(
        "Share of content words among the answer's words (lexical density, Ure 1971); 1 for "
        "answers of fewer than 30. Only Chinese words count."
    )
    unit = _("share")
    too_low = _("Only %(score)s of the answer's words are content words.")
    too_high = _("%(score)s of the answer's words are content words.")
    low = 0.35
    enabled = False
    strict = Bounds(low=0.4, enabled=False)
    lenient = Bounds(low=0.3, enabled=False)
    passes = (
        Text("绿茶怎么样？", ("也许还可以。",)),
        Text(
            "绿茶怎么泡？",
            (
                "先烧水，放到八十度左右；温杯以后投茶三克，沿着杯壁注水三分之一，轻轻摇香，"
                "再注到七分满，两分钟就能喝。第二泡稍微延长，第三泡味道变淡，可以换茶。",
            ),
        ),
    )
    fails = (
        Text(
            "我该怎么办？",
            (
                "这个问题其实是一个非常重要的问题，对于我们每个人来说都可能会有所不同，"
                "所以你可以根据自己的情况，从这些方面去想一想，也可以和其他人一起，这样或许会更好一些。",
            ),
        ),
    )

    def measure(self, text: Text) -> Measurement:
        return Measurement(max(map(_share, text.answer_terms), default=1.0))


def _share(words: list[str]) -> float:
    if len(words) < FEWEST:
        return 1.0
    return 1 - sum(map(FUNCTION_WORDS.__contains__, words)) / len(words)
