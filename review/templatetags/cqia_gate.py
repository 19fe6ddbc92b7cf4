"""What the gate found, as a piece of other pages: {% load cqia_gate %}{% gate_result release %}."""

from typing import Any

from django import template
from django.db.models import F, Sum

from review.models import GateReport, Release

register = template.Library()


@register.inclusion_tag("review/_gate.html")
def gate_result(release: Release) -> dict[str, Any]:
    """Whether a release passed, how many kinds of rows were told of, and how many were waived."""
    report = GateReport.objects.filter(release=release).first()
    shown: dict[str, Any] = {"release": release, "project": release.project, "report": report}
    if report is not None:
        shown["told"] = report.problems.filter(count__gt=F("waived")).count()
        shown["waived"] = report.problems.aggregate(rows=Sum("waived"))["rows"] or 0
    return shown
