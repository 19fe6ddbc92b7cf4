"""The forms of the room “Queue” of the settings."""

import re
from collections import Counter
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from annotation import queue_order
from annotation.lanes import Course
from annotation.models import Lane, Pair, Project, Source
from cqia.accounts.models import User, record
from cqia.accounts.roles import Role

_COMMA = re.compile(r"[,，、;；\n]")
_SAMPLE, _NAMED = 2000, 12  # pairs looked through for names of task types and domains, names told


class QueueForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Project
        fields = (
            "queue_order",
            "annotators_per_pair",
            "most_annotators",
            "least_likeness",
            "lease_minutes",
            "skip_policy",
            "skip_minutes",
            "gold_share",
        )

    def clean(self) -> dict[str, Any]:
        """Two have to decide before they can disagree, and a third before anything is settled."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        least, most = given.get("annotators_per_pair"), given.get("most_annotators")
        if least and most and (least < 2 or most <= least):
            self.add_error(
                "most_annotators",
                gettext(
                    "0, or more than the annotators per pair, of whom there must be two at least."
                ),
            )
        return given

    def keep(self, lead: User) -> None:
        """Save these settings, and arrange the queue where it gets another order.

        Nothing else of the project: lanes and pauses may have changed since it was read.
        """
        project = self.instance
        project.save(update_fields=list(self.fields))
        record(lead, "queue set", project.pk, fields=self.changed_data)
        if "queue_order" in self.changed_data:
            queue_order.set_order(project, lead, project.queue_order)


class PauseForm(forms.Form):
    note = forms.CharField(
        label=_("Note"), max_length=300, help_text=_("Annotators read it: why, and until when.")
    )


class PrioritiesForm(forms.Form):
    """One field for each source of a project."""

    def __init__(self, sources: list[Source], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for source in sources:
            self.fields[f"priority-{source.pk}"] = forms.IntegerField(
                label=source.name, min_value=1, max_value=9, initial=source.priority
            )

    @property
    def priorities(self) -> dict[int, int]:
        """Of each source, by its id."""
        given = self.cleaned_data.items()
        return {int(name.removeprefix("priority-")): value for name, value in given}


class LaneForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80)
    sources = forms.ModelMultipleChoiceField(
        Source.objects.none(),
        label=_("Sources"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    task_types = forms.CharField(
        label=_("Task types"), required=False, max_length=1000, help_text=_("Separated by commas.")
    )
    domains = forms.CharField(
        label=_("Domains"), required=False, max_length=1000, help_text=_("Separated by commas.")
    )
    members = forms.ModelMultipleChoiceField(
        User.objects.none(),
        label=_("Annotators"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("They get pairs of their lanes only. A lane without anybody takes no pairs."),
    )

    def __init__(self, project: Project, data: Any = None, lane: Lane | None = None) -> None:
        initial = _shown(lane) if lane else {}
        super().__init__(data, initial=initial, auto_id=f"lane{lane.pk if lane else ''}_%s")
        choices = {"sources": project.sources.order_by("name"), "members": annotators_of(project)}
        for name, queryset in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ModelMultipleChoiceField)
            field.queryset = queryset

    @property
    def course(self) -> Course:
        given = self.cleaned_data
        return Course(
            name=given["name"],
            sources=[source.pk for source in given["sources"]],
            task_types=_parts(given["task_types"]),
            domains=_parts(given["domains"]),
            members=[user.pk for user in given["members"]],
        )


def _shown(lane: Lane) -> dict[str, Any]:
    return {
        "name": lane.name,
        "sources": lane.sources,
        "task_types": ", ".join(lane.task_types),
        "domains": ", ".join(lane.domains),
        "members": lane.members.all(),
    }


def annotators_of(project: Project) -> QuerySet[User]:
    members = User.objects.filter(memberships__project=project, memberships__role=Role.ANNOTATOR)
    return members.order_by("username")


def _parts(text: str) -> list[str]:
    return [part.strip() for part in _COMMA.split(text) if part.strip()]


def names_in(project: Project) -> tuple[list[str], list[str]]:
    """The commonest task types and domains among the newest pairs, to choose a lane's from."""
    newest = Pair.objects.filter(project=project).order_by("-pk")
    rows = newest.values_list("task_major", "domain")[:_SAMPLE]
    tasks = Counter(name for row, _domain in rows for name in row)
    domains = Counter(name for _task, row in rows for name in row)
    first, second = ([name for name, _n in every.most_common(_NAMED)] for every in (tasks, domains))
    return first, second
