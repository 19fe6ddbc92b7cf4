import re

from django.utils.translation import gettext_lazy as _

from annotation.checks.base import EVIDENCE, Bounds, Measurement, Text, TextCheck

PART = 500  # characters of an answer that are looked at
FEWEST = 60  # characters: in fewer, one turn would weigh too much
TOLD = 1.5  # turns in 100 characters, from which on they are kept as evidence

WITHIN = r"[^，,。；;！？!?：:\n]"  # a clause
# English syntax in Chinese words. That these turns give a translation away is told since 余光中
# (怎样改进英式中文) and 思果 (翻译研究); which of them are counted is our choice.
TURNS = re.compile(
    rf"的{WITHIN}{{1,6}}的{WITHIN}{{1,6}}的|是一[个种项位款]{WITHIN}{{2,24}}的|[。！？\n](?:这|它|他们|她们)|[他她它]们?的"
    rf"|被{WITHIN}{{1,6}}所|对{WITHIN}{{2,12}}(?:进行|[做作]出)|当{WITHIN}{{2,20}}(?:时|的时候)[，,]"
    rf"|在{WITHIN}{{2,14}}的(?:情况下|过程中|基础上|帮助下|前提下|影响下)|作为一[个名种位款]|之一(?=[，。])"
    rf"|使[其它他她](?:们)?(?:成为|能够|更加|变得)|具有{WITHIN}{{0,8}}[性度力](?=[，。])"
    r"|[可重必有多复准及](?:能|持续|要|效|样|杂|确|时)性|有助于|致力于|旨在|意味着|通过(?:使用|提供|学习|分析|创建|实施|利用)"
    r"|变得(?:更|越来越)|不仅仅是|令人(?:难以置信|惊叹|兴奋)|值得注意的是"
)


class Translationese(TextCheck):
    """Of several answers the one that reads least like a translation counts. A warning: each turn is
    right now and then, only how dense they stand tells, and a person can rewrite such an answer."""

    id = "translationese"
    name = _("Translationese")
    description = _(
        "Turns of English syntax in 100 characters of the answer, such as “when …”, “is a … of”, "
        "chains of possessives, heavy passives and pronouns; 0 for answers under 60 characters."
    )
    unit = _("turns in 100 characters")
    too_low = _("%(score)s turns in 100 characters read like a translation.")
    too_high = _("Reads like a translation, %(score)s turns in 100 characters: “%(evidence)s”")
    high = 4
    enabled = False
    strict = Bounds(high=4)
    lenient = Bounds(high=6, enabled=False)
    whole = False
    step = "0.1"
    scale = (0, 10)
    passes = (
        Text(
            "西湖怎么样？",
            (
                "西湖好在四时不同：春看桃柳，夏赏荷花，秋天满山桂子，冬天断桥残雪。"
                "清早人少，沿苏堤慢慢走一趟，比什么都强。",
            ),
        ),
        Text("它是什么？", ("它是一种重要的工具。",)),
    )
    fails = (
        Text(
            "橙色给人什么感觉？",
            (
                "它是一种充满活力的颜色，具有强烈的可见性。这意味着当人们看到它时，他们的注意力会被它所吸引。"
                "它是秋天的最具代表性的颜色之一，有助于使人们变得更加温暖和快乐。",
            ),
        ),
    )

    def measure(self, text: Text) -> Measurement:
        return min(map(_turns, text.answers), key=lambda found: found.score, default=_NONE)


_NONE = Measurement(0.0)


def _turns(answer: str) -> Measurement:
    part = answer[:PART]
    if len(part) < FEWEST:
        return _NONE
    found = TURNS.findall(part)
    score = 100 * len(found) / len(part)
    return Measurement(score, " … ".join(found)[:EVIDENCE] if score >= TOLD else "")
