"""Comments on a pair in threads, and where one is named in them."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from annotation import comments as talk
from annotation.access import project_for
from annotation.models import Pair, Project
from annotation.paging import page_of
from cqia.accounts.http import Request
from cqia.lib.errors import CqiaError


@login_required
@require_GET
def comments(request: Request, slug: str, pk: int) -> HttpResponse:
    """The threads of a pair: as a piece of another page, or as a page under its question."""
    project, voice = _voice(request, slug)
    return _shown(request, talk.see(voice, project, pk), voice)


@login_required
@require_POST
def add(request: Request, slug: str, pk: int) -> HttpResponse:
    project, voice = _voice(request, slug)
    pair = talk.see(voice, project, pk)
    thread = request.POST.get("thread", "")
    text = request.POST.get("text", "")
    try:
        talk.say(voice, pair, text, int(thread) if thread.isdecimal() else None)
    except CqiaError as error:
        return _shown(request, pair, voice, said=str(error), text=text)
    return _back(request, pair, voice)


@login_required
@require_POST
def resolve(request: Request, slug: str, pk: int, thread: int) -> HttpResponse:
    project, voice = _voice(request, slug)
    pair = talk.see(voice, project, pk)
    talk.resolve(voice, pair, thread, resolved=request.POST.get("resolved") == "1")
    return _back(request, pair, voice)


@login_required
@require_GET
def mentions(request: Request, slug: str) -> HttpResponse:
    project, voice = _voice(request, slug)
    page = page_of(talk.mentions(voice.user, project), request.GET.get("before"))
    context = {
        "room": "annotate",
        "page": page,
        "unread": talk.unread(voice.user, project),
        "annotates": not voice.sees_all,
    }
    return render(request, "annotation/mentions.html", context)


@login_required
@require_POST
def read(request: Request, slug: str, pk: int) -> HttpResponse:
    project, voice = _voice(request, slug)
    talk.read(voice.user, project, pk)
    return redirect("annotation:mentions", slug)


def _voice(request: Request, slug: str) -> tuple[Project, talk.Voice]:
    project = project_for(request, slug, *talk.TALKING)
    return project, talk.Voice(request.user, request.roles)


def _back(request: Request, pair: Pair, voice: talk.Voice) -> HttpResponse:
    if request.htmx:
        return _shown(request, pair, voice)
    return redirect("annotation:comments", pair.project.slug, pair.pk)


def _shown(
    request: Request, pair: Pair, voice: talk.Voice, *, said: str = "", text: str = ""
) -> HttpResponse:
    """What was refused stays in its field: `text`."""
    context = {
        "pair": pair,
        "threads": talk.threads(voice, pair),
        "people": [user for user in talk.talkers(pair.project) if user != voice.user],
        "refused": said,
        "text": text,
        "room": "annotate",
    }
    return render(request, _template(request), context, status=400 if said else 200)


def _template(request: Request) -> str:
    """The page, the aside of the desk, or the threads alone."""
    if not request.htmx:
        return "annotation/comments.html"
    if request.htmx.target == "comments":
        return "annotation/_comments_aside.html"
    return "annotation/_comments.html"
