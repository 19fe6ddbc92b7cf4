"""The shape of what is to be withdrawn, who may read a release, and why; the verbs check the rules."""

from typing import Any, cast

from django import forms
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from annotation.models import Annotation, Pair, Project, Source
from cqia.accounts.models import Membership, User
from cqia.lib.errors import CqiaError
from review.models import ReleaseAccess, Retraction, Review
from review.retractions import ROWS_AT_ONCE, Target, Why

What = Retraction.What


class RowsForm(forms.Form):
    pair = forms.ModelMultipleChoiceField(label=_("Single rows"), queryset=Pair.objects.none())

    def __init__(self, project: Project, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field = cast("forms.ModelMultipleChoiceField[Pair]", self.fields["pair"])
        field.queryset = Pair.objects.filter(project=project)

    def clean_pair(self) -> list[int]:
        pairs = [pair.pk for pair in self.cleaned_data["pair"][: ROWS_AT_ONCE + 1]]
        if len(pairs) > ROWS_AT_ONCE:
            raise forms.ValidationError(str(CqiaError("retraction_many", {"limit": ROWS_AT_ONCE})))
        return pairs

    def target(self) -> Target:
        return Target(pairs=self.cleaned_data["pair"])


class SourceForm(forms.Form):
    source = forms.ModelChoiceField(
        label=_("Source"), queryset=Source.objects.none(), empty_label=_("choose one")
    )

    def __init__(self, project: Project, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field = cast("forms.ModelChoiceField[Source]", self.fields["source"])
        field.queryset = project.sources.order_by("name")

    def target(self) -> Target:
        return Target(source=self.cleaned_data["source"])


class PersonForm(forms.Form):
    person = forms.ModelChoiceField(
        label=_("Person"), queryset=User.objects.none(), empty_label=_("choose one")
    )
    decided = forms.BooleanField(
        label=_("Also the rows of others' texts that they decided on"), required=False
    )

    def __init__(self, project: Project, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field = cast("forms.ModelChoiceField[User]", self.fields["person"])
        field.queryset = _people_of(project)

    def target(self) -> Target:
        data = self.cleaned_data
        return Target(person=data["person"], decided=data["decided"])


TargetForm = RowsForm | SourceForm | PersonForm
FORMS: dict[str, type[TargetForm]] = {
    What.ROW: RowsForm,
    What.SOURCE: SourceForm,
    What.PERSON: PersonForm,
}
# The field of each by which it is known that something was chosen.
NAMED_BY: dict[str, str] = {What.ROW: "pair", What.SOURCE: "source", What.PERSON: "person"}


def _people_of(project: Project) -> Any:
    """Members, and those who were members and have left work behind."""
    person = OuterRef("pk")
    return User.objects.filter(
        Q(Exists(Membership.objects.filter(user=person, project=project)))
        | Q(Exists(Annotation.objects.filter(author=person, pair__project=project)))
        | Q(Exists(Review.objects.filter(reviewer=person, pair__project=project)))
    ).order_by("username")


class WhyForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("Reason, as published"),
        choices=Retraction.Kind.choices,
        help_text=_(
            "It stands in the list of withdrawn rows, with the date, and without any text."
        ),
    )
    reason = forms.CharField(
        label=_("What happened"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For those who lead the project; it is not published."),
    )
    dated = forms.DateField(
        label=_("Date, as published"),
        initial=timezone.localdate,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def why(self) -> Why:
        return Why(**self.cleaned_data)


class AccessForm(forms.Form):
    who = forms.ChoiceField(
        label=_("Who may see this release and fetch its files"),
        choices=ReleaseAccess.Who.choices,
        widget=forms.RadioSelect,
    )
    people = forms.CharField(
        label=_("People named"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off"}),
        help_text=_("User names, one a line. They need not be members of the project."),
    )

    def clean_people(self) -> list[User]:
        names = set(self.cleaned_data["people"].replace(",", " ").split())
        found = list(User.objects.filter(username__in=names, is_active=True))
        unknown = names - {user.username for user in found}
        if unknown:
            raise forms.ValidationError(
                str(CqiaError("unknown_people", {"names": ", ".join(sorted(unknown))}))
            )
        return found
