"""The shape of a composition on its page; review.composition says what it must be."""

from collections.abc import Iterable, Mapping
from itertools import zip_longest
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from annotation.checks import CHECKS
from annotation.models import Project
from cqia.lib.errors import CqiaError
from review.composition import MOST_COPIES, MOST_SHARD, MOST_TOTAL, SEED_LENGTH, Body
from review.exports import EXPORTERS
from review.exports.templates import DEFAULT, TEMPLATES
from review.forms import FreezeForm
from review.models.composition import COMPOSITION_NAME_LENGTH
from review.models.release import VERSION_LENGTH

BY_NAMES = [
    ("", _("not mixed: everything, once")),
    ("source", _("source")),
    ("task_type", _("task type")),
    ("band", _("judge's score")),
    ("length", _("length of the answer")),
    ("domain", _("domain")),
]
UNIT_NAMES = {"rows": _("rows"), "tokens": _("tokens"), "characters": _("characters")}
USE_NAMES = {"research": _("research"), "commercial": _("commercial use"), "open": _("anybody")}
VERB_NAMES = {
    "accept": _("accepted as it was"),
    "rewrite": _("rewritten"),
    "pick": _("picked as the best"),
    "rank": _("ranked first"),
    "fix": _("mended by a reviewer"),
}
CHECK_NAMES = [(check.id, check.name) for check in CHECKS]
_SEPARATORS = str.maketrans({"、": ",", "，": ",", "\n": ",", "\r": ","})


class Words(forms.CharField):
    """A list in one line, between commas of either kind."""

    def clean(self, value: Any) -> list[str]:
        told = super().clean(value).translate(_SEPARATORS).split(",")
        return [word.strip() for word in told if word.strip()]

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list | tuple) else value


class Ticks(forms.MultipleChoiceField):
    widget = forms.CheckboxSelectMultiple


class Day(forms.DateField):
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class CompositionForm(forms.Form):
    """`lines` and `parts` are the tables of the page, which no field can hold."""

    name = forms.CharField(label=_("Name"), max_length=COMPOSITION_NAME_LENGTH)
    use = forms.ChoiceField(
        label=_("For"),
        choices=USE_NAMES.items(),
        help_text=_("By this the gate and the licence table decide what may be inside."),
    )
    sources = Ticks(label=_("Sources"), required=False)
    licences = Ticks(label=_("Kinds of licence"), required=False)
    tasks = Words(
        label=_("Task types"), required=False, help_text=_("Any of these; commas between.")
    )
    domains = Words(
        label=_("Domains"), required=False, help_text=_("Any of these; commas between.")
    )
    verbs = Ticks(label=_("Answers"), required=False, choices=VERB_NAMES.items())
    agreement = forms.FloatField(
        label=_("Least agreement in per cent"),
        required=False,
        min_value=0,
        max_value=100,
        help_text=_("Of annotators who decided alike. Rows that one person decided on have none."),
    )
    since = Day(label=_("Approved from"), required=False)
    until = Day(label=_("Approved to"), required=False)
    rejected = forms.BooleanField(
        label=_("Add rejected rows for formats that learn from bad answers (KTO)"), required=False
    )
    by = forms.ChoiceField(label=_("Mix by"), choices=BY_NAMES, required=False)
    unit = forms.ChoiceField(
        label=_("Count"),
        choices=[(one, UNIT_NAMES[one]) for one in ("rows", "tokens")],
        required=False,
    )
    sizes = forms.ChoiceField(
        label=_("The figures are"),
        choices=[("", _("ratios")), ("1", _("sizes"))],
        required=False,
    )
    total = forms.IntegerField(
        label=_("In all"),
        required=False,
        min_value=1,
        max_value=MOST_TOTAL,
        help_text=_("Of ratios. Empty: the most at which no part lacks anything."),
    )
    most_copies = forms.IntegerField(
        label=_("A row comes at most"),
        required=False,
        min_value=1,
        max_value=MOST_COPIES,
        initial=1,
        help_text=_("Times. More than once where a part has too little."),
    )
    validation = forms.FloatField(
        label=_("Validation in per cent"), required=False, min_value=0, max_value=100
    )
    test = forms.FloatField(label=_("Test in per cent"), required=False, min_value=0, max_value=100)
    order = forms.ChoiceField(
        label=_("Order"),
        choices=[
            ("source", _("by source, file and line")),
            ("shuffled", _("shuffled by the seed")),
        ],
    )
    seed = forms.CharField(
        label=_("Seed"),
        required=False,
        max_length=SEED_LENGTH,
        help_text=_("Decides every draw and the pseudonyms. Any text."),
    )
    dated = Day(
        label=_("Date"),
        required=False,
        help_text=_("As the files tell it. Empty: the day on which it is frozen."),
    )
    formats = Ticks(
        label=_("Formats"),
        required=False,
        choices=[(exporter.id, exporter.name) for exporter in EXPORTERS],
        help_text=_("None ticked: all."),
    )
    chat_template = forms.ChoiceField(
        label=_("Chat template of plain text"),
        choices=[(name, name) for name in TEMPLATES],
        initial=DEFAULT,
    )
    shard_rows = forms.IntegerField(
        label=_("Rows a file"), required=False, min_value=1, max_value=MOST_SHARD
    )
    compress = forms.BooleanField(label=_("Compress JSON lines with zstd"), required=False)

    def __init__(self, project: Project, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        stored = self.initial.get("sources") or ()
        names = project.sources.order_by("name").values_list("name", "licence_kind")
        kinds = {kind for _name, kind in names}
        self._offer("sources", [*dict.fromkeys([name for name, _kind in names] + list(stored))])
        self._offer("licences", sorted(kinds | set(self.initial.get("licences") or ())))

    def _offer(self, name: str, values: Iterable[str]) -> None:
        cast("forms.MultipleChoiceField", self.fields[name]).choices = [
            (one, one) for one in values
        ]

    def look(self) -> Body | None:
        """What the page shows of it: whatever it says besides its name; None where that is wrong."""
        self.full_clean()
        return None if set(self.errors) - {"name"} else self.body()

    def body(self) -> Body | None:
        """Adds what is wrong with it to the form, and is None then."""
        try:
            return Body.from_json(self._json(cast("QueryDict", self.data)))
        except CqiaError as error:
            self.add_error(None, str(error))
        except ValueError:
            self.add_error(None, _("The tables hold figures only."))
        return None

    def _json(self, given: QueryDict) -> dict[str, Any]:
        data = self.cleaned_data
        query = {
            name: data[name]
            for name in ("rejected", "sources", "tasks", "domains", "licences", "verbs")
        }
        days = {name: data[name] and data[name].isoformat() for name in ("since", "until", "dated")}
        parts = parts_of(given) if data["by"] else {}
        mixture = {
            "by": data["by"],
            "parts": parts,
            "unit": data["unit"] or "rows",
            "sizes": bool(data["sizes"]),
            **{name: data[name] for name in ("total", "most_copies")},
        }
        plain = ("order", "seed", "use", "formats", "shard_rows", "compress", "chat_template")
        return {
            "query": {
                **query,
                "checks": lines_of(given),
                "agreement": _share(data["agreement"]),
                "since": days["since"],
                "until": days["until"],
            },
            "mixture": mixture if any(parts.values()) else None,
            "split": {name: _share(data[name]) for name in ("validation", "test")},
            "dated": days["dated"],
            **{name: data[name] for name in plain},
        }


def lines_of(given: QueryDict) -> dict[str, dict[str, float | None]]:
    """The table of checks: those with a bound. Raises ValueError for what is no number."""
    return {
        line["check"]: {"low": _number(line["low"]), "high": _number(line["high"])}
        for line in written_lines(given)
        if line["check"] and (line["low"] or line["high"])
    }


def written_lines(given: QueryDict) -> list[dict[str, str]]:
    """The lines of the table of checks as somebody wrote them, right or wrong."""
    names = ("check", "low", "high")
    rows = zip_longest(*(given.getlist(name) for name in names), fillvalue="")
    return [dict(zip(names, row, strict=True)) for row in rows if any(row)]


def parts_of(given: QueryDict) -> dict[str, float]:
    """The table of the mixture: the strata with a figure, unless they are of another kind by now."""
    if given.get("parts_by", given["by"]) != given["by"]:
        return {}
    return {part: amount for part, text in written_parts(given) if (amount := _number(text))}


def written_parts(given: QueryDict) -> list[tuple[str, str]]:
    """The strata and their figures as somebody wrote them, right or wrong."""
    return list(zip(given.getlist("part"), given.getlist("amount"), strict=False))


def _number(text: str) -> float | None:
    if not text.strip():
        return None
    value = float(text)
    return int(value) if value.is_integer() else value


def _share(percent: float | None) -> float | None:
    return None if percent is None else percent / 100


def _percent(share: float | None) -> float | None:
    return None if not share else round(share * 100, 6)


def fields_of(body: Body, name: str) -> Mapping[str, Any]:
    """What the form shows of a stored composition."""
    told = body.to_json()
    query, mixture, split = told.pop("query"), told.pop("mixture") or {}, told.pop("split")
    return {
        **told,
        **{key: value for key, value in query.items() if key != "checks"},
        **{key: value for key, value in mixture.items() if key != "parts"},
        "sizes": "1" if mixture.get("sizes") else "",
        "most_copies": mixture.get("most_copies", 1),
        "agreement": _percent(query["agreement"]),
        "validation": _percent(split["validation"]),
        "test": _percent(split["test"]),
        "name": name,
    }


class CompositionFreezeForm(FreezeForm):
    version = forms.CharField(
        label=_("Version"),
        required=False,
        max_length=VERSION_LENGTH,
        help_text=_("Empty: the one that is proposed by which rows came and went."),
    )
