"""The checks that look at one pair alone, without a database."""

import random
import time

import pytest

from annotation.checks import CHECK_OF, CHECKS, TEXT_CHECKS, Measurement, Text, TextCheck
from annotation.checks.contact import Contact
from annotation.checks.han_ratio import HanRatio
from annotation.checks.length import Length
from annotation.checks.repetition import Repetition
from annotation.checks.shape import shape_of

GOOD = Text(
    "为什么绿茶不宜用沸水冲泡？",
    ("绿茶未经发酵，叶片细嫩，沸水会把茶叶烫熟，使茶多酚大量溶出，茶汤发黄发苦，香气也散得快。",),
)


def text(*answers: str, prompt: str = "怎么办？") -> Text:
    return Text(prompt, answers)


def dropped(check_id: str, score: float) -> bool:
    """Whether the default bounds of a check drop this score."""
    check = CHECK_OF[check_id]
    return (check.low is not None and score < check.low) or (
        check.high is not None and score > check.high
    )


def test_it_knows_every_check_by_a_unique_id() -> None:
    assert [check.id for check in CHECKS] == [
        *("length", "short_for_source", "han_ratio", "language", "mojibake", "repetition"),
        *("truncated", "markup", "fences", "script_mix", "punctuation", "duplicate"),
        *("echo", "self_naming", "stock_phrases", "missing_figure", "off_topic", "diversity"),
        *("density", "listing", "translationese", "contact", "personal_data", "sensitive"),
        *(
            "contamination",
            "near_pair",
            "near_prompt",
            "near_answer",
            "accept_chance",
            "rewrite_chance",
        ),
        *("judge", "judge_gap"),
    ]


EXAMPLES = [
    pytest.param(check, one, drops, id=f"{check.id}-{'fails' if drops else 'passes'}-{place}")
    for check in TEXT_CHECKS
    for drops, examples in ((False, check.passes), (True, check.fails))
    for place, one in enumerate(examples)
]


@pytest.mark.parametrize(("check", "example", "drops"), EXAMPLES)
def test_it_tells_the_examples_apart(check: TextCheck, example: Text, drops: bool) -> None:
    assert dropped(check.id, check.measure(example).score) is drops


@pytest.mark.parametrize("check", TEXT_CHECKS, ids=lambda check: check.id)
def test_it_passes_a_good_pair(check: TextCheck) -> None:
    assert not dropped(check.id, check.measure(GOOD).score)


@pytest.mark.parametrize("check", TEXT_CHECKS, ids=lambda check: check.id)
def test_it_measures_a_pair_without_answers(check: TextCheck) -> None:
    assert check.measure(Text("", ())).evidence == ""


def test_it_counts_characters_without_spaces() -> None:
    assert Length().measure(text(" 先烧水，\n再泡茶。 ")) == Measurement(8)


def test_it_takes_the_longest_of_several_answers() -> None:
    assert Length().measure(text("好", "先烧水")).score == 3


def test_it_drops_an_answer_of_one_character_by_default() -> None:
    assert dropped("length", Length().measure(text("好")).score)
    assert not dropped("length", Length().measure(text("可以")).score)


def test_it_weighs_a_word_like_a_han_character() -> None:
    assert HanRatio().measure(text("茶 is tea", prompt="茶")).score == 0.5


def test_it_takes_a_text_without_words_for_chinese() -> None:
    assert HanRatio().measure(text("42", prompt="6 × 7 = ?")).score == 1.0


def test_it_drops_a_pair_in_english() -> None:
    found = HanRatio().measure(text("Boil water first.", prompt="How do I make tea?"))
    assert found.score == 0.0
    assert dropped("han_ratio", found.score)


def test_it_keeps_an_answer_that_is_mostly_code() -> None:
    code = "可以用切片反转：\n```python\ndef turn(words: list[str]) -> list[str]:\n    return words[::-1]\n```"
    assert HanRatio().measure(text(code, prompt="如何反转列表？")).score == 1.0


def test_it_keeps_a_translation_into_english() -> None:
    asked = "请把下面的句子翻译成英文：绿茶不宜用沸水冲泡。"
    answer = "Green tea should not be brewed with boiling water."
    assert not dropped("han_ratio", HanRatio().measure(text(answer, prompt=asked)).score)


def test_it_counts_traditional_and_rare_characters_as_chinese() -> None:
    assert HanRatio().measure(text("𠮷野家賣牛肉飯", prompt="〇")).score == 1.0


def test_it_finds_an_answer_that_goes_round_in_circles() -> None:
    found = Repetition().measure(text("绿茶不宜用沸水冲泡因为会发苦。" * 20))
    assert found.score == pytest.approx(0.95, abs=0.01)
    assert found.evidence in "绿茶不宜用沸水冲泡因为会发苦。" * 3
    assert dropped("repetition", found.score)


def test_it_finds_a_loop_at_the_end_of_a_long_answer() -> None:
    start = "".join(chr(0x4E00 + number) for number in range(9000))
    assert Repetition().measure(text(start)).score == 0
    assert Repetition().measure(text(start + "停不下来" * 2000)).score > 0.99


@pytest.mark.parametrize("seed", range(20))
def test_it_counts_each_span_that_has_come_before(seed: int) -> None:
    dice = random.Random(seed)
    piece = "".join(dice.choices("茶水杯叶香", k=dice.randint(25, 40)))
    answer = piece + "".join(dice.choices("茶水杯叶香", k=dice.randint(0, 60))) + piece
    spans = [answer[start : start + 16] for start in range(len(answer) - 15)]
    assert Repetition().measure(text(answer)).score == pytest.approx(
        1 - len(set(spans)) / len(spans)
    )


def test_it_takes_the_least_repetitive_of_several_answers() -> None:
    assert Repetition().measure(text("停不下来" * 50, GOOD.answers[0])) == Measurement(0.0)


def test_it_lets_code_repeat_itself() -> None:
    assert Repetition().measure(text("如下：\n```\n" + "{a:" * 200 + "\n```")).score == 0.0


ADVERTISEMENTS = {
    "想学的加我微信：teafan_2020，发你资料": "加我微信：teafan_2020",
    "进群请加QQ群 123456789": "加QQ群 123456789",
    "咨询热线：400-123-4567": "热线：400-123-4567",
    "联系电话 13900001234": "电话 13900001234",
    "需要模板的可以私信我领取": "私信我领",
    "长按识别下方二维码，添加老师": "识别下方二维码，添加",
    "扫码进群，每天打卡": "扫码进群",
    "更多干货请关注我的公众号": "请关注我的公众号",
    "复制这段口令，打开手机淘宝": "复制这段口令，打开手机淘宝",
    "购买链接：https://shop.example.com/tea": "购买链接：https://shop.example.com/tea",
    "商务合作：tea@example.com": "商务合作：tea@example.com",
    "进学习群加V：teafan2020": "加V：teafan2020",
    "咨询WX：teafan2020": "WX：teafan2020",
    "茶友交流群：612345678": "交流群：612345678",
    "抖音号：teafan": "抖音号：teafan",
    "频道 t.me/teafan": "t.me/teafan",
    "下单 https://m.tb.cn/h.5tea": "m.tb.cn/h.5tea",
    "我的公众号：茶话": "我的公众号：茶话",
}


@pytest.mark.parametrize("sentence", ADVERTISEMENTS)
def test_it_finds_an_advertisement(sentence: str) -> None:
    found = Contact().measure(text(f"水温八十度。{sentence}。"))
    assert found == Measurement(1, ADVERTISEMENTS[sentence])
    assert dropped("contact", found.score)


@pytest.mark.parametrize(
    "sentence",
    [
        "微信支付和支付宝都可以用来缴费",
        "公众号里的商城项目由前端计算价格",
        "可以参考文档：https://docs.example.com/guide",
        '接口返回 {"phone": "13900001234"}',
        "安装 vue@2.5.0 之后再运行",
        "遇到火灾请拨打119，报警拨打110",
        "请拨打心理援助热线：400-123-4567",
        "《淘宝技术这十年》讲了什么",
        "关注我们身边的小事",
        "请他加我们一起讨论",
        "设计一个扫码登录的流程",
        "订单号：13900001234567",
        '<view wx:for-items="{{teas}}">',
        "这个群：612 个元素的群",
        "外力使电压增加V：约 200 毫伏",
        "文章来自新华社公众号",
    ],
)
def test_it_lets_a_mere_mention_pass(sentence: str) -> None:
    assert Contact().measure(text(sentence)) == Measurement(0)


def test_it_counts_advertisements_in_the_prompt_and_all_answers() -> None:
    found = Contact().measure(text("好的", "加我微信：teafan_2020", prompt="电话：13900001234"))
    assert found == Measurement(2, "电话：13900001234 … 加我微信：teafan_2020")


@pytest.mark.parametrize("start", range(20))
def test_it_counts_a_span_that_comes_again_at_the_very_end(start: int) -> None:
    unique = "".join(chr(0x4E00 + number) for number in range(start + 40))
    found = Repetition().measure(text(unique + "哈" * 17))
    assert found.score == pytest.approx(1 / (start + 42))


@pytest.mark.parametrize(
    "piece",
    ["（", "<p ", "`", "``` ", "$$", "{{a", "[[", "\\(", "茶,", "1.\n", " ", "&lt", "我", "138"],
)
def test_no_pattern_runs_away_on_a_long_text(piece: str) -> None:
    """Some milliseconds each; a pattern that looks back and forth takes seconds."""
    long = piece * (20_000 // len(piece))
    for check in TEXT_CHECKS:
        check.measure(GOOD)  # loads its dictionaries
        one = Text(long, (long,))
        assert len(one.shapes) == len(one.prose) == 2
        assert len(one.answer_words) == 1
        begun = time.process_time()
        check.measure(one)
        assert time.process_time() - begun < 0.5, check.id


def test_the_shape_of_a_text_has_one_byte_a_character() -> None:
    assert shape_of("茶，tea（3）。\ue816 「々」\néか") == b"hcaaal0rex lhr\nbk"


def test_the_shapes_of_parts_are_those_of_their_prose() -> None:
    one = Text("问：`x`？", ("答。", "```\n1\n```"))
    assert one.shapes == tuple(map(shape_of, one.prose))
