import random
import time

import pytest

from cqia.lib import diff as module
from cqia.lib.diff import Op, Summary, diff, render_html, summary


def before(ops: list[Op]) -> str:
    return "".join(op.text for op in ops if op.op != "ins")


def after(ops: list[Op]) -> str:
    return "".join(op.text for op in ops if op.op != "del")


def test_it_changes_whole_words() -> None:
    assert diff("今天天气很好，我们去公园。", "今天天气不错，我们去公园玩。") == [
        Op("same", "今天天气"),
        Op("del", "很好"),
        Op("ins", "不错"),
        Op("same", "，我们去公园"),
        Op("ins", "玩"),
        Op("same", "。"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "ops"),
    [
        ("", "", []),
        ("", "新", [Op("ins", "新")]),
        ("旧", "", [Op("del", "旧")]),
        ("一样", "一样", [Op("same", "一样")]),
    ],
)
def test_it_copes_with_nothing(old: str, new: str, ops: list[Op]) -> None:
    assert diff(old, new) == ops


def test_it_joins_small_remains_between_changes() -> None:
    # Only 的 stays of two sentences that have nothing to do with each other.
    assert [op for op, _ in diff("蓝色的天空", "漂亮的姑娘")] == ["del", "ins"]


def test_it_keeps_both_texts() -> None:
    draw = random.Random(5)
    alphabet = "今天天气很好我们去公园，。 \n\r\tab😀\x00Ａ"
    for _ in range(300):
        old, new = ("".join(draw.choices(alphabet, k=draw.randint(0, 30))) for _ in range(2))
        ops = diff(old, new)
        assert (before(ops), after(ops)) == (old, new)
        assert after(diff(old, new, fold_width=True)) == new


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("ＡＢＣ，１２３（测试）", "ABC,123(测试)"),
        ("用Python写", "用 Python 写"),
        ("一段\n\n二段", "一段\n二段"),
        ("  开头", "开头\n"),
        ("中\u3000文", "中文"),
        ("hello  world 你好", "hello world你好"),
    ],
)
def test_it_folds_width_and_white_space_when_asked(old: str, new: str) -> None:
    assert diff(old, new, fold_width=True) == [Op("same", new)]
    assert len(diff(old, new)) > 1


def test_it_still_sees_words_when_it_folds() -> None:
    assert diff("价格：５ 元。", "价格:6 元。", fold_width=True) == [
        Op("same", "价格:"),
        Op("del", "５ "),
        Op("ins", "6 "),
        Op("same", "元。"),
    ]


def test_it_tells_more_words_apart_than_a_plane_holds() -> None:
    codes: dict[str, str] = {}
    tokens = [module._Token(str(n), str(n)) for n in range(70_000)]
    assert len(set(module._encode(tokens, codes))) == 70_000


def test_it_counts_what_changed() -> None:
    ops = [Op("same", "一二三"), Op("del", "四"), Op("ins", "五六七")]
    assert summary(ops) == Summary(3, 1, 0.4)


@pytest.mark.parametrize(("ops", "ratio"), [([], 0.0), ([Op("ins", "新")], 1.0)])
def test_it_has_a_ratio_for_the_extremes(ops: list[Op], ratio: float) -> None:
    assert summary(ops).changed_ratio == ratio


def test_it_renders_escaped_marks() -> None:
    ops = [Op("same", "a < b"), Op("del", "<script>"), Op("ins", "好\n\"'&")]
    assert render_html(ops) == (
        "a &lt; b<del>&lt;script&gt;</del><ins>好↵\n&quot;&#x27;&amp;</ins>"
    )
    assert hasattr(render_html(ops), "__html__")


def test_it_ends_in_time_on_texts_that_share_nothing() -> None:
    draw = random.Random(1)
    old, new = ("".join(chr(draw.randint(0x4E00, 0x5E00)) for _ in range(9000)) for _ in range(2))
    begun = time.perf_counter()
    ops = diff(old, new)
    assert time.perf_counter() - begun < 5 * module.SECONDS
    assert (before(ops), after(ops)) == (old, new)


def test_it_compares_huge_texts_by_line() -> None:
    old = "第一行\n" + "同样的一行\n" * 30_000
    assert diff(old, old.replace("第一", "首")) == [
        Op("del", "第一行\n"),
        Op("ins", "首行\n"),
        Op("same", "同样的一行\n" * 30_000),
    ]
