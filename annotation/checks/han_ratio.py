import re

from django.utils.translation import gettext_lazy as _

from annotation.checks.base import Measurement, Text, TextCheck
from annotation.checks.prose import prose
from cqia.lib.text import han

# Letters that are not Han: ASCII by itself first, which is most of them and fast.
_WORD = re.compile(
    r"[A-Za-z]+|[^\W\d_\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]+"
)


class HanRatio(TextCheck):
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
    too_low = _("Only %(score)s of the words are Chinese.")
    too_high = _("%(score)s of the words are Chinese.")
    low = 0.15
    whole = False
    share = True
    step = "0.01"
    scale = (0, 1)

    def measure(self, text: Text) -> Measurement:
        words = prose("\n".join((text.prompt, *text.answers)))
        chinese = han(words)
        others = len(_WORD.findall(words))
        return Measurement(chinese / (chinese + others) if chinese + others else 1.0)
