"""Lexicons of sensitive words: listed, made, edited, turned on and off, tried and downloaded."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from annotation import lexicons as kept
from annotation.access import project_for
from annotation.checks.sensitive import Sensitive, words_of
from annotation.lexicon_forms import LexiconForm, TryForm, WordsForm
from annotation.models import Lexicon, LexiconVersion, Project
from annotation.thresholds import Line, lines_of
from cqia.accounts.http import Request
from cqia.accounts.roles import Role
from cqia.lib.errors import CqiaError


@login_required
@require_http_methods(["GET", "POST"])
def lexicons(request: Request, slug: str) -> HttpResponse:
    """All lexicons with what they hit; a lexicon posted here is stored."""
    project = project_for(request, slug, Role.LEAD)
    if request.method == "GET":
        return _page(request, project)
    form = LexiconForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            made = form.create(project, request.user)
        except CqiaError as error:
            form.add_error("name" if error.code == "lexicon_name_taken" else "words", str(error))
        else:
            _tell(request, made.versions.get(), form)
            return redirect("annotation:lexicon", slug, made.pk)
    return _page(request, project, form=form)


@login_required
@require_http_methods(["GET", "POST"])
def lexicon(request: Request, slug: str, pk: int) -> HttpResponse:
    """One lexicon with its versions; words posted here are its next version."""
    project = project_for(request, slug, Role.LEAD)
    shown = get_object_or_404(Lexicon.objects.of(project), pk=pk)
    last = shown.versions.latest("number")
    form = WordsForm(initial={"words": "\n".join(last.words), "weight": last.weight})
    if request.method == "POST":
        form = WordsForm(request.POST, request.FILES)
        if form.is_valid() and _saved(request, shown, form):
            return redirect("annotation:lexicon", slug, pk)
    context = {
        "room": "prefilter",
        "lexicon": shown,
        "last": last,
        "form": form,
        "changes": kept.changes(shown),
        "top": kept.top_words(last.words, kept.tally(project)),
    }
    return render(request, "annotation/lexicon.html", context, status=400 if form.errors else 200)


@login_required
@require_POST
def switch_lexicon(request: Request, slug: str, pk: int) -> HttpResponse:
    project = project_for(request, slug, Role.LEAD)
    switched = get_object_or_404(Lexicon.objects.of(project), pk=pk)
    kept.switch(switched, request.user, request.POST.get("on") == "1")
    messages.success(request, _("Saved. Run the checks to measure the pairs by it."))
    return redirect("annotation:lexicons", slug)


@login_required
@require_POST
def start_lexicons(request: Request, slug: str) -> HttpResponse:
    """Add our own short lexicons."""
    project = project_for(request, slug, Role.LEAD)
    count = kept.start(project, request.user)
    text = ngettext("%(count)s lexicon added.", "%(count)s lexicons added.", count)
    messages.success(request, text % {"count": count})
    return redirect("annotation:lexicons", slug)


@login_required
@require_POST
def try_lexicons(request: Request, slug: str) -> HttpResponse:
    """What the lexicons that are on find in a text; nothing of it is stored."""
    project = project_for(request, slug, Role.LEAD)
    form = TryForm(request.POST)
    tried = form.tried(words_of(project.pk)) if form.is_valid() else None
    if request.htmx:
        context = {"tried": tried, "line": _line(project), "try_form": form}
        return render(request, "annotation/_lexicon_hits.html", context)
    return _page(request, project, try_form=form, tried=tried)


@login_required
@require_GET
def lexicon_words(request: Request, slug: str, pk: int, number: int) -> HttpResponse:
    """A version of a lexicon as a text file, one word a line."""
    project = project_for(request, slug, Role.LEAD)
    version = get_object_or_404(LexiconVersion.objects.of(project.pk), lexicon=pk, number=number)
    text = "".join(f"{word}\n" for word in version.words)
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    name = f"{slug}-lexicon-{pk}-v{number}.txt"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _page(request: Request, project: Project, **context: object) -> HttpResponse:
    found = kept.tally(project)
    versions = LexiconVersion.objects.latest_of(project.pk).select_related("lexicon", "author")
    form = context.get("form")
    shown = {
        "room": "prefilter",
        "rows": [(one, found.lexicons[one.lexicon.name]) for one in versions],
        "line": _line(project),
        "form": LexiconForm(),
        "try_form": TryForm(),
        **context,
    }
    wrong = isinstance(form, LexiconForm) and bool(form.errors)
    return render(request, "annotation/lexicons.html", shown, status=400 if wrong else 200)


def _line(project: Project) -> Line:
    return next(line for line in lines_of(project) if line.check.id == Sensitive.id)


def _saved(request: Request, lexicon: Lexicon, form: WordsForm) -> bool:
    try:
        _tell(request, form.save(lexicon, request.user), form)
    except CqiaError as error:
        form.add_error("words", str(error))
        return False
    return True


def _tell(request: Request, version: LexiconVersion, form: WordsForm) -> None:
    count = len(version.words)
    text = ngettext(
        "Version %(version)s holds %(count)s word. Run the checks to measure the pairs by it.",
        "Version %(version)s holds %(count)s words. Run the checks to measure the pairs by it.",
        count,
    )
    messages.success(request, text % {"version": version.number, "count": count})
    for fault in form.faults():
        messages.warning(request, fault)
