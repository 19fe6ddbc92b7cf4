"""Which item of a benchmark a text holds, or is like."""

from typing import Any

import pytest

from annotation.contamination.fingerprints import fingerprints, item_of
from annotation.contamination.index import Index

EXAM: list[dict[str, Any]] = [
    {
        "id": "tea-1",
        "question": "下列哪一种茶在制作时不经过萎凋，而是直接高温杀青？",
        "choices": {"A": "白茶", "B": "绿茶", "C": "乌龙茶", "D": "红茶"},
    },
    {
        "id": "tea-2",
        "question": "下列说法正确的是",
        "choices": ["紫砂壶宜用洗洁精清洗内壁", "盖碗只能用来泡乌龙茶类", "普洱茶可以长期存放转化", "泉水一律不宜泡茶"],
    },
    {"id": "tea-3", "question": "下列说法正确的是", "choices": ["茶是水", "水是茶", "是", "否"]},
]  # fmt: skip
ASKED = EXAM[0]["question"]
OTHER = "写一段关于秋天的描写，要求有颜色、有声音，也要有一点人的心情在里面。"


def index_of(*records: dict[str, Any]) -> Index:
    items = [item_of(record, number) for number, record in enumerate(records, 1)]
    made = fingerprints([item for item in items if item is not None])
    return Index([(one.label, one.grams, one.signature) for one in made if one is not None])


def test_it_finds_an_item_however_it_is_spaced_and_punctuated() -> None:
    typed = "下列哪一种茶，在制作时不经过萎凋\n而是直接高温杀青?  A. 绿茶 B. 红茶"
    assert index_of(*EXAM).likeness(typed, ["绿茶。"]) == (1.0, "tea-1")


def test_it_finds_an_item_within_an_answer() -> None:
    assert index_of(*EXAM).likeness("出一道题。", [f"好的。{ASKED}答案是绿茶。"]).score == 1.0


def test_it_finds_a_question_that_was_reworded() -> None:
    asked = (
        "唐代陆羽在《茶经》里把水分成三等，认为山水为上，江水为中，井水为下。请问他这样评判，"
        "依据的主要是水的哪一种性质，这和今天所说的硬度有没有关系？"
    )
    index = index_of({"question": asked})
    reworded = asked.replace("评判", "排列").replace("今天所说的", "现在讲的")
    assert 0.5 < index.likeness(reworded, ["山水清冽。"]).score < 1


def test_it_takes_a_shared_question_with_its_choices() -> None:
    index = index_of(*EXAM)
    assert index.likeness("下列说法正确的是", ["以上都对。"]).score == 0
    choices = "\n".join(map(str, EXAM[1]["choices"]))
    assert index.likeness(f"下列说法正确的是：{choices}", ["丙"]) == (1.0, "tea-2")


def test_it_takes_a_short_item_as_a_whole() -> None:
    index = index_of({"question": "茶圣指的是哪一位？"})
    assert index.likeness("茶圣指的是哪一位?", ["陆羽"]).score == 1.0
    assert index.likeness("请问茶圣指的是哪一位？并说说理由。", ["陆羽"]).score == 0


def test_it_leaves_other_texts_alone() -> None:
    assert index_of(*EXAM).likeness(OTHER, ["落叶沙沙地响。"]) == (0.0, "")


def test_it_says_nothing_without_a_benchmark() -> None:
    assert Index([]).likeness(ASKED, ["绿茶"]) == (0.0, "")


@pytest.mark.parametrize(
    ("record", "stem", "choices"),
    [
        ({"prompt": "写诗", "turns": None}, "写诗", ()),
        ({"passage": "文", "question": "问", "choices": ["甲", "乙"]}, "文\n问", ("甲", "乙")),
        ({"question": "问", "A": "甲", "B": 2}, "问", ("甲", "2")),
        ({"turns": ["一", "二"]}, "一\n二", ()),
    ],
)
def test_it_reads_the_usual_fields(
    record: dict[str, object], stem: str, choices: tuple[str, ...]
) -> None:
    item = item_of(record, 7)
    assert item is not None
    assert (item.label, item.stem, item.choices) == ("7", stem, choices)
