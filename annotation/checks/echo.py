import re
from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from annotation.checks.base import EVIDENCE, Bounds, Measurement, Share, Text, TextCheck

BLOCK = (
    4  # characters: a span of SPAN holds one that begins at a multiple of it, wherever it stands
)
SPAN = 2 * BLOCK  # characters: shorter spans are the words of the matter (ours)
LONGEST = 1000  # characters of either that are looked at
LIKELY = 0.5  # where at most this share could be copied nothing is looked up: it scores 0

# Whoever asks for these wants (parts of) the question back.
ASKS_FOR_COPY = re.compile(
    r"摘要|总结|概括|概述|归纳|缩写|精简|简化|改写|重写|润色|修改|改成|改为|改正|纠正|更正|编辑|校对|转换|转化|变成|变为"
    r"|翻译|译成|译为|提取|抽取|找出|选出|选择|挑出|指出|识别|标注|标记|分类|归类|排序|重排|重新排列|整理|填空|填入|补全|完成句子"
    r"|续写|扩写|添加|加上|插入|替换|删除|去掉|拆分|分割|合并|组合|连接|复述|重复|引用|朗读|对联|断句|标点|格式|反转|倒序|拼写|语法"
    r"|哪(?:个|一|些|项|种)|以下|下列|下面|判断|同义|句子|这句|语句|单词|词语|关键词|主语|谓语|阅读|根据|造句|转述|[A-D][.、．：]"
    r"|summar|rewrite|translat|extract|correct",
)


class Echo(Share, TextCheck):
    """Both shares, so that neither a quotation from a long text counts nor a full answer that takes
    up the question first. Of several answers the one that echoes least counts."""

    id = "echo"
    name = _("Echo of the question")
    description = _(
        "How far question and answer are the same: the lesser of the shares that lie in common "
        "spans of 8 characters and more. 0 where the question asks to rewrite, summarise, "
        "translate, choose or extract."
    )
    unit = _("share")
    beside_prompt = True
    too_low = _("%(score)s of question and answer are the same.")
    too_high = _("The answer repeats the question (%(score)s): “%(evidence)s”")
    high = 0.9
    strict = Bounds(high=0.85)
    lenient = Bounds(high=0.95)
    passes = (
        Text("4 的 3 次方的结果是什么？", ("4 的 3 次方的结果是 64。",)),
        Text("把这句话改成疑问句：明天去公园放风筝。", ("把这句话改成疑问句：明天去公园放风筝？",)),
    )
    fails = (
        Text("为什么绿茶不宜用沸水冲泡？", ("为什么绿茶不宜用沸水冲泡？",)),
        Text("请介绍一下唐代的科举制度", ("请介绍一下唐代的科举制度。",)),
    )

    def measure(self, text: Text) -> Measurement:
        prompt = text.prompt[:LONGEST]
        found = min(
            (_common(prompt, answer[:LONGEST]) for answer in text.answers),
            key=lambda found: found.score,
            default=_NONE,
        )
        return _NONE if found.score and ASKS_FOR_COPY.search(text.prompt) else found


_NONE = Measurement(0.0)


def _common(prompt: str, answer: str) -> Measurement:
    shorter, longer = sorted((prompt, answer), key=len)
    if len(shorter) < SPAN or len(shorter) <= LIKELY * len(longer):
        return _NONE
    spans = list(_spans(shorter, longer))
    copied = sum(map(len, spans))
    return Measurement(copied / len(longer), " … ".join(spans)[:EVIDENCE])


def _spans(shorter: str, longer: str) -> Iterator[str]:
    """What both have in common, from left to right; each character of `shorter` at most once."""
    done = 0
    for start in range(0, len(shorter) - BLOCK + 1, BLOCK):
        if start < done:
            continue
        place = longer.find(shorter[start : start + BLOCK])
        if place < 0:
            continue
        before, after = _grown(shorter, start, longer, place, done)
        if after - before >= SPAN:
            done = after
            yield shorter[before:after]


def _grown(shorter: str, start: int, longer: str, place: int, done: int) -> tuple[int, int]:
    """From where to where in `shorter` both agree around a block they share."""
    offset = place - start
    before, after = start, start + BLOCK
    while before > max(done, -offset) and shorter[before - 1] == longer[before - 1 + offset]:
        before -= 1
    most = min(len(shorter), len(longer) - offset)
    while after < most and shorter[after] == longer[after + offset]:
        after += 1
    return before, after
