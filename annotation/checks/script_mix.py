import re
from functools import cache

import opencc
from django.utils.translation import gettext_lazy as _

from annotation.checks.base import EVIDENCE, Bounds, Group, Measurement, Share, Text, TextCheck
from annotation.checks.shape import HAN, KANA

FEW = 3  # characters: a name or a quoted character may be of the other script (ours)
_HAN_FOR_A_KANA = 20
_RARE_IN_BIG5 = b"\xc9"  # Big5 has its frequent characters first


class ScriptMix(Share, TextCheck):
    """The worst answer counts: a text that changes its script has been pieced together.

    Only characters that are written in one script alone are looked at; a text that is traditional
    throughout is no mixture. Each answer by itself: a question may ask for the other script.
    """

    id = "script_mix"
    name = _("Simplified and traditional mixed")
    description = _(
        "Share of the rarer script among the characters that are simplified only or traditional "
        "only, in the worst answer."
    )
    unit = _("share")
    group = Group.FAULTS
    too_low = _("%(score)s of the characters are of the other script.")
    too_high = _("%(score)s of the characters are of the other script: %(evidence)s")
    high = 0.1
    strict = Bounds(high=0.03)
    lenient = Bounds(high=0.2)
    scale = (0, 0.5)
    passes = (
        Text("繁体字“龍”怎么简化？", ("“龍”简化为“龙”，古诗里常见“龍”字。",)),
        Text("寫一句關於茶的話。", ("綠茶未經發酵，葉片細嫩，開水會把茶葉燙熟。",)),
        Text("写一句话，用繁体字。", ("這杯綠茶請您慢慢品嘗，謝謝。",)),
        Text(
            "介绍一部动画。",
            ("『緑茶の国』は、二つの村の争いを描いた物語である。監督は学生だった。",),
        ),
    )
    fails = (
        Text("绿茶怎么泡？", ("绿茶未經發酵，叶片細嫩，开水會把茶叶燙熟，汤色变黄。",)),
        Text("绿茶怎么泡？", ("水温八十度。", "綠茶未經發酵，開水會把茶叶烫熟，汤色变黄。")),
    )

    def measure(self, text: Text) -> Measurement:
        found = map(_mixed, text.prose[1:], text.shapes[1:])
        return max(found, key=lambda one: one.score, default=_NONE)


_NONE = Measurement(0.0)


def _mixed(answer: str, shape: bytes) -> Measurement:
    traditional_only, simplified_only = _scripts()
    traditional = traditional_only.findall(answer)
    # Japanese has characters of either script.
    if not traditional or shape.count(KANA) * _HAN_FOR_A_KANA > shape.count(HAN):
        return _NONE
    fewer, more = sorted((traditional, simplified_only.findall(answer)), key=_length)
    if _length(fewer) < FEW:
        return _NONE
    share = _length(fewer) / (_length(fewer) + _length(more))
    return Measurement(share, " ".join(fewer)[:EVIDENCE])


def _length(runs: list[str]) -> int:
    return sum(map(len, runs))


@cache
def _scripts() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Characters that are traditional only, and simplified only, by OpenCC.

    GB 2312 and Big5 hold what is in use in either script, so that characters of both, such as 后,
    里 and 著, are in neither set. Rare traditional characters are left out, too: simplified
    editions of old texts keep them.
    """
    han = [chr(code) for code in range(0x4E00, 0xA000)]
    to_simplified = opencc.OpenCC("t2s").convert
    to_traditional = opencc.OpenCC("s2t").convert
    traditional = [c for c in han if to_simplified(c) != c and not c.encode("gb2312", "ignore")]
    simplified = [c for c in han if to_traditional(c) != c and not c.encode("big5", "ignore")]
    frequent = [c for c in traditional if b"" < c.encode("big5", "ignore") < _RARE_IN_BIG5]
    return _run_of(frequent), _run_of(simplified)


def _run_of(characters: list[str]) -> re.Pattern[str]:
    return re.compile(f"[{''.join(characters)}]+")
