import re

from django.utils.translation import gettext_lazy as _

from annotation.checks.base import EVIDENCE, Bounds, Group, Measurement, Text, TextCheck
from annotation.checks.shape import BROKEN, LETTER

# U+FFFD stored as UTF-8 and read as GBK; memory that was never written, read as GBK.
_WORDS = ("锟斤拷", "锟届瀿", "烫烫烫", "屯屯屯", "銆", "锛", "鈥", "鐨勶")
_READ_AS_GBK = re.compile(
    "(?:锟斤拷|锟届瀿|烫烫烫+|屯屯屯+|[銆锛鈥鐨][\u4e00-\u9fff\ue000-\uf8ff]?)+"
)
# The first bytes of UTF-8 read as Latin-1 or Windows-1252, and what follows such a byte.
_LEAD = "ÂÃâãäåæçèéï"
_READ_AS_LATIN = re.compile(
    "(?:[ÂÃ][\u0080-\u00bf]|[âãäåæçèéï][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]{2})+"
)
_BROKEN = re.compile(BROKEN + b"+")


class Mojibake(TextCheck):
    """Prompt and every answer count: what cannot be read spoils a comparison, too.

    Zero-width characters are no damage: they come with text copied from web pages.
    """

    id = "mojibake"
    name = _("Garbled characters")
    description = _(
        "Characters that a wrong encoding has left: replacement and control characters, private "
        "use, and UTF-8 that was read as GBK or Latin-1."
    )
    unit = _("characters")
    group = Group.FAULTS
    blocks = True
    too_low = _("No garbled characters were found.")
    too_high = _("Garbled characters: %(score)s, such as “%(evidence)s”")
    high = 2  # old texts lack a glyph now and then, which an annotator can fill in
    strict = Bounds(high=0)
    lenient = Bounds(high=9)
    passes = (
        Text("café 是什么意思？", ("法语的“咖啡馆”，à la carte 则是“照菜单点”。",)),
        Text("什么是零宽字符？", ("看不见的字符\u200b，常随网页一起被复制👨\u200d👩\u200d👧。",)),
        Text("家庭怎么写？", ("上面是宀，下面是\ue816。",)),
    )
    fails = (
        Text("绿茶怎么泡？", ("水温八十度\ufffd\ufffd\ufffd为宜。",)),
        Text("绿茶怎么泡？", ("锟斤拷锟斤拷",)),
        Text("绿茶怎么泡？", ("烫烫烫烫烫烫",)),
        Text("绿茶怎么泡？", ("ä¸\u00adå›½èŒ¶",)),
        Text(
            "绿茶怎么泡？",
            ("姘存俯鍏\ue0a2崄搴︺€傚厛鐑\xa7姘达紝鍐嶆场鑼躲\ue0a2锛屾按娓╂槸鍏\ue0a2崄搴︺€�",),
        ),
        Text("ç»¿èŒ¶æ€Žä¹ˆæ³¡ï¼Ÿ", ("水温八十度。",)),
    )

    def measure(self, text: Text) -> Measurement:
        whole, shape = text.whole, text.shape
        found: list[str] = []
        if BROKEN in shape:
            found += [whole[slice(*match.span())] for match in _BROKEN.finditer(shape)]
        if any(word in whole for word in _WORDS):
            found += _READ_AS_GBK.findall(whole)
        if LETTER in shape and any(lead in whole for lead in _LEAD):
            found += _READ_AS_LATIN.findall(whole)
        return Measurement(sum(map(len, found)), " … ".join(found)[:EVIDENCE])
