from django import forms
from django.utils.translation import gettext_lazy as _

from review.decisions import Verdict
from review.models import Review


class VerdictForm(forms.Form):
    """The shape of a reviewer's decision; review.decisions checks its rules."""

    verb = forms.ChoiceField(choices=Review.Verb.choices)
    text = forms.CharField(required=False, strip=False)
    remark = forms.CharField(required=False)
    reason = forms.CharField(required=False, max_length=40)
    annotation = forms.IntegerField(required=False)
    shown_at = forms.FloatField(required=False)

    def verdict(self, now: float) -> Verdict:
        """`shown_at` is when the page was served, in seconds since the epoch, as `now` is."""
        data = self.cleaned_data
        shown_at = data["shown_at"] or now
        return Verdict(
            verb=Review.Verb(data["verb"]),
            # Browsers send line ends as CRLF; the text itself has none.
            text=data["text"].replace("\r\n", "\n"),
            remark=data["remark"],
            reason=data["reason"],
            annotation_id=data["annotation"],
            seconds=max(0.0, now - shown_at),
        )


class FreezeForm(forms.Form):
    summary = forms.CharField(
        label=_("Summary"),
        max_length=200,
        help_text=_("One sentence: what is in this release, and for what."),
    )
