import time

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from annotation import desk_forms
from annotation.access import project_for
from annotation.models import Annotation, AuditItem, Pair, Project, State
from annotation.thresholds import measured
from cqia.accounts.http import Request
from cqia.accounts.roles import Role
from cqia.lib.errors import CqiaError
from review import decisions
from review.comparison import compare
from review.forms import VerdictForm

# The list shows the oldest only; the count tells of the rest.
LISTED = 50


@login_required
@require_GET
def inbox(request: Request, slug: str) -> HttpResponse:
    """The oldest pair that waits, or an empty inbox."""
    project = project_for(request, slug, Role.REVIEWER)
    first = decisions.inbox(request.user, project).first()
    return redirect("review:pair", slug, first.pk) if first else _page(request, project, None)


@login_required
@require_GET
def pair(request: Request, slug: str, pk: int) -> HttpResponse:
    """One annotated pair beside the list; a pair that is decided by now sends back to the inbox."""
    project = project_for(request, slug, Role.REVIEWER)
    shown = get_object_or_404(Pair.objects.select_related("source"), project=project, pk=pk)
    if shown.state != State.ANNOTATED:
        messages.info(request, _("This pair has been reviewed already."))
        return redirect("review:inbox", slug)
    return _page(request, project, shown)


@login_required
@require_POST
def decide(request: Request, slug: str, pk: int) -> HttpResponse:
    project = project_for(request, slug, Role.REVIEWER)
    decided = get_object_or_404(Pair, project=project, pk=pk)
    form = VerdictForm(request.POST)
    if not form.is_valid():
        return _page(request, project, decided, form)
    try:
        decisions.decide(request.user, decided, form.verdict(time.time()))
    except CqiaError as error:
        if error.status != 400:
            raise
        form.add_error(None, str(error))
        return _page(request, project, decided, form)
    return redirect("review:inbox", slug)


def _page(
    request: Request, project: Project, shown: Pair | None, form: VerdictForm | None = None
) -> HttpResponse:
    waiting = decisions.inbox(request.user, project).select_related("source")
    newest = Annotation.objects.select_related("author").order_by("-id")
    listed = waiting.prefetch_related(Prefetch("annotations", newest, to_attr="newest"))[:LISTED]
    context = {
        "room": "review",
        "waiting": listed,
        "waiting_count": waiting.count(),
        "pair": shown,
        "form": form,
        "shown_at": time.time(),
    }
    if shown is not None:
        latest = decisions.latest_annotations(shown)
        context["return_reasons"] = desk_forms.in_force(project).reasons
        context["comparisons"] = [compare(annotation, shown) for annotation in latest]
        context["own"] = any(annotation.author_id == request.user.pk for annotation in latest)
        # Moves of people only, and nothing to tell a pair by that was drawn for the audit.
        context["transitions"] = shown.transitions.exclude(actor=None).select_related("actor")
        drawn = AuditItem.objects.filter(pair=shown, dropped=True).exists()
        context["findings"] = [one for one in measured(shown) if not (drawn and one.drops)]
    return render(request, "review/inbox.html", context, status=400 if form else 200)
