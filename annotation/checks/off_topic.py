import re

from django.utils.translation import gettext_lazy as _

from annotation.checks.base import Bounds, Measurement, Share, Text, TextCheck
from annotation.checks.stop_words import ASKING_WORDS, FUNCTION_WORDS

EMPTY = FUNCTION_WORDS | ASKING_WORDS
FEWEST = 5  # characters of the question's content words: of fewer none may well be needed again
SHORTEST = 50  # characters of an answer: a number, a choice, a name need not say what was asked
ENOUGH = 0.5  # such a share answers the question, whatever its kind
LETTER = re.compile(r"[\u4e00-\u9fff]")
# Rhymes, code, other languages and exercises answer in words of their own.
OWN_WORDS = re.compile(
    r"英文|英语|法语|日语|德语|西班牙语|翻译|译成|诗|歌词|对联|谜|代码|程序|脚本|查询|函数|算法|SQL|正则|HTML|续写|同义|反义|造句|[A-Za-z]{40}"
)


class OffTopic(Share, TextCheck):
    """Of several answers the one that takes up the most counts. A warning: a good answer may well
    choose its own words, so that under 0.8 of what it finds is off topic (docs/checks.md)."""

    id = "off_topic"
    name = _("Overlap with the question")
    description = _(
        "Share of the characters of the question's content words that the answer takes up. 1 where "
        "a low share says nothing: short answers and questions, code, verse, translations."
    )
    unit = _("share")
    beside_prompt = True
    too_low = _("Of what the question is about, the answer takes up only %(score)s.")
    too_high = _("The answer takes up %(score)s of what the question is about.")
    low = 0.05
    enabled = False
    strict = Bounds(low=0.1, enabled=False)
    lenient = Bounds(low=0.01, enabled=False)
    passes = (
        Text(
            "春天去杭州旅游有什么推荐？",
            (
                "三四月的杭州最适合走苏堤：早上六点前从南口出发，桃柳相间，人也少。"
                "下午去龙井村喝新茶，晚上到湖滨看音乐喷泉。",
            ),
        ),
        Text("春天去杭州旅游有什么推荐？", ("苏堤。",)),
    )
    fails = (
        Text(
            "春天去杭州旅游有什么推荐？",
            (
                "红烧肉要选三层五花，切成方块焯水，炒好糖色后下锅，加黄酒、酱油、八角和热水，"
                "小火炖一个半小时，最后大火收汁，撒一点葱花就成了。",
            ),
        ),
    )

    def measure(self, text: Text) -> Measurement:
        if min(map(len, text.answers), default=0) < SHORTEST:
            return _UNKNOWN
        asked = _asked(text)
        if len(asked) < FEWEST:
            return _UNKNOWN
        share = max(sum(map(answer.__contains__, asked)) for answer in text.answers) / len(asked)
        if share < ENOUGH and (OWN_WORDS.search(text.prompt) or "```" in text.whole):
            return _UNKNOWN
        return Measurement(share)


_UNKNOWN = Measurement(1.0)


def _asked(text: Text) -> set[str]:
    words = {word for word in text.prompt_words if len(word) > 1} - EMPTY
    return set(LETTER.findall("".join(words)))
