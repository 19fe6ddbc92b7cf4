"""What helps while writing: the rendered text, and the difference to the original."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from annotation import answers
from annotation.access import project_for
from annotation.drafts import typed
from annotation.models import Claim
from cqia.accounts.http import Request
from cqia.accounts.roles import Role
from cqia.lib import diff

# Where more than this share changed, the difference begins folded (a default of this project).
MOSTLY_NEW = 0.6


@login_required
@require_POST
def preview(request: Request, slug: str) -> HttpResponse:
    project_for(request, slug, Role.ANNOTATOR)
    text = typed(request.POST.get("text", ""))
    return render(request, "annotation/_rendered.html", {"text": text})


@login_required
@require_POST
def difference(request: Request, slug: str, pk: int) -> HttpResponse:
    """What the text in the editor changes in the original answer of a pair that one holds."""
    project = project_for(request, slug, Role.ANNOTATOR)
    claim = get_object_or_404(Claim.objects.of(project).filter(holder=request.user), pk=pk)
    original = "".join(answer.text for answer in answers.shown(claim, request.user)[:1])
    ops = diff.diff(typed(original), typed(request.POST.get("text", "")))
    summary = diff.summary(ops)
    context = {
        "html": diff.render_html(ops),
        "summary": summary,
        "changed": summary.changed_ratio > 0,
        "mostly_new": summary.changed_ratio > MOSTLY_NEW,
        "percent": round(100 * summary.changed_ratio) or 1,
    }
    return render(request, "annotation/_difference.html", context)
