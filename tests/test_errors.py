import pickle
import re
from pathlib import Path

import orjson
import pytest
from django.utils import translation
from django.utils.translation import gettext_lazy

from cqia.lib import errors
from cqia.lib.board_faults import BOARD_FAULTS
from cqia.lib.errors import MESSAGES, REASONS, TYPES, CqiaError, explain, type_of
from cqia.lib.release_faults import RELEASE_FAULTS
from cqia.lib.vote_faults import VOTE_FAULTS

EVERY_PARAM = {
    name: "7" for text in MESSAGES.values() for name in re.findall(r"%\((\w+)\)s", str(text))
}


def test_it_says_a_fault_with_its_figures() -> None:
    assert explain("ragged_row", {"expected": 5, "found": 3}) == (
        "The header has 5 columns, the row has 3."
    )


def test_it_names_json_types_in_words() -> None:
    assert explain("wrong_type", {"field": "output", "expected": "text", "found": "list"}) == (
        "The field “output” must be text; a list found."
    )


@pytest.mark.parametrize("code", MESSAGES)
def test_it_has_figures_for_every_message(code: str) -> None:
    said = explain(code, EVERY_PARAM)
    assert not said.startswith(code)
    assert "%" not in said


def test_each_message_has_a_code_of_its_own() -> None:
    here = Path(errors.__file__).read_text()
    rooms = [*RELEASE_FAULTS, *VOTE_FAULTS, *BOARD_FAULTS]
    assert [code for code in rooms if f'"{code}": ' in here or rooms.count(code) > 1] == []


def test_it_shows_a_code_it_does_not_know() -> None:
    assert explain("from_the_future", {"line": 3}) == "from_the_future line=3"


def test_it_shows_the_code_where_a_figure_is_missing() -> None:
    assert explain("missing_field", {}) == "missing_field"


def test_it_explains_itself_as_an_exception() -> None:
    error = CqiaError("missing_field", {"field": "output"})
    assert str(error) == "The field “output” is missing."
    assert error.status == 400


def test_it_survives_pickling() -> None:
    error = pickle.loads(pickle.dumps(CqiaError("missing_field", {"field": "output"})))
    assert (error.code, error.params) == ("missing_field", {"field": "output"})


def test_it_chooses_the_language_when_it_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    # A word of Django's own, which is translated in every installation.
    monkeypatch.setitem(MESSAGES, "empty_file", gettext_lazy("Monday"))
    with translation.override("zh-hans"):
        assert explain("empty_file", {}) == "星期一"
    with translation.override("en"):
        assert explain("empty_file", {}) == "Monday"


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (None, "null"),
        (True, "truth"),
        (0, "number"),
        (0.5, "number"),
        ("", "text"),
        ([], "list"),
        ({}, "object"),
    ],
)
def test_it_names_the_type_of_a_json_value(value: object, kind: str) -> None:
    assert type_of(value) == kind
    assert kind in TYPES


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "{} x",
        '{"a":x}',
        "{a:1}",
        '{"a" 1}',
        "[1 2]",
        '{"a":1 "b"}',
        '"\n"',
        '"\\q"',
        "[1,]",
    ],
)
def test_it_words_what_is_wrong_with_json(text: str) -> None:
    with pytest.raises(orjson.JSONDecodeError) as caught:
        orjson.loads(text)
    said = explain("not_json", {"character": 1, "reason": caught.value.msg})
    assert said.endswith(f": {REASONS[caught.value.msg]}")
