"""The catalogues: complete, in line with the code, and kept without the gettext tools."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest

from cqia.lib import messages
from cqia.lib.msgids import FOLDERS, Message, collect, in_code, in_template

PO = "locale/zh_Hans/LC_MESSAGES/django.po"
EMPTY = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Language: zh_Hans\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A project with one page and an empty catalogue."""
    (tmp_path / PO).parent.mkdir(parents=True)
    (tmp_path / PO).write_text(EMPTY, encoding="utf-8")
    write(tmp_path, '{% translate "Tea" %}')
    return tmp_path


def write(tree: Path, page: str) -> None:
    (tree / "templates").mkdir(exist_ok=True)
    (tree / "templates/page.html").write_text(page, encoding="utf-8")
    messages.update(tree)


def translate(tree: Path, *texts: str, **fields: object) -> None:
    """Give the entries of the catalogue these texts, in their order."""
    po = polib.pofile(str(tree / PO))
    for entry, text in zip(po, texts, strict=True):
        if entry.msgid_plural:
            entry.msgstr_plural = {0: text}
        else:
            entry.msgstr = text
        for name, value in fields.items():
            setattr(entry, name, value)
    po.save()


# The catalogue of the project


def test_everything_is_translated() -> None:
    assert messages.check() == []


def test_it_knows_that_chinese_has_one_form() -> None:
    po = polib.pofile(str(messages.ROOT / PO))
    assert po.metadata["Plural-Forms"] == "nplurals=1; plural=0;"


def test_it_is_written_as_update_writes_it() -> None:
    po = polib.pofile(str(messages.ROOT / PO))
    keys = [(entry.msgctxt or "", entry.msgid) for entry in po]
    assert keys == sorted(keys)
    assert not [entry.msgid for entry in po if any(line for _, line in entry.occurrences)]


def test_it_speaks_one_language_of_signs() -> None:
    """Chinese punctuation, and one space between Han and Latin letters or digits."""
    po = polib.pofile(str(messages.ROOT / PO))
    texts = [text for entry in po for text in (entry.msgstr, *entry.msgstr_plural.values())]
    han, latin = "[\u4e00-\u9fff]", "[A-Za-z0-9]"
    odd = re.compile(rf"{han}{latin}|{latin}{han}|{han}[,;:!?()]|您")
    # What a placeholder stands for may be either.
    bare = {text: re.sub(r"%\(\w+\)s", "", text) for text in texts if text != "是,否"}
    assert [text for text, words in bare.items() if odd.search(words)] == []


@pytest.mark.skipif(not shutil.which("xgettext"), reason="needs the GNU gettext tools")
def test_it_finds_what_makemessages_finds(tmp_path: Path) -> None:
    for folder in FOLDERS:
        shutil.copytree(messages.ROOT / folder, tmp_path / folder)
    (tmp_path / "locale").mkdir()
    command = [sys.executable, "-m", "django", "makemessages", "-l", "zh_Hans", "-v", "0"]
    environment = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    subprocess.run(command, cwd=tmp_path, env=environment, check=True)
    theirs = {
        (entry.msgctxt or "", entry.msgid, entry.msgid_plural or "")
        for entry in polib.pofile(str(tmp_path / PO))
    }
    ours = {(found.context, found.text, found.plural) for found in collect(tmp_path).values()}
    assert ours == theirs


# Finding


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("from django.utils.translation import gettext as _\n_('A' ' b')", ("A b", "", "")),
        ("from django.utils.translation import gettext_lazy\ngettext_lazy('A')", ("A", "", "")),
        ("from django.utils import translation as t\nt.pgettext('c', 'A')", ("A", "c", "")),
        (
            "from django.utils.translation import ngettext as n\nn('%d a', '%d b', 2)",
            ("%d a", "", "%d b"),
        ),
    ],
)
def test_it_reads_code_under_any_name(code: str, found: tuple[str, str, str]) -> None:
    assert [(each.text, each.context, each.plural) for each in in_code(code)] == [found]


def test_it_takes_no_other_function_for_gettext() -> None:
    assert list(in_code("def _(text): ...\n_('A')")) == []


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ("{% translate 'A' %}", Message("A")),
        ("{% translate 'A' context \"b\" as c %}", Message("A", "b")),
        (
            "{% blocktranslate with n=m %}{{ n }}% it's{% endblocktranslate %}",
            Message("%(n)s%% it's"),
        ),
        ("{% blocktranslate trimmed %}\n a\n  b\n{% endblocktranslate %}", Message("a b")),
        (
            "{% blocktranslate count n=m context 'c' %}one{% plural %}{{ n }}{% endblocktranslate %}",
            Message("one", "c", "%(n)s"),
        ),
        ('{% include "x" with title=_("A (b)") %}', Message("A (b)")),
        ('{{ a|default:_("A") }}', Message("A")),
    ],
)
def test_it_reads_templates(page: str, found: Message) -> None:
    assert list(in_template(page)) == [found]


# Keeping


def test_an_update_keeps_what_is_translated_and_drops_what_is_gone(tree: Path) -> None:
    translate(tree, "茶")
    write(tree, '{% translate "Tea" %}{% translate "Cup" %}')
    po = polib.pofile(str(tree / PO))
    assert [(entry.msgid, entry.msgstr) for entry in po] == [("Cup", ""), ("Tea", "茶")]
    write(tree, '{% translate "Cup" %}')
    assert "Tea" not in (tree / PO).read_text(encoding="utf-8")


def test_an_update_of_nothing_changes_nothing(tree: Path) -> None:
    before = (tree / PO).read_bytes()
    messages.update(tree)
    assert (tree / PO).read_bytes() == before


def test_it_says_what_is_not_translated(tree: Path) -> None:
    assert messages.check(tree) == ["zh_Hans: untranslated: 'Tea'"]
    translate(tree, "茶")
    assert messages.check(tree) == []
    translate(tree, "茶", flags=["fuzzy"])
    assert messages.check(tree) == ["zh_Hans: fuzzy: 'Tea'"]


def test_it_says_what_is_missing_and_what_is_gone(tree: Path) -> None:
    translate(tree, "茶")
    (tree / "templates/page.html").write_text("{% translate 'Cup' %}", encoding="utf-8")
    assert messages.check(tree) == ["zh_Hans: missing: 'Cup'", "zh_Hans: obsolete: 'Tea'"]


@pytest.mark.parametrize("text", ["杯", "%(n)s %(m)s 杯", "%(m)s 杯", "%(n)s <b>杯</b>"])
def test_it_says_what_has_other_placeholders(tree: Path, text: str) -> None:
    write(
        tree,
        "{% blocktranslate count n=m %}{{ n }} cup{% plural %}{{ n }} cups{% endblocktranslate %}",
    )
    translate(tree, text)
    assert messages.check(tree) == ["zh_Hans: other placeholders: '%(n)s cup'"]


def test_a_plural_that_changed_is_looked_at_again(tree: Path) -> None:
    write(tree, "{% blocktranslate count n=m %}A{% plural %}B{% endblocktranslate %}")
    translate(tree, "甲")
    write(tree, "{% blocktranslate count n=m %}A{% plural %}C{% endblocktranslate %}")
    assert messages.check(tree) == ["zh_Hans: fuzzy: 'A'"]


def test_it_compiles_what_is_newer_and_only_that(tree: Path) -> None:
    translate(tree, "茶")
    mo = (tree / PO).with_suffix(".mo")
    assert messages.compile_messages(tree / "locale") == [mo]
    assert [(entry.msgid, entry.msgstr) for entry in polib.mofile(str(mo))] == [("Tea", "茶")]
    assert messages.compile_messages(tree / "locale") == []
    os.utime(tree / PO, (mo.stat().st_mtime + 9,) * 2)
    assert messages.compile_messages(tree / "locale") == [mo]
    assert [path.name for path in mo.parent.iterdir() if path.suffix == ".mo"] == ["django.mo"]
