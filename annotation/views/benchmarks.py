"""Benchmarks that must not be in the dataset, and the pairs that are like one of their items."""

from pathlib import Path
from typing import cast

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from annotation.access import project_for
from annotation.contamination import hits, registry, waivers
from annotation.models import Benchmark, Pair, Project
from cqia.accounts.http import Request
from cqia.accounts.roles import Role
from cqia.lib.errors import CqiaError

_A_PAGE = 20


class BenchmarkForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "JSONL, JSON or CSV with a question, prompt, instruction or query in each row, and its "
            "choices where it has some. Hashes are kept; the file is deleted once it has been read."
        ),
        widget=forms.FileInput(attrs={"accept": ".jsonl,.ndjson,.json,.csv,.tsv,.txt"}),
        allow_empty_file=True,
    )


@login_required
@require_http_methods(["GET", "POST"])
def benchmarks(request: Request, slug: str) -> HttpResponse:
    """The benchmarks with their hits by source; a file posted here is registered."""
    project = project_for(request, slug, Role.LEAD)
    form = BenchmarkForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid() and _registered(request, project, form):
        return redirect("annotation:benchmarks", slug)
    context = {
        "room": "prefilter",
        "form": form,
        "table": hits.table(project),
        "line": waivers.line_of(project),
        "jobs": project.jobs.live().filter(task=registry.TASK),
    }
    status = 400 if form.errors else 200
    return render(request, "annotation/benchmarks.html", context, status=status)


def _registered(request: Request, project: Project, form: BenchmarkForm) -> bool:
    file = cast(TemporaryUploadedFile, form.cleaned_data["file"])
    path = Path(file.temporary_file_path())
    try:
        registry.register(project, form.cleaned_data["name"], path, file.name or "", request.user)
    except CqiaError as error:
        form.add_error("name" if error.code.startswith("benchmark_name") else "file", str(error))
        return False
    messages.info(request, _("The benchmark is being read; the pairs are compared after that."))
    return True


@login_required
@require_POST
def switch(request: Request, slug: str, pk: int) -> HttpResponse:
    project = project_for(request, slug, Role.LEAD)
    benchmark = get_object_or_404(Benchmark.objects.of(project), pk=pk)
    registry.switch(benchmark, request.user, active=not benchmark.active)
    messages.info(request, _("The pairs are being compared anew."))
    return redirect("annotation:benchmarks", slug)


@login_required
@require_GET
def contaminated(request: Request, slug: str) -> HttpResponse:
    """The pairs beyond the line, each with the item it is like and who let it stay."""
    project = project_for(request, slug, Role.LEAD)
    chosen = Benchmark.objects.of(project).filter(name=request.GET.get("benchmark", "")).first()
    found = hits.listed(project, chosen.name if chosen else "", request.GET.get("source", ""))
    context = {
        "room": "prefilter",
        "benchmark": chosen,
        "page": Paginator(found, _A_PAGE).get_page(request.GET.get("page")),
        "line": waivers.line_of(project),
    }
    return render(request, "annotation/contaminated.html", context)


@login_required
@require_POST
def waive(request: Request, slug: str, pk: int) -> HttpResponse:
    project = project_for(request, slug, Role.LEAD)
    pair = get_object_or_404(Pair.objects.filter(project=project), pk=pk)
    try:
        waivers.waive(project, pair, request.user, request.POST.get("reason", ""))
        messages.success(request, _("The pair may stay."))
    except CqiaError as error:
        messages.error(request, str(error))
    return redirect("annotation:contaminated", slug)
