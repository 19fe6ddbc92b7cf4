import re

from django.utils.translation import gettext_lazy as _

from annotation.checks.base import EVIDENCE, Bounds, Measurement, Text, TextCheck
from annotation.checks.signs import Signs, sign

NUMBER = r"\s?(?:[1-9]\d?(?![\d.%年月日])|[一二三四五六七八九十])"

# No figure of speech, and none of the words that 图 and 表 are parts of.
FIGURES = Signs(
    sign(
        ("如图", "见图", "如下图", "如上图", "下图", "上图", "附图", "右图", "左图"),
        rf"如图(?:{NUMBER})?(?:所示|所述|[，,。：:）)]|\s|是|中|可)",
        rf"(?:请|参|详)?[见看]图(?:{NUMBER}|[：:。）)])",
        r"(?:(?:如|请?见|请?看|参考|参照|根据|按照|从|由|在|观察)(?:了?[下上右左附]|以下|下面|上面)的?(?:这[张幅个])?图(?![书形案像画片纸标表层谱灵]|腾)(?:[片像])?)",
        r"[下上右左附]图(?:所示|中(?![国年])|是|为|可[以见]|表示|显示|展示|给出)",
        r"(?:见|如|参见|参考)附图",
    ),
    sign(
        ("图片", "图像", "照片", "插图", "截图"),
        r"(?:如|见|看|根据|描述|分析|识别)(?:下面|以下|上面|以上|附上|上传|所附|所给|给定|提供)的?(?:这[张幅个])?(?:图片|图像|照片|插图|截图)(?!链接|描述|说明|文字)",
        r"(?:下面|上面|附上|上传|所附)的?(?:这[张幅])(?:图片|图像|照片|截图)",
        r"(?:图片|截图|照片)如[下上](?:所示|[：:。])?",
    ),
    sign(
        ("igure", "mage", "icture", "iagram", "hoto"),
        r"\b[Tt]he (?:figure|image|picture|diagram|photo)s? (?:below|above|shown)\b",
        r"\b(?:[Ss]hown|[Ss]ee|depicted) in (?:the )?(?:(?:above|following|attached) )?(?:[Ff]igure|image|picture|diagram)\b",
        r"\b[Tt]he (?:following|attached|given) (?:figure|image|picture|diagram|photo)\b",
    ),
)
TABLES = Signs(
    sign(
        ("下表", "上表", "附表", "表格", "表所示"),
        r"(?:如|见|参见|根据|从|由|在)[下上附]表(?![面示明达现格情]|演|层)(?:所示|中)?",
        r"[下上附]表(?:所示|中(?!国)|列出|给出|显示)",
        r"(?:如|见|根据)(?:下面|以下|上面|以上|所附|附上)的?表格",
    ),
    sign(
        ("table",),
        r"\b[Tt]he table (?:below|above)\b",
        r"\b(?:[Ss]hown|[Ss]ee) in the (?:(?:above|following|attached) )?table\b",
        r"\b[Tt]he (?:following|attached) table\b",
    ),
)
# A picture, a link, a drawing, a figure in words; cells with marks between them or lines of them.
PICTURE = re.compile(
    r"!\[|<img|<svg|https?://|www\.|\.(?:png|jpe?g|gif|svg|webp)\b|```|[┌│├└─╱╲▲■]|/\\|\+--|--\+|-->|\|.*\|"
    r"|(?:图[像片]?|[Ii]mage|[Pp]icture|描述)[：:]"
)
TABLE = re.compile(
    r"\|.*\||\t|<t[dhr]|```|https?://|\\begin\{|表[：:]"
    r"|(?:^[^\n]{0,40}\d[^\n]{0,40}\n?){3}|(?:[^\n,，、]{1,20}[,，、：:][^\n]{1,60}\n){3}",
    re.M,
)
ASKED = 2  # times as much weighs a place in the question: nobody could have answered it


class MissingFigure(TextCheck):
    id = "missing_figure"
    name = _("Missing figure")
    description = _(
        "Places that point to a figure, picture or table, where the pair holds neither a picture, "
        "a link, a drawing nor rows of a table. A place in the question counts twice."
    )
    unit = _("places")
    beside_prompt = True
    too_low = _("Nothing points to a figure that is missing.")
    too_high = _("A figure or table is missing: “%(evidence)s”")
    high = 1
    strict = Bounds(high=0)
    lenient = Bounds(high=3)
    passes = (
        Text("绿茶怎么泡？", ("先温杯，如图所示：\n![温杯](https://tea.example.com/cup.png)",)),
        Text("下表中哪种茶最贵？\n| 茶 | 价 |\n| --- | --- |\n| 龙井 | 80 |", ("龙井。",)),
        Text("怎么瘦脸？", ("每天按摩五分钟，手法见图3。",)),
        Text("写一句夸景色的话。", ("湖光山色，美得如图画一般。",)),
    )
    fails = (
        Text("如图所示，三角形的面积是多少？", ("面积是 12 平方厘米。",)),
        Text("下图中哪种茶最贵？", ("从图中可以看出，龙井最贵。",)),
    )

    def measure(self, text: Text) -> Measurement:
        found = _missing(FIGURES, PICTURE, text) + _missing(TABLES, TABLE, text)
        asked = sum(match.start() < len(text.prompt) for match in found)
        evidence = " … ".join(" ".join(match.group().split()) for match in found)
        return Measurement(len(found) - asked + ASKED * asked, evidence[:EVIDENCE])


def _missing(signs: Signs, given: re.Pattern[str], text: Text) -> list[re.Match[str]]:
    found = signs.matches(text.whole)
    return [] if found and given.search(text.whole) else found
