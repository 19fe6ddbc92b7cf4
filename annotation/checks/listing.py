import re

from django.utils.translation import gettext_lazy as _

from annotation.checks.base import Bounds, Measurement, Share, Text, TextCheck

# What begins an item: a number, a bullet or a word of order.
ITEM = re.compile(
    r"[ \t\u3000]*(?:\*\*|#+ )?(?:\d{1,2}(?:[.．、)）:：](?!\d)|\ufe0f?\u20e3)|[(（][\d一二三四五六七八九十]{1,2}[)）]|[①-⑳]"
    r"|[-*•·●▪]\s|[一二三四五六七八九十]{1,2}(?:、|是(?!个))|第[一二三四五六七八九十]{1,2}(?:[，,、:：点步]|个是)"
    r"|首先|其次|再次|再者|此外|另外|最后|总之|综上所述|总而言之)"
)
FEWEST = 3  # items: fewer are no list
LINES = 3  # of fewer lines the sentences are looked at
# Where these ask for a list, a list is right.
ASKS_FOR_LIST = re.compile(
    r"列出|列举|清单|列表|步骤|流程|哪些|几[个种点条项]|[一二两三四五六七八九十\d]+\s?[个种点条项款部本道首句份名段组]"
    r"|如何|怎么|怎样|方法|攻略|食谱|菜谱|配方|计划|大纲|提纲|推荐|建议|规则|目录|问题|例子|示例|要点|排序|分类|填空|选项|数据集|标题|技巧|区别|优缺点|原因|主题|概述|特点|头脑风暴|集思广益"
    r"|[Ll]ist|[Ss]uggest|[Ii]deas|ways|steps|\b(?:three|four|five|ten)\b"
)


class Listing(Share, TextCheck):
    """Of several answers the one with the fewest items counts. A warning: many a good answer is a
    list though none was asked for."""

    id = "listing"
    name = _("List-making")
    description = _(
        "Share of the answer's lines that are items of a list, or of its sentences in an answer of "
        "one or two lines: numbers, bullets, “first”, “second”, “finally”. 0 for fewer than three "
        "items and where the question asks for a list."
    )
    unit = _("share")
    beside_prompt = True
    too_low = _("%(score)s of the answer are items of a list.")
    too_high = _("%(score)s of the answer are items of a list that nobody asked for.")
    high = 0.8
    enabled = False
    strict = Bounds(high=0.6, enabled=False)
    lenient = Bounds(high=0.95, enabled=False)
    passes = (
        Text("请列出三种茶。", ("1. 绿茶\n2. 红茶\n3. 白茶",)),
        Text(
            "绿茶为什么苦？",
            ("首先因为茶多酚溶得多。水温一高，咖啡碱也溶得快。所以要用八十度的水。",),
        ),
    )
    fails = (
        Text("谈谈你对茶的看法。", ("1. 茶能提神\n2. 茶能待客\n3. 茶能修身",)),
        Text("谈谈你对茶的看法。", ("首先，茶能提神。其次，茶能待客。最后，茶能修身。",)),
    )

    def measure(self, text: Text) -> Measurement:
        score = min(map(_share, text.answers), default=0.0)
        return Measurement(0.0 if score and ASKS_FOR_LIST.search(text.prompt) else score)


def _share(answer: str) -> float:
    units = answer.split("\n")
    if len(units) < LINES:
        units = answer.split("。")
    items = sum(map(bool, map(ITEM.match, units)))
    if items < FEWEST:
        return 0.0
    return items / sum(map(bool, map(str.strip, units)))
