"""Keys of one's own: their names, what they must not be, and the page that changes them."""

import re
from pathlib import Path

import pytest
from django.template import Context, Template

from cqia.accounts import keys
from cqia.accounts.models import User
from cqia.lib.errors import CqiaError
from tests.cast import ClientOf

TEMPLATES = Path(__file__).parents[1] / "templates"
PAGE = "/account/keys/"


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("A", "a"),
        ("Ctrl ↵", "ctrl+enter"),
        ("cmd+Enter", "ctrl+enter"),
        ("shift+alt+ctrl+x", "ctrl+alt+shift+x"),
        ("ctrl++", "ctrl++"),
        ("⌥ ↑", "alt+arrowup"),
        ("=", "="),
        ("F2", "f2"),
    ],
)
def test_it_knows_a_key_however_it_is_written(typed: str, name: str) -> None:
    assert keys.named(typed) == name


@pytest.mark.parametrize("typed", ["", "茶", "ab", "shift+a", "ctrl+ctrl+a"])
def test_it_says_what_is_no_key(typed: str) -> None:
    with pytest.raises(CqiaError, match="is no key"):
        keys.named(typed)


@pytest.mark.parametrize("typed", ["Enter", "Backspace", "Ctrl+Backspace", "Tab", "?", "Ctrl+W"])
def test_it_leaves_the_keys_of_text_and_browser_alone(typed: str) -> None:
    with pytest.raises(CqiaError, match="belongs to the browser or to the text"):
        keys.named(typed)


@pytest.mark.parametrize(
    ("name", "shown"), [("ctrl+enter", "Ctrl ↵"), ("a", "A"), ("ctrl++", "Ctrl +")]
)
def test_it_shows_a_key_as_it_stands_on_the_keyboard(name: str, shown: str) -> None:
    assert keys.sign(name) == shown


def test_no_two_defaults_of_a_page_clash() -> None:
    assert list(keys.clashes(keys.DEFAULTS)) == []
    assert all(keys.named(key) == key for key in keys.DEFAULTS.values())


def test_the_same_key_on_two_pages_is_no_clash() -> None:
    assert keys.DEFAULTS["accept"] == keys.DEFAULTS["approve"] == "a"


def test_every_action_is_on_a_page() -> None:
    """A key that nothing answers to would be a setting without effect."""
    text = "".join(path.read_text("utf-8") for path in TEMPLATES.rglob("*.html"))
    used = set(re.findall(r"""\{% key ['"]([a-z-]+)['"]""", text))
    wanted = {re.sub(r"-\d$", "", action) for action in keys.DEFAULTS}
    assert used == wanted


def test_a_page_has_the_reader_s_own_keys() -> None:
    page = Template("{% load cqia_keys %}{% key 'skip' %} {% kbd 'submit' %} {% key 'choose' 3 %}")
    somebody = User(username="li", keys={"skip": "x", "gone": "y"})
    assert page.render(Context({"user": somebody})) == "x <kbd>Ctrl ↵</kbd> 3"
    assert page.render(Context({})) == "s <kbd>Ctrl ↵</kbd> 3"


def test_it_keeps_only_what_differs_from_the_defaults(annotator: User, client_of: ClientOf) -> None:
    answer = client_of(annotator).post(PAGE, keys.DEFAULTS | {"skip": "Ctrl+K"})
    annotator.refresh_from_db()
    assert (answer.status_code, annotator.keys) == (302, {"skip": "ctrl+k"})


def test_it_tells_at_both_fields_of_a_clash_and_keeps_what_was_typed(
    annotator: User, client_of: ClientOf
) -> None:
    answer = client_of(annotator).post(PAGE, keys.DEFAULTS | {"skip": "a"})
    annotator.refresh_from_db()
    assert (answer.status_code, annotator.keys) == (400, {})
    assert "A is also the key of “Skip”." in answer.text
    assert "A is also the key of “Accept”." in answer.text
    assert answer.text.count('value="a"') >= 3


def test_what_is_pressed_while_writing_needs_ctrl_or_alt(
    annotator: User, client_of: ClientOf
) -> None:
    answer = client_of(annotator).post(PAGE, keys.DEFAULTS | {"submit": "x"})
    assert "This key must work while you write" in answer.text


def test_it_goes_back_to_the_defaults(annotator: User, client_of: ClientOf) -> None:
    keys.save(annotator, {"skip": "x"})
    client_of(annotator).post(f"{PAGE}reset")
    annotator.refresh_from_db()
    assert keys.keys_of(annotator) == keys.DEFAULTS
