"""The shape of a decision, as the workbench posts it; whether it may be is for annotation.decisions."""

import re

from django import forms

from annotation import desk
from annotation.decisions import Decision
from annotation.drafts import SEAT_LIMIT, TEXT_LIMIT
from annotation.models import Annotation, Project

_PLACE = re.compile(r"place-(\d{1,2})\Z")


class WorkForm(forms.Form):
    """What a draft keeps: everything but the verb."""

    text = forms.CharField(required=False, strip=False, max_length=TEXT_LIMIT)
    reason = forms.ChoiceField(required=False, choices=Annotation.Reason.choices)
    note = forms.CharField(required=False, max_length=2000)
    draft = forms.IntegerField(required=False, min_value=0, max_value=2**53)
    seat = forms.CharField(required=False, max_length=SEAT_LIMIT)

    def decision(self, project: Project, verb: str = "") -> Decision:
        """As it was typed; call it on a valid form."""
        data = self.cleaned_data
        return Decision(
            verb=verb or data.get("verb", ""),
            text=data["text"],
            reason=data["reason"],
            note=data["note"],
            places=self.places,
            guideline_id=desk.guideline_id(project, data.get("guideline")),
            draft=data["draft"],
            seat=data["seat"],
        )

    @property
    def places(self) -> dict[int, int]:
        """Number of the answer on the page → the place it was given; the unplaced are left out."""
        found = ((_PLACE.match(name), value) for name, value in self.data.items())
        return {
            int(match[1]): int(value)
            for match, value in found
            if match and str(value).isdecimal() and len(value) < 3
        }

    def sentences(self) -> str:
        """All that is wrong, for a person."""
        return " ".join(str(error) for errors in self.errors.values() for error in errors)


class DecisionForm(WorkForm):
    verb = forms.ChoiceField(choices=Annotation.Verb.choices)
    guideline = forms.IntegerField(required=False, min_value=1, max_value=2**31 - 1)
