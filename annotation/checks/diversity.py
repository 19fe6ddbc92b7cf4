from django.utils.translation import gettext_lazy as _

from annotation.checks.base import Bounds, Measurement, Share, Text, TextCheck

SEGMENT = 50  # words; its number of different words does not depend on how long the text is
FEWEST = 25  # words: fewer are told to be diverse
_SEGMENTS = [slice(start, start + SEGMENT) for start in range(0, 4000, SEGMENT)]


class Diversity(Share, TextCheck):
    """Mean segmental type–token ratio (W. Johnson, 1944): unlike the ratio of a whole text it does
    not fall with its length. Of several answers the most diverse counts. A warning: what goes round
    in circles is found by repetition, and riddles and exercises rightly repeat their few words."""

    id = "diversity"
    name = _("Lexical diversity")
    description = _(
        "Share of different words among 50 words in a row, the mean over the answer (mean segmental "
        "type–token ratio, Johnson 1944). Only Chinese words count; 1 for fewer than 25."
    )
    unit = _("share")
    too_low = _("Only %(score)s of 50 words in a row are different ones.")
    too_high = _("%(score)s of 50 words in a row are different ones.")
    low = 0.4
    enabled = False
    strict = Bounds(low=0.5, enabled=False)
    lenient = Bounds(low=0.3, enabled=False)
    passes = (
        Text("数到三。", ("一，二，三。",)),
        Text(
            "绿茶怎么泡？",
            (
                "先烧水，放到八十度左右；温杯以后投茶三克，沿着杯壁注水三分之一，轻轻摇香，"
                "再注到七分满，两分钟就能喝。第二泡稍微延长，第三泡味道变淡，可以换茶。",
            ),
        ),
    )
    fails = (Text("绿茶怎么样？", ("绿茶很好，红茶也很好，白茶也很好，黑茶也很好。" * 5,)),)

    def measure(self, text: Text) -> Measurement:
        return Measurement(max(map(_ratio, text.answer_terms), default=1.0))


def _ratio(words: list[str]) -> float:
    whole = len(words) // SEGMENT
    if not whole:
        return len(set(words)) / len(words) if len(words) >= FEWEST else 1.0
    # Less than a segment is left over at the end: it would be too diverse.
    return sum(map(len, map(set, map(words.__getitem__, _SEGMENTS[:whole])))) / (whole * SEGMENT)
