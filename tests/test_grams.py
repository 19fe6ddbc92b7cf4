import numpy as np

from cqia.lib.grams import grams, letters


def test_it_keeps_letters_and_digits_alone() -> None:
    assert letters(" Ａ、绿茶：不宜，用 100℃ 的沸水！\n") == "a绿茶不宜用100c的沸水"


def test_it_hashes_every_run() -> None:
    assert len(grams("绿茶不宜用沸水", 5)) == 3
    assert grams("绿茶不宜用沸水", 5)[1] == grams("茶不宜用沸", 5)[0]


def test_it_has_no_run_of_a_shorter_text() -> None:
    assert len(grams("绿茶", 5)) == 0


def test_it_tells_texts_apart_by_order() -> None:
    assert grams("甲乙", 2)[0] != grams("乙甲", 2)[0]


def test_it_spreads_hashes_over_all_bits() -> None:
    text = "".join(chr(0x4E00 + place % 2000) for place in range(4000))
    low = grams(text, 3) & np.uint64(0xFF)
    assert len(np.unique(low)) == 256
