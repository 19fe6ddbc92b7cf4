import re

from django.utils.translation import gettext_lazy as _

from annotation.checks.base import EVIDENCE, Bounds, Measurement, Share, Text, TextCheck
from annotation.checks.signs import FEW, Signs, sign

REST = rf"{FEW}{{0,200}}[。！？!?]?"  # of the sentence
ONE = r"(?:一[个名款种台位只]|由[^。，！？!?\n]{1,12}的)?\s?"
MACHINE = (
    r"(?:(?:大型|智能|虚拟|人工|开源的?|聊天|对话|语言|数字|自然语言|处理|基于[^。，\n]{1,12}的){0,3}\s?"
    r"(?:AI|ai|人工智能|语言模型|大模型|机器人|智能助[手理]|计算机程序|虚拟助[手理]))"
)
CANNOT = r"(?:无法|不能|没有办法|没法|没有能力|不可以|不便|不被允许|不具备|没有权限|不支持)"
SERVE = (
    r"(?:提供|回答|满足|完成|协助|生成|访问|浏览|查看|执行|处理|给出|为[您你]|帮助?[您你]|继续|参与|支持|识别|打开"
    r"|讨论|评论|确定|判断|理解[您你]|获取|创建|进行|直接)"
)

SIGNS = Signs(
    # A machine speaks of itself: the whole sentence is its.
    sign(
        ("语言模型", "大模型", "人工智能", "AI", "ai", "机器人", "能助", "拟助", "计算机程序"),
        rf"[作身]为{ONE}{MACHINE}{FEW}{{0,12}}?[，,]?\s?我(?![们国]){REST}",
        rf"我(?:只|仅仅|不过)?是{ONE}{MACHINE}(?:程序|模型|助手|助理|语言模型)?[，,。！!、]{REST}",
    ),
    sign(
        ("抱歉", "对不起", "不好意思"),
        rf"(?:很|非常|十分|真的?)?(?:抱歉|对不起|不好意思){FEW}{{0,24}}?(?<![您你])(?:我{FEW}{{0,8}})?{CANNOT}\s?{SERVE}{REST}",
    ),
    sign(
        ("我无法", "我不能", "我没有办法", "我没法", "我没有能力", "我不具备", "我没有权限"),
        rf"我(?:目前|暂时|现在|并)?{CANNOT}(?:直接)?(?:提供|回答|满足|协助|生成|访问|浏览|查看|执行|为[您你]|帮助?[您你]){REST}",
    ),
    sign(
        ("帮助", "启发", "裨益", "解答"),
        rf"希望{FEW}{{0,20}}?(?:能够?|可以|会)?对[您你]{FEW}{{0,8}}?有所?(?:帮助|启发|裨益|用){FEW}{{0,6}}[。！!～~]?",
        rf"希望{FEW}{{0,16}}?(?:能够?|可以)(?:帮助?到?[您你]|解答[您你]的){FEW}{{0,10}}[。！!～~]",
    ),
    sign(
        ("您有", "你有", "您还有", "你还有", "您需要", "你需要", "您仍有", "你仍有"),
        rf"(?:如果?|若)[您你](?:还|仍|另)?(?:有|需要){FEW}{{0,16}}?(?:随时|欢迎|请告诉我|尽管){REST}",
    ),
    sign(
        ("很好的问题", "感谢您的提问", "感谢你的提问", "谢谢您的提问", "感谢您的咨询"),
        r"这是一?个(?:非常|很)好的问题[。！!，,]?",
        r"(?:非常)?[感谢]谢[您你]的(?:提问|咨询)[。！!，,]?",
    ),
    sign(
        ("综上所述", "总而言之", "总的来说", "总之，", "总体来说", "总体而言"),
        r"综上所述|总而言之|总的来说|总之(?=，)|总体来说|总体而言",
    ),
    sign(
        ("s an AI", "s a language", "'m sorry", "I cannot", "I can't", "hope this helps"),
        r"As an? (?:AI|artificial|(?:large )?language)[^.!?\n]{0,200}[.!?]?",
        r"I['’]m sorry[^.!?\n]{0,40}(?:cannot|can['’]t|unable)[^.!?\n]{0,200}[.!?]?",
        r"I (?:cannot|can['’]t) (?:provide|assist|help|fulfill)[^.!?\n]{0,200}[.!?]?",
        r"I hope this helps[^.!?\n]{0,20}[.!]?",
    ),
)
# Who asks about the machine, or for its opinion as one, is rightly told what it is.
ABOUT_MACHINES = re.compile(
    r"人工智能|AI|ai[^a-z]|语言模型|机器人|智能助|[你您]是(?:谁|什么)|[你您]叫什么|介绍一?下?[你您]自己"
    r"|[你您](?:能(?:理解|听懂|看懂|做什么)|会做什么|吃饭|好\Z)"
)


class StockPhrases(Share, TextCheck):
    """Of several answers the one with the least counts, as with repetition."""

    id = "stock_phrases"
    name = _("Stock phrases")
    description = _(
        "Share of the answer's characters in sentences that any model writes to any question: of "
        "what it is and what it cannot do, and set openings and endings. 0 where the question is "
        "about machines."
    )
    unit = _("share")
    beside_prompt = True
    too_low = _("%(score)s of the answer is stock phrases.")
    too_high = _("%(score)s of the answer is stock phrases: “%(evidence)s”")
    high = 0.5
    strict = Bounds(high=0.25)
    lenient = Bounds(high=0.9)
    passes = (
        Text("你叫什么名字？", ("我是一个人工智能助手，没有自己的名字。",)),
        Text(
            "孩子发烧了怎么办？",
            (
                "体温不到38.5℃时多喝水、减衣物，用温水擦颈部和腋窝；超过了就按体重吃退烧药，"
                "四小时内不重复。精神差、抽搐或者不满三个月，立刻去医院。希望以上回答对您有所帮助。",
            ),
        ),
    )
    fails = (
        Text("推荐一家西安的面馆。", ("很抱歉，作为一个人工智能语言模型，我无法为您推荐餐馆。",)),
        Text("微积分讲的是什么？", ("我无法回答这个问题。如果您还有其他问题，请随时告诉我。",)),
    )

    def measure(self, text: Text) -> Measurement:
        found = min(map(_said_by_rote, text.answers), key=lambda found: found.score, default=_NONE)
        return _NONE if found.score and ABOUT_MACHINES.search(text.prompt) else found


_NONE = Measurement(0.0)


def _said_by_rote(answer: str) -> Measurement:
    found = SIGNS.matches(answer)
    if not found:
        return _NONE
    covered = end = 0
    for match in found:  # one may lie within another
        covered += max(0, match.end() - max(end, match.start()))
        end = max(end, match.end())
    evidence = " … ".join(" ".join(match.group().split()) for match in found)
    return Measurement(covered / len(answer), evidence[:EVIDENCE])
