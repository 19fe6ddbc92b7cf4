from django.utils.translation import gettext_lazy as _

from annotation.checks.base import Bounds, Group, Measurement, Share, Text, TextCheck
from annotation.checks.shape import HAN, KANA, LATIN, LETTER

# Only letters stay, so that white space parts the words of other scripts.
_LETTERS = bytes(byte if byte in LATIN + LETTER + KANA else 32 for byte in range(256))


class HanRatio(Share, TextCheck):
    """Question and answers together, so that a translation into English counts its Chinese half.

    A word of another script counts once, like a Han character: by letters, three English terms
    would outweigh a Chinese sentence. A pair without any word passes.
    """

    id = "han_ratio"
    name = _("Share of Chinese")
    description = _(
        "Han characters among all Han characters and words of other scripts, in question and "
        "answers together; code, formulas and addresses do not count."
    )
    unit = _("share")
    group = Group.LENGTH
    too_low = _("Only %(score)s of the words are Chinese.")
    too_high = _("%(score)s of the words are Chinese.")
    low = 0.15
    strict = Bounds(low=0.3)
    lenient = Bounds(low=0.05)
    passes = (
        Text(
            "请译成英文：绿茶不宜用沸水冲泡。",
            ("Green tea should not be brewed with boiling water.",),
        ),
        Text("6 × 7 = ?", ("42",)),
        Text("如何反转列表？", ("```python\nwords[::-1]\n```",)),
    )
    fails = (Text("How do I make tea?", ("Boil water first.",)),)

    def measure(self, text: Text) -> Measurement:
        chinese = sum(shape.count(HAN) for shape in text.shapes)
        others = sum(words_of_others(shape) for shape in text.shapes)
        return Measurement(chinese / (chinese + others) if chinese + others else 1.0)


def words_of_others(shape: bytes) -> int:
    """How many words of scripts other than Han."""
    return len(shape.translate(_LETTERS).split())
