"""The rows of a release, page by page."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cqia.accounts.http import Request
from cqia.accounts.roles import Role
from review.access import release_for
from review.row_pages import RowFilter, page_of
from review.statistics import counting


@login_required
@require_safe
def rows(request: Request, slug: str, number: int) -> HttpResponse:
    """Each with its proof; ?source=, ?split= and ?row= (a number or a digest) choose, ?after= goes on."""
    release = release_for(request, slug, number)
    mix = counting.of(release).get("mix")
    sources = [part[0] for part in mix["by"]["source"]["top"]] if mix else []
    form = RowFilter(sources, request.GET)
    asked = form.cleaned_data if form.is_valid() else {"row": "?"}
    context = {
        "room": "releases",
        "release": release,
        "form": form,
        "page": page_of(release, asked, request.GET.get("after", "")),
        "leads": Role.LEAD in request.roles,
    }
    return render(request, "review/rows.html", context)
