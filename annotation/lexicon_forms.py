"""The forms of lexicons: words typed, pasted or uploaded, and a text to try them on."""

from itertools import pairwise
from typing import NamedTuple

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from annotation import lexicons
from annotation.checks.base import Text
from annotation.checks.sensitive import Words
from annotation.lexicons import Content, Listed
from annotation.models import Lexicon, LexiconVersion, Project
from cqia.accounts.models import User

_TOLD = 20  # faulty lines that are named
_TRIED = 20_000  # characters of a text that is tried


class WordsForm(forms.Form):
    """The words of a lexicon; those of a file are added to those of the field."""

    words = forms.CharField(
        label=gettext_lazy("Words"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 12, "lang": "zh", "spellcheck": "false"}),
        help_text=gettext_lazy(
            "One word a line. Width, case and inserted separators do not count."
        ),
    )
    file = forms.FileField(
        label=gettext_lazy("Text file"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".txt,.csv,text/plain"}),
        help_text=gettext_lazy("One word a line, UTF-8 or GB18030; its words are added."),
    )
    weight = forms.FloatField(
        label=gettext_lazy("Weight"),
        min_value=0.1,
        max_value=100,
        help_text=gettext_lazy("What each of its words adds to the score of a pair."),
    )

    def save(self, lexicon: Lexicon, user: User) -> LexiconVersion:
        """The next version; raises CqiaError where there is no word, or a file that is no text."""
        enabled = lexicon.versions.latest("number").enabled
        return lexicons.save(lexicon, user, self._content(enabled))

    def faults(self) -> list[str]:
        """The lines that hold no word, named by their numbers: the first of them."""
        told = [
            _("Line %(line)s: %(fault)s") % {"line": line, "fault": fault}
            for line, fault in self._typed.faults
        ]
        told += [
            _("Line %(line)s of the file: %(fault)s") % {"line": line, "fault": fault}
            for line, fault in self._uploaded.faults
        ]
        more = len(told) - _TOLD
        if more > 0:
            told[_TOLD:] = [_("Lines with faults that are not named: %(count)s") % {"count": more}]
        return told

    def _content(self, enabled: bool) -> Content:
        file = self.cleaned_data["file"]
        self._typed = lexicons.listed(self.cleaned_data["words"])
        self._uploaded = lexicons.listed(lexicons.decoded(file.read())) if file else Listed([], [])
        both = lexicons.listed("\n".join([*self._typed.words, *self._uploaded.words]))
        return Content(both.words, self.cleaned_data["weight"], enabled)


class LexiconForm(WordsForm):
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=80,
        validators=[RegexValidator(r"\A[^〔〕…]+\Z")],
    )
    category = forms.ChoiceField(
        label=gettext_lazy("Category"), choices=lambda: Lexicon.Category.choices
    )
    field_order = ("name", "category", "words", "file", "weight")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["weight"].required = False
        self.fields["weight"].help_text = gettext_lazy(
            "What each of its words adds to the score of a pair; empty: as usual for the category."
        )

    def create(self, project: Project, user: User) -> Lexicon:
        """A new lexicon that is on; raises CqiaError like `save`, and where the name is taken."""
        data = self.cleaned_data
        data["weight"] = data["weight"] or lexicons.weight_of(data["category"])
        content = self._content(enabled=True)
        return lexicons.create(project, user, data["name"], data["category"], content)


class Piece(NamedTuple):
    """A piece of a tried text; `lexicon` names whose word it is, empty where it is none."""

    text: str
    lexicon: str


class Tried(NamedTuple):
    pieces: list[Piece]
    score: float


class TryForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Text"),
        max_length=_TRIED,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 4, "lang": "zh"}),
    )

    def tried(self, words: Words) -> Tried:
        text = self.cleaned_data["text"]
        hits = words.hits(text)
        edges = [0, *(edge for hit in hits for edge in (hit.start, hit.end)), len(text)]
        names = [name for hit in hits for name in ("", words.weights[hit.word][1])] + [""]
        pieces = [
            Piece(text[start:end], name)
            for (start, end), name in zip(pairwise(edges), names, strict=True)
        ]
        return Tried([one for one in pieces if one.text], words.measure(Text(text, ())).score)
