"""The checks of what an answer says: the tricky cases."""

import time

import pytest

from annotation.checks import Measurement, Text, TextCheck
from annotation.checks.contact import Contact
from annotation.checks.density import Density
from annotation.checks.diversity import Diversity
from annotation.checks.echo import Echo
from annotation.checks.listing import Listing
from annotation.checks.missing_figure import MissingFigure
from annotation.checks.off_topic import OffTopic
from annotation.checks.self_naming import SelfNaming
from annotation.checks.stock_phrases import StockPhrases
from annotation.checks.translationese import Translationese

CHECKED = (
    *(Echo(), SelfNaming(), StockPhrases(), MissingFigure(), OffTopic()),
    *(Contact(), Diversity(), Density(), Listing(), Translationese()),
)


def answer(text: str, prompt: str = "然后呢？") -> Text:
    return Text(prompt, (text,))


@pytest.mark.parametrize(
    ("sentence", "evidence"),
    [
        ("我叫 DeepSeek，很高兴认识你。", "我叫 DeepSeek"),
        ("我是豆包，字节跳动推出的AI助手。", "我是豆包，字节跳动推出的AI助手"),
        (
            "我是一个开源的人工智能助理，OpenAssistant。",
            "我是一个开源的人工智能助理，OpenAssistant",
        ),
        ("这里是Open-Assistant，请问需要什么？", "这里是Open-Assistant"),
        ("训练数据由别人整理，但讯飞开发了我。", "讯飞开发了我"),
        ("我的开发者是智谱。", "我的开发者是智谱"),
        ("Sorry, I was trained by Google.", "I was trained by Google"),
    ],
)
def test_it_finds_a_model_that_names_itself(sentence: str, evidence: str) -> None:
    assert SelfNaming().measure(answer(sentence)) == Measurement(1, evidence)


@pytest.mark.parametrize(
    "sentence",
    [
        "我是不是该用ChatGPT？",
        "我是ChatGPT的忠实用户。",
        "我是用通义千问写的周报。",
        "我叫小冰，今年八岁。",
        "我是清华大学的一名学生，研究语言模型。",
        "作为ChatGPT的竞争对手，文心一言进步很快。",
        "我是一个语言模型，没有味觉。",
        "I am Claude Monet, a painter.",
    ],
)
def test_it_lets_a_text_about_a_model_pass(sentence: str) -> None:
    assert SelfNaming().measure(answer(sentence)) == Measurement(0)


def test_it_looks_at_earlier_turns_for_the_name_of_a_model() -> None:
    found = SelfNaming().measure(answer("是的。", prompt="你是谁？\n我是文心一言。\n是百度做的？"))
    assert found == Measurement(1, "我是文心一言")


def test_it_measures_which_share_of_an_answer_is_stock_phrases() -> None:
    found = StockPhrases().measure(answer("绿茶要用八十度的水。希望这些建议对您有所帮助。"))
    assert found.score == pytest.approx(13 / 23)
    assert found.evidence == "希望这些建议对您有所帮助。"


def test_it_counts_a_phrase_within_a_phrase_once() -> None:
    sentence = "抱歉，作为一个语言模型，我无法回答这个问题。"
    assert StockPhrases().measure(answer(sentence)).score == 1


def test_it_takes_the_answer_with_the_least_stock_phrases() -> None:
    refused_once = Text("微积分是什么？", ("我无法回答这个问题。", "研究变化率和累积量的数学。"))
    assert StockPhrases().measure(refused_once) == Measurement(0.0)


@pytest.mark.parametrize(
    "sentence",
    [
        "作为一个学习AI的学生，你应该先学数学。",
        "我是一个人，不会飞。",
        "他说：对不起，我不能再等了。",
        "父母总希望孩子有出息。",
        "我不能吃辣。",
    ],
)
def test_it_lets_plain_speech_pass(sentence: str) -> None:
    assert StockPhrases().measure(answer(sentence)) == Measurement(0.0)


def test_it_lets_a_machine_say_what_it_is_when_asked() -> None:
    assert StockPhrases().measure(answer("我是一个AI助手，会聊天。", "你是谁？")).score == 0


def test_it_measures_how_far_an_answer_echoes_the_question() -> None:
    found = Echo().measure(
        answer("绿茶为什么不宜用沸水冲泡呢？！", prompt="绿茶为什么不宜用沸水冲泡呢？")
    )
    assert found == Measurement(14 / 15, "绿茶为什么不宜用沸水冲泡呢？")


def test_it_finds_an_echo_however_it_is_shifted() -> None:
    for start in ("", "嗯", "嗯嗯", "嗯嗯嗯"):
        found = Echo().measure(answer(f"{start}绿茶不宜用沸水冲泡", prompt="绿茶不宜用沸水冲泡"))
        assert found.score == 9 / (9 + len(start))


def test_it_lets_an_answer_quote_a_long_text() -> None:
    passage = "".join(map(chr, range(0x4E00, 0x4E00 + 100)))
    assert Echo().measure(answer(passage[40:60], prompt=passage)) == Measurement(0.0)


def test_it_lets_an_answer_copy_what_it_is_asked_to_copy() -> None:
    asked = "请把这句话里的错别字改正：他在公园里散布，遇见了一位老朋友。"
    copied = "请把这句话里的错别字改正：他在公园里散步，遇见了一位老朋友。"
    assert Echo().measure(answer(copied, prompt=asked)) == Measurement(0.0)


def test_it_takes_the_answer_that_echoes_least() -> None:
    question = "绿茶为什么不宜用沸水冲泡？"
    assert Echo().measure(Text(question, (question, "会苦。"))).score == 0


HOSTILE = (
    "茶",
    "的",
    "我是一个",
    "作为OpenAI的",
    "很抱歉，我无法",
    "希望对您",
    "如图",
    "加我微信",
    "As an AI ",
)


@pytest.mark.parametrize("piece", HOSTILE)
@pytest.mark.parametrize("check", CHECKED, ids=lambda check: check.id)
def test_it_measures_long_texts_in_time(check: TextCheck, piece: str) -> None:
    long = piece * (20_000 // len(piece))
    begun = time.process_time()
    check.measure(answer(long, prompt=long))
    assert time.process_time() - begun < 1


@pytest.mark.parametrize(
    ("sentence", "evidence"),
    [
        ("具体动作如图所示", "如图所示"),
        ("流程见图1。", "见图1"),
        ("销量列在下表中，请看", "在下表中"),
        ("It is shown in the figure above.", "shown in the figure"),
    ],
)
def test_it_finds_a_figure_that_is_missing(sentence: str, evidence: str) -> None:
    assert MissingFigure().measure(answer(sentence)) == Measurement(1, evidence)


@pytest.mark.parametrize(
    "sentence",
    [
        "湖光山色，美得如图画一般。",
        "他上表请求退休，企图如愿。",
        "写出以下图书的内容简介。",
        "害虫啃食上表皮及叶肉。",
        "如图所示：![茶](cup.png)",
        "见图1：https://tea.example.com/cup",
        "如下图：\n```\n+--+\n```",
        "根据下表：\n| 茶 | 价 |\n| --- | --- |",
        "如下表所示：\n龙井，80元\n毛尖，60元\n普洱，50元\n",
    ],
)
def test_it_lets_a_figure_that_is_there_and_other_words_pass(sentence: str) -> None:
    assert MissingFigure().measure(answer(sentence)) == Measurement(0)


def test_it_weighs_a_figure_that_the_question_lacks_twice() -> None:
    found = MissingFigure().measure(answer("见图2。", prompt="如图所示，求面积。"))
    assert found == Measurement(3, "如图所示 … 见图2")


LONG = "三四月的西湖最适合走苏堤，早上六点前从南口出发，桃柳相间，人也少。下午喝新茶，晚上看音乐喷泉，都很值得一去，记得带伞。"


def test_it_measures_which_share_of_the_question_an_answer_takes_up() -> None:
    found = OffTopic().measure(answer(LONG, prompt="请介绍西湖的苏堤白堤"))
    assert found == Measurement(4 / 5)  # not 白


@pytest.mark.parametrize(
    "question", ["把“西方的雪山”翻译成英文", "写一首关于雪山的古诗", "是什么意思？", "雪山？"]
)
def test_it_cannot_tell_whether_such_a_question_is_answered(question: str) -> None:
    assert OffTopic().measure(answer(LONG, prompt=question)) == Measurement(1.0)


def test_it_takes_the_answer_that_takes_up_most() -> None:
    other = "红烧肉要选三层五花，切成方块焯水，炒好糖色后下锅。" * 3
    assert OffTopic().measure(Text("请介绍西湖的苏堤白堤", (other, LONG))).score == 4 / 5


def han(count: int) -> str:
    """So many different words, each of one rare character."""
    return "，".join(map(chr, range(0x9E00, 0x9E00 + count)))


@pytest.mark.parametrize(
    ("said", "score"),
    [
        (han(24), 1),
        (han(13) + "，" + han(13), 13 / 26),
        (han(50) + "，" + han(50), 1),
        (han(25) + "，" + han(25) + "，" + han(50), 75 / 100),
        (han(25) + "，" + han(25) + "，" + han(49), 25 / 50),
    ],
    ids=["too few", "less than a segment", "two segments", "their mean", "a rest"],
)
def test_it_measures_the_diversity_of_fifty_words_in_a_row(said: str, score: float) -> None:
    assert Diversity().measure(answer(said)).score == pytest.approx(score)


def test_it_looks_at_the_diversity_of_chinese_words_alone() -> None:
    assert Diversity().measure(answer("<td>a</td> 1 2 1 2 " * 50)).score == 1


def test_it_measures_the_share_of_content_words() -> None:
    assert Density().measure(answer(han(30) + "，的，的")).score == pytest.approx(30 / 32)
    assert Density().measure(answer(han(2) + "，的" * 27)).score == 1


def test_it_takes_the_most_diverse_and_the_densest_of_several_answers() -> None:
    several = Text("好吗？", ("，".join("好是" * 20), han(40)))
    assert Diversity().measure(several).score == Density().measure(several).score == 1


@pytest.mark.parametrize(
    ("said", "score"),
    [
        ("看法如下：\n\n1. 提神\n2. 待客\n3. 修身", 3 / 4),
        ("- 提神\n- 待客", 0),
        ("一、提神\n（二）待客\n③修身", 1),
        ("首先，茶能提神。其次，茶能待客。我爱喝。最后，茶能修身。", 3 / 4),
        ("水温80.5度。\n3.5克茶。\n1.5分钟。", 0),
        ("一个人喝。\n两个人也喝。\n三个人更要喝。", 0),
    ],
)
def test_it_measures_which_share_of_an_answer_is_a_list(said: str, score: float) -> None:
    assert Listing().measure(answer(said, prompt="谈谈茶。")).score == score


def test_it_lets_an_answer_list_what_a_list_is_asked_of() -> None:
    listed = answer("1. 绿茶\n2. 红茶\n3. 白茶", prompt="茶有哪些？")
    assert Listing().measure(listed) == Measurement(0.0)


def test_it_counts_turns_of_english_syntax_in_a_hundred_characters() -> None:
    turns = "当我们感到疲惫时，茶是一种很好的选择。"
    found = Translationese().measure(answer(turns + han(41)))
    assert found == Measurement(2.0, "当我们感到疲惫时， … 是一种很好的")


def test_it_takes_the_answer_that_reads_least_like_a_translation() -> None:
    turns = "当我们感到疲惫时，茶是一种很好的选择。" * 4
    assert Translationese().measure(Text("累吗？", (turns, "不累。"))) == Measurement(0.0)
    assert Translationese().measure(answer(turns)).score == pytest.approx(8 / 0.76)
