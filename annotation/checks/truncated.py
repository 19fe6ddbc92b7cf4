import re

from django.utils.translation import gettext_lazy as _

from annotation.checks.base import Bounds, Group, Measurement, Share, Text, TextCheck

TOLD = 20  # characters of the end that are kept as evidence
LOOKED_AT = 200  # characters at the end
GREETING = 12  # characters: a last line as short as this may greet or sign a letter (ours)
SENTENCES = 2  # marks in the last line; with fewer it is a term, a choice or a verse (ours)

# How sure it is (ours): a text does not end like this; it hardly does; it may.
SURE, LIKELY, PERHAPS = 1.0, 0.8, 0.4

_DANGLING = (
    *(
        "而且",
        "并且",
        "因为",
        "由于",
        "所以",
        "因此",
        "但是",
        "然而",
        "如果",
        "虽然",
        "尽管",
        "以及",
    ),
    *("例如", "比如", "或者", "还有", "此外", "另外", "其次", "对于", "关于", "为了"),
)
_LIST_MARKER = re.compile(
    r"\n[ \t]{0,20}(?:\d{1,2}[.、)）]|[(（][\d一二三四五六七八九十]{1,2}[)）])\Z"
)
_OPENING = "（“‘「『【《(["
_BRACKETS = (("（", "）"), ("“", "”"), ("「", "」"), ("『", "』"), ("【", "】"), ("《", "》"))
_ENDS = "。！？!?…~～.`”’\"')）」』】》]}；;#|>"


class Truncated(Share, TextCheck):
    """Of several answers the one that ends best counts: one usable answer is enough to pick."""

    id = "truncated"
    name = _("Breaks off")
    description = _(
        "How sure it is that an answer was cut: 100% where it ends in a comma, a conjunction or a "
        "bare list marker, 80% in a colon or an opening bracket, 40% in a sentence without its mark."
    )
    unit = _("sureness")
    group = Group.FAULTS
    too_low = _("The answer ends as it should.")
    too_high = _("The answer breaks off: “…%(evidence)s”")
    high = 0.5
    strict = Bounds(high=0.3)
    lenient = Bounds(high=0.9)
    passes = (
        Text("绿茶怎么泡？", ("水温八十度，先温杯，再注水。",)),
        Text("选哪一项？", ("B",)),
        Text("列出三种茶。", ("1. 绿茶\n2. 红茶\n3. 乌龙茶",)),
        Text("续写一句诗。", ("春眠不觉晓\n处处闻啼鸟",)),
        Text("怎样开头？", ("亲爱的李老师，\n\n谢谢您！\n\n祝好，",)),
        Text("如何反转列表？", ("如下，很短：\n```\nwords[::-1]\n```",)),
        Text("绿茶怎么泡？", ("水温八十度，先温杯，再注水，", "水温八十度。")),
        Text("绿茶怎么泡？", ("水温八十度。先温杯，再注水，三分钟后就能喝了",)),
    )
    fails = (
        Text("绿茶怎么泡？", ("水温八十度，先温杯，再慢慢地注入热水，",)),
        Text("绿茶怎么泡？", ("水温八十度。不宜用沸水，因为",)),
        Text("绿茶怎么泡？", ("1. 温杯\n2. 注水\n3.",)),
        Text("绿茶怎么泡？", ("水温八十度。要点如下：",)),
        Text("绿茶怎么泡？", ("水温八十度。最好的水是（",)),
    )

    def measure(self, text: Text) -> Measurement:
        return min(map(_cut, text.answers), key=lambda found: found.score, default=_NONE)


_NONE = Measurement(0.0)


def _cut(answer: str) -> Measurement:
    end = answer.rstrip()[-LOOKED_AT:]
    score = _sureness(end) if end else 0.0
    return Measurement(score, end[-TOLD:]) if score else _NONE


def _sureness(end: str) -> float:
    last, line = end[-1], end[end.rfind("\n") + 1 :]
    if last in ".、)）" and _LIST_MARKER.search(end):
        return SURE
    if last in _ENDS:
        return 0.0
    chinese = "\u4e00" <= end[-2:-1] <= "\u9fff"  # code may end in a comma or colon
    if last in "，、" or (last == "," and chinese):
        return SURE if len(line) > GREETING else 0.0
    if end.endswith(_DANGLING):
        return SURE
    if last in _OPENING or last == "：" or (last == ":" and chinese):
        return LIKELY
    return PERHAPS if _is_a_sentence(end, line) else 0.0


def _is_a_sentence(end: str, line: str) -> bool:
    """Whether the last line is prose, or a bracket is open, and no mark ends it."""
    if any(end.rfind(opening) > end.rfind(closing) for opening, closing in _BRACKETS):
        return True
    marks = sum(map(line.count, "。！？，"))
    return marks >= SENTENCES and "\u4e00" <= end[-1] <= "\u9fff"
