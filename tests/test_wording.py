"""No text that a person sees escapes gettext: templates, code and scripts read as they are written."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.template.base import Lexer, Token, TokenType

from cqia.lib.errors import MESSAGES
from cqia.lib.msgids import FOLDERS, SIGNATURES

ROOT = Path(__file__).resolve().parent.parent
# The style guide shows parts to developers, not to the people who use CQIA.
TEMPLATES = sorted(set((ROOT / "templates").rglob("*.html")) - {ROOT / "templates/styleguide.html"})
CODE = [
    path
    for folder in FOLDERS[:-1]
    for path in sorted((ROOT / folder).rglob("*.py"))
    if "migrations" not in path.parts
]
SCRIPTS = sorted((ROOT / "static/js").rglob("*.js"))
# Names that are the same in every language, and those of the languages themselves.
NAMES = re.compile(
    r"CQIA|COIG|Alpaca|ShareGPT|SHA-256|CSV|SVG|PNG|JSONL?|English|(简体)?中文"
    r"|README\.md|SHA256SUMS|distinct-[123]"
)
WORD = re.compile(r"[^\W\d_]{2,}")


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def words(text: str) -> list[str]:
    return WORD.findall(NAMES.sub("", text))


# Templates


class Visible(HTMLParser):
    """Collects what a browser would show or say of a page, elements of code apart."""

    ATTRIBUTES = ("title", "aria-label", "aria-description", "placeholder", "alt", "label")
    SILENT = ("script", "style", "code", "pre", "kbd", "cite", "mo")

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.SILENT:
            self.silent.append(tag)
        values = dict(attrs)
        shown = [values.get(name) or "" for name in self.ATTRIBUTES]
        if tag == "input" and values.get("type") in ("submit", "button", "reset"):
            shown.append(values.get("value") or "")
        # What scripts say: sentences in attributes of ours.
        shown += [
            value
            for name, value in values.items()
            if name.startswith("data-") and value and " " in value
        ]
        self.found += [text for text in shown if words(text)]

    def handle_endtag(self, tag: str) -> None:
        if self.silent and self.silent[-1] == tag:
            self.silent.pop()

    def handle_data(self, data: str) -> None:
        if not self.silent and words(data):
            self.found.append(data.strip())


# Translated as a whole, or a list of CSS classes.
APART = re.compile(r"blocktrans|block page_class")
LITERAL = r"""("[^"]*"|'[^']*')"""
# Where a tag or a filter shows a literal: never bare, always as _("…").
SHOWN = re.compile(
    rf"\|(?:default|default_if_none|yesno|pluralize|add|join):{LITERAL}"
    rf"|\b(?:title|text|action|label|alt|caption|legend)={LITERAL}"
)


def untranslated(text: str) -> list[str]:
    """The texts of a template that a person would see and gettext would not."""
    page, found, inside = [], [], False
    for token in Lexer(text).tokenize():
        if token.token_type == TokenType.BLOCK and APART.match(token.contents):
            inside = True
        elif token.token_type == TokenType.BLOCK and token.contents.startswith("end") and inside:
            inside = False
        elif inside:
            continue
        elif token.token_type == TokenType.TEXT:
            page.append(token.contents)
        else:
            found += bare_literals(token)
    visible = Visible()
    visible.feed("".join(page))
    return found + visible.found


def bare_literals(token: Token) -> list[str]:
    if token.token_type == TokenType.COMMENT:
        return []
    groups = [one or other for one, other in SHOWN.findall(token.contents)]
    # What begins with ? & or - is a piece of an address.
    shown = [literal for literal in groups if literal[1:2] not in ("?", "&", "-")]
    return [literal for literal in shown if words(literal) and literal != "'auto'"]


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_a_template_shows_nothing_untranslated(path: Path) -> None:
    assert untranslated(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<p>Tea</p>", ["Tea"]),
        ("<p>茶水</p>", ["茶水"]),
        ('<b title="Tea"></b>', ["Tea"]),
        ('<input type="submit" value="Send">', ["Send"]),
        ('<p data-over="It is over"></p>', ["It is over"]),
        ('{{ a|default:"none" }}', ['"none"']),
        ('{{ a|add:"?all=1" }}', []),
        ('{% include "x.html" with title="Tea" %}', ['"Tea"']),
        ("{% translate 'Tea' %}, <kbd>Ctrl</kbd> <code>make run</code> CSV", []),
        ("{% blocktranslate %}Tea{% endblocktranslate %}{# Tea #}", []),
        ('{{ a|default:_("none") }}{% include "x.html" with state="open" %}', []),
    ],
)
def test_it_would_see_text_of_a_template(text: str, found: list[str]) -> None:
    assert untranslated(text) == found


# Code

SAID_BY = re.compile(r"^(ValidationError|messages\.(debug|info|success|warning|error))$")
FIELD = re.compile(r"(^|\.)(forms|models)\.\w*Field$")
DEVELOPERS = re.compile(r"^(serializers|models)\.")
SHOWN_AS = ("label", "help_text", "verbose_name", "verbose_name_plural", "empty_label")
ATTRIBUTES = ("placeholder", "aria-label", "title")


def dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def is_bare(node: ast.expr | None) -> bool:
    """A text written out here: a string, an f-string, or one of those put together."""
    if isinstance(node, ast.BinOp):
        return is_bare(node.left) or is_bare(node.right)
    if isinstance(node, ast.JoinedStr):
        return any(is_bare(part) for part in node.values)
    return (
        isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(words(node.value))
    )


def spoken(tree: ast.Module) -> Iterator[ast.expr]:
    """The expressions of a module that end up before somebody's eyes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from spoken_by_call(node)
        elif isinstance(node, ast.ClassDef):
            yield from spoken_by_class(node)
        elif isinstance(node, ast.Dict):
            named = zip(node.keys, node.values, strict=True)
            yield from (
                value
                for key, value in named
                if isinstance(key, ast.Constant) and key.value in ATTRIBUTES
            )


def spoken_by_call(node: ast.Call) -> Iterator[ast.expr]:
    name = dotted(node.func)
    if SAID_BY.match(name):
        yield from node.args[1:2] if name.startswith("messages.") else node.args[:1]
    if name.endswith(".add_error"):
        yield from node.args[1:2]
    if FIELD.search(name) and ".models." in f".{name}":
        yield from node.args[:1]
    # The API describes itself in English alone. What a form shows of a model is seen on its page.
    if not DEVELOPERS.match(name):
        yield from (keyword.value for keyword in node.keywords if keyword.arg in SHOWN_AS)


def spoken_by_class(node: ast.ClassDef) -> Iterator[ast.expr]:
    """Labels of choices; names, descriptions and units of what registers itself."""
    lines = [line for line in node.body if isinstance(line, ast.Assign)]
    if any(dotted(base).endswith("TextChoices") for base in node.bases):
        for line in lines:
            yield line.value.elts[1] if isinstance(line.value, ast.Tuple) else line.value
        return
    named = {dotted(line.targets[0]): line.value for line in lines}
    if "description" in named:
        yield from (named[name] for name in ("name", "description", "unit") if name in named)


def mute(tree: ast.Module) -> list[str]:
    return [ast.unparse(expression) for expression in spoken(tree) if is_bare(expression)]


@pytest.mark.parametrize("path", CODE, ids=name_of)
def test_code_says_nothing_untranslated(path: Path) -> None:
    assert mute(ast.parse(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "code",
    [
        "messages.success(request, 'Saved')",
        "messages.error(request, f'No {x}')",
        "raise ValidationError('Wrong')",
        "form.add_error(None, 'Wrong')",
        "forms.CharField(label='Name')",
        "models.CharField('name', max_length=3)",
        "class A(models.TextChoices):\n    B = 'b', 'Bee'",
        "class A(models.TextChoices):\n    B = 'bee'",
        "class A:\n    description = 'What it is'",
        "forms.TextInput({'placeholder': 'Name'})",
        "messages.info(request, _('A') + ' and more')",
    ],
)
def test_it_would_see_text_of_code(code: str) -> None:
    assert len(mute(ast.parse(code))) == 1


@pytest.mark.parametrize("path", CODE, ids=name_of)
def test_gettext_is_given_literals(path: Path) -> None:
    """What is put together at run time is in no catalogue."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    named = [node for node in calls if dotted(node.func) in ("_", *SIGNATURES)]
    assert [ast.unparse(node) for node in named if not isinstance(node.args[0], ast.Constant)] == []


def test_every_fault_has_its_sentence() -> None:
    """The code of each CqiaError that is raised is one of MESSAGES."""
    raised = {
        (name_of(path), node.args[0].value)
        for path in CODE
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and dotted(node.func) in ("CqiaError", "Refusal", "explain")
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }
    assert raised
    assert {(path, code) for path, code in raised if code not in MESSAGES} == set()


# Scripts

SENTENCE = re.compile(r"""(["'`])((?:(?!\1).)*?[A-Za-z]{2,}(?:,? [a-z]+)+[.!?…]?)\1""")


def sentences(script: str) -> list[str]:
    """Strings of a script that read as a sentence (a capital first), and any Chinese."""
    code = re.sub(r"(?m)//.*$|/\*[\s\S]*?\*/", "", script)
    found = [text for _, text in SENTENCE.findall(code) if text[0].isupper()]
    return found + re.findall(r"[\u4e00-\u9fff]+", code)


@pytest.mark.parametrize("path", SCRIPTS, ids=name_of)
def test_a_script_holds_no_sentence(path: Path) -> None:
    assert sentences(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("script", ['say("Not saved yet.")', "x = `Try again`", "say('未保存')"])
def test_it_would_see_a_sentence(script: str) -> None:
    assert len(sentences(script)) == 1
