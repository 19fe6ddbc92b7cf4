"""The drawings of the pages (pure)."""

from cqia.accounts.templatetags.cqia_ui import interval, place, segments


def test_it_lays_parts_side_by_side() -> None:
    bar = segments([("A", 30, "win"), ("tie", 10, "tie"), ("B", 60, "lose")])
    assert [(part.left, part.width) for part in bar] == [
        ("0.000%", "30.000%"),
        ("30.000%", "10.000%"),
        ("40.000%", "60.000%"),
    ]


def test_it_draws_nothing_of_nothing() -> None:
    assert [part.width for part in segments([("A", 0, "win"), ("B", 0, "lose")])] == ["0.000%"] * 2


def test_it_places_a_value_on_its_axis() -> None:
    assert place(1050, 1000, 1200) == "25.000%"


def test_it_keeps_a_value_outside_at_the_end() -> None:
    assert [place(900, 1000, 1200), place(1300, 1000, 1200)] == ["0.000%", "100.000%"]


def test_it_puts_the_only_value_in_the_middle() -> None:
    assert place(1000, 1000, 1000) == "50.000%"


def test_it_places_a_whisker_on_both_sides_of_the_dot() -> None:
    drawn = interval(1100, 1050, 1150, 1000, 1200)
    assert (drawn["left"], drawn["at"], drawn["right"]) == ("25.000%", "50.000%", "75.000%")
