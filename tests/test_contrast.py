"""The colours of tokens.css reach WCAG AA in both themes (pure: reads one file)."""

import re
from pathlib import Path

import pytest

TOKENS = (Path(__file__).parents[1] / "static/css/tokens.css").read_text(encoding="utf-8")
Colours = dict[str, str]

TEXT = [
    (ink, paper)
    for ink in ("ink", "ink-2", "ink-3", "accent", "ok", "warn", "bad")
    for paper in ("paper", "paper-2", "paper-3")
] + [
    ("accent-ink", "accent"),
    *(
        (ink, f"{tone}-soft")
        for tone in ("accent", "ok", "warn", "bad")
        for ink in ("ink", "ink-2")
    ),
    *((tone, f"{tone}-soft") for tone in ("accent", "ok", "warn", "bad")),
    ("paper-2", "bad"),  # the text of .btn-bad
]
CONTROLS = [("line-2", "paper"), ("line-2", "paper-2"), ("accent", "paper-3"), ("accent", "line")]


def block(selector: str) -> Colours:
    """The hex colours of the first rule with this selector, without the leading dashes."""
    body = TOKENS.split(selector + " {", 1)[1].split("}", 1)[0]
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", body))


LIGHT = block("\n:root")
DARK = block(':root[data-theme="dark"]')


def luminance(colour: str) -> float:
    """Relative luminance, 0 (black) to 1 (white), as WCAG 2.2 defines it."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_it_measures_black_on_white_as_21() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def test_it_measures_a_known_grey() -> None:
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "back"), TEXT)
def test_it_keeps_text_readable(theme: Colours, front: str, back: str) -> None:
    assert contrast(theme[front], theme[back]) >= 4.5


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "back"), CONTROLS)
def test_it_keeps_borders_and_bars_visible(theme: Colours, front: str, back: str) -> None:
    assert contrast(theme[front], theme[back]) >= 3


def test_it_gives_every_colour_a_dark_value() -> None:
    assert DARK.keys() == LIGHT.keys()


def test_it_uses_the_same_dark_values_by_system_and_by_switch() -> None:
    assert block(':root:not([data-theme="light"])') == DARK
