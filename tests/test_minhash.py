"""Near duplicates as plain sets: grams, likeness, and the keys by which like texts meet."""

import random
from collections.abc import Callable

import pytest

from cqia.lib.minhash import BANDS, band_keys, chance, jaccard, shingles

HAN = [chr(0x4E00 + number) for number in range(3000)]


def made(dice: random.Random, length: int = 300) -> str:
    return "".join(dice.choices(HAN, k=length))


def edited(dice: random.Random, text: str, edits: int) -> str:
    characters = list(text)
    for at in dice.sample(range(len(text)), edits):
        characters[at] = "换"
    return "".join(characters)


def meet(one: str, other: str) -> bool:
    keys = band_keys([shingles(one), shingles(other)], salt=1)
    return bool((keys[0] == keys[1]).any())


def test_it_takes_the_runs_of_five_characters() -> None:
    assert len(shingles("一二三四五六七")) == 3
    assert len(shingles("哈" * 50)) == 1


def test_it_takes_a_short_text_as_a_whole() -> None:
    assert [len(shingles(text)) for text in ("", "好", "好的好的", "好的好的好")] == [0, 1, 1, 1]
    assert jaccard(shingles("好"), shingles("好的")) == 0
    assert jaccard(shingles("好的"), shingles(" 好的\n")) == 1


def test_it_sees_through_width_and_spacing() -> None:
    assert jaccard(shingles("ＡＢＣ：绿茶，红茶"), shingles("ABC:绿茶,红茶 ")) == 1


def test_it_counts_the_share_of_grams_in_common() -> None:
    assert jaccard(shingles("一二三四五六"), shingles("二三四五六七")) == pytest.approx(1 / 3)
    assert jaccard(shingles(""), shingles("")) == 0


@pytest.mark.parametrize("seed", range(20))
def test_it_counts_as_sets_of_strings_do(seed: int) -> None:
    dice = random.Random(seed)
    text = made(dice, dice.randint(20, 200))
    other = edited(dice, text, dice.randint(1, 9))
    one, two = ({t[at : at + 5] for at in range(len(t) - 4)} for t in (text, other))
    assert jaccard(shingles(text), shingles(other)) == len(one & two) / len(one | two)


def test_it_gives_the_same_keys_every_time_and_others_for_another_salt() -> None:
    sets = [shingles("为什么绿茶不宜用沸水冲泡？"), shingles("好")]
    assert (band_keys(sets, 1) == band_keys(sets, 1)).all()
    assert not set(band_keys(sets, 1).ravel().tolist()) & set(band_keys(sets, 2).ravel().tolist())
    assert band_keys(sets, 1).shape == (2, BANDS)
    assert band_keys([], 1).shape == (0, BANDS)


def test_it_knows_keys_of_an_earlier_version() -> None:
    """The keys are stored: whoever changes them has to make those of all pairs anew."""
    assert band_keys([shingles("为什么绿茶不宜用沸水冲泡？")], 1)[0, 0] == 7710830802418


@pytest.mark.parametrize(
    ("likeness", "expected"), [(0.0, 0.0), (0.5, 0.4406), (0.8, 0.9913), (1.0, 1.0)]
)
def test_it_has_bands_for_a_likeness_of_four_fifths(likeness: float, expected: float) -> None:
    assert chance(likeness) == pytest.approx(expected, abs=1e-4)


MADE: list[tuple[str, Callable[[float], bool], float, float]] = [
    ("like ones", lambda likeness: 0.8 <= likeness < 0.85, 0.98, 1.0),
    ("unlike ones", lambda likeness: 0.1 <= likeness < 0.3, 0.0, 0.06),
]


@pytest.mark.parametrize(("_name", "wanted", "least", "most"), MADE, ids=[row[0] for row in MADE])
def test_it_meets_as_often_as_the_formula_says(
    _name: str, wanted: Callable[[float], bool], least: float, most: float
) -> None:
    dice = random.Random(8)
    met: list[bool] = []
    while len(met) < 500:
        text = made(dice)
        other = edited(dice, text, dice.randint(3, 60))
        if wanted(jaccard(shingles(text), shingles(other))):
            met.append(meet(text, other))
    assert least <= sum(met) / len(met) <= most
