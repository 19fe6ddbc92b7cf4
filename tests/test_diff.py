import random
import re
import time
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cqia.lib import diff as module
from cqia.lib.diff import Op, Summary, diff, render_html, summary
from cqia.lib.moves import Token

# Few characters, so that much recurs and moves; clauses, so that there are words to move.
PIECES = [
    *"今天天气很好我们去公园，。 \n\r\tab😀\x00Ａ&<",
    "绿茶不宜用沸水冲泡。",
    "红茶可以，",
    "𠮷野家",
    "مرحبا",
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


def before(ops: list[Op]) -> str:
    return "".join(op.text for op in ops if op.op not in ("ins", "to"))


def bare(text: str) -> str:
    """What folding leaves: no white space, and half-width forms."""
    return "".join(text.translate(module._WIDTH).split())


def after(ops: list[Op]) -> str:
    return "".join(op.text for op in ops if op.op not in ("del", "from"))


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


@given(TEXTS, TEXTS)
def test_it_keeps_both_texts(old: str, new: str) -> None:
    ops = diff(old, new)
    assert (before(ops), after(ops)) == (old, new)
    folded = diff(old, new, fold_width=True)
    assert after(folded) == new
    assert bare(before(folded)) == bare(old)


@given(TEXTS)
def test_a_text_is_no_change_of_itself(text: str) -> None:
    assert diff(text, text) == [Op("same", text)] * bool(text)


@given(TEXTS, TEXTS)
def test_what_moved_went_and_came(old: str, new: str) -> None:
    ops = diff(old, new)
    went, came = (sorted(op.text for op in ops if op.op == kind) for kind in ("from", "to"))
    assert went == came


@given(TEXTS, TEXTS)
def test_its_share_lies_between_nothing_and_all(old: str, new: str) -> None:
    found = summary(diff(old, new))
    assert 0 <= found.changed_ratio <= 1
    assert (found.changed_ratio == 0) == (found.inserted == found.deleted == 0)


@given(TEXTS, TEXTS)
def test_the_page_shows_every_character_escaped(old: str, new: str) -> None:
    html = render_html(diff(old, new)).replace("↵", "")
    assert unescape(re.sub('</?(?:ins|del)(?: class="moved")?>', "", html)) == "".join(
        op.text.replace("↵", "") for op in diff(old, new)
    )


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
    tokens = [Token(str(n), str(n)) for n in range(70_000)]
    assert len(set(module._encode(tokens, codes))) == 70_000


def test_it_counts_what_changed() -> None:
    ops = [Op("same", "一二三"), Op("del", "四"), Op("ins", "五六七")]
    assert summary(ops) == Summary(3, 1, 0.4)


def test_what_moved_is_neither_new_nor_gone_and_white_space_does_not_count() -> None:
    ops = [Op("to", "一二三"), Op("same", "四五"), Op("from", "一二三"), Op("ins", "六 \n")]
    assert summary(ops) == Summary(1, 0, 1 / 11, 3)


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
