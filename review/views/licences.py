"""The licence table: what may be combined for which use, and its versions."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from annotation.access import project_for
from annotation.models import Project
from cqia.accounts.http import Request
from cqia.accounts.roles import Role
from cqia.lib.errors import CqiaError
from review import licence_table
from review.licence_forms import TableForms
from review.licence_table import PARTS, USES, VERDICTS
from review.models import LicenceTable


@login_required
@require_http_methods(["GET", "POST"])
def licences(request: Request, slug: str) -> HttpResponse:
    """The table in force; what is posted here is its next version."""
    project = project_for(request, slug, Role.LEAD)
    table = licence_table.in_force(project)
    rows = TableForms(table, request.POST if request.method == "POST" else None)
    fault = ""
    if request.method == "POST" and rows.is_valid():
        try:
            saved = _saved(request, project, rows)
            messages.success(request, _("Version %(number)s is in force.") % {"number": saved})
            return redirect("review:licences", slug)
        except CqiaError as error:
            fault = str(error)
    context = {
        "room": "releases",
        "table": table,
        "forms": rows,
        "parts": [(PARTS[part], part, forms) for part, forms in rows.parts.items()],
        "fault": fault,
        "versions": LicenceTable.objects.filter(project=project).select_related("author"),
    }
    status = 400 if request.method == "POST" else 200
    return render(request, "review/licences.html", context, status=status)


def _saved(request: Request, project: Project, rows: TableForms) -> int:
    note = rows.note.cleaned_data["note"]
    return licence_table.save(project, request.user, rows.rows(), note).number


@login_required
@require_GET
def licence_version(request: Request, slug: str, number: int) -> HttpResponse:
    """One version, and how it differs from the one before."""
    project = project_for(request, slug, Role.LEAD)
    first = licence_table.first().number
    try:
        table = licence_table.version(project, number)
        before = licence_table.version(project, number - 1) if number > first else None
    except LicenceTable.DoesNotExist:
        raise Http404 from None
    context = {
        "room": "releases",
        "table": table,
        "parts": [(PARTS[part], table.of(part)) for part in PARTS],
        "changed": {one.row for one in licence_table.changes(before, table)} if before else set(),
        "uses": USES,
        "verdicts": VERDICTS,
    }
    return render(request, "review/licence_version.html", context)
