"""What helps while writing: the rendered text, the difference to the original, counts and hints."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from annotation import answers, live_hints
from annotation.access import project_for
from annotation.differences import between
from annotation.drafts import TEXT_LIMIT, typed
from annotation.models import Claim, Pair
from cqia.accounts.http import Request
from cqia.accounts.roles import Role
from cqia.lib.errors import CqiaError
from cqia.lib.text import characters
from cqia.lib.tokens import count_tokens


@login_required
@require_POST
def preview(request: Request, slug: str) -> HttpResponse:
    project_for(request, slug, Role.ANNOTATOR)
    return render(request, "annotation/_rendered.html", {"text": _text(request)})


@login_required
@require_POST
def difference(request: Request, slug: str, pk: int) -> HttpResponse:
    """What the text in the editor changes in the answer it was made of, and how long it is.

    Of several answers that is the one of the number `best` on the page, the first where none is said.
    """
    claim, text = _held(request, slug, pk), _text(request)
    shown = answers.shown(claim, request.user)
    said = request.POST.get("best", "")
    number = int(said) if said.isdecimal() and len(said) < 3 else 1
    original = "".join(answer.text for answer in shown[number - 1 : number])
    context = {
        "difference": between(typed(original), text),
        "characters": characters(text),
        "tokens": count_tokens(text),
    }
    return render(request, "annotation/_difference.html", context)


@login_required
@require_POST
def hints(request: Request, slug: str, pk: int) -> HttpResponse:
    """What the checks find in the text as it is typed: errors, warnings, and where."""
    claim, text = _held(request, slug, pk), _text(request)
    pair = Pair.objects.get(pk=claim.pair_id)
    prompt = {
        name: typed(request.POST[name]) for name in ("instruction", "input") if name in request.POST
    }
    too_long = len(text) > live_hints.LENGTH_LIMIT
    found = [] if too_long else live_hints.hints_of(pair, text, **prompt)
    return render(request, "annotation/_hints.html", {"hints": found, "too_long": too_long})


def _held(request: Request, slug: str, pk: int) -> Claim:
    """A slot of one's own: nobody compares what others are on."""
    project = project_for(request, slug, Role.ANNOTATOR)
    mine = Claim.objects.of(project).filter(holder=request.user)
    claim: Claim = get_object_or_404(mine, pk=pk)
    return claim


def _text(request: Request) -> str:
    """The text that was typed; refused, not cut, where it is too long."""
    raw = request.POST.get("text", "").replace("\r\n", "\n")
    if len(raw) > TEXT_LIMIT:
        raise CqiaError("text_too_long", {"found": len(raw), "limit": TEXT_LIMIT})
    return typed(raw)
