"""Publishing a release on a Hugging Face endpoint, and trying the programs that will read it."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from cqia.accounts.http import Request
from cqia.lib.errors import CqiaError
from review import publishing, rehearsing
from review.access import led_release
from review.models import HubAccount, Rehearsal, Release
from review.publishing_forms import HubAccountForm, PushForm, RehearsalForm
from review.rehearsal import CONSUMERS, Outcome


@login_required
@require_GET
def publish(request: Request, slug: str, number: int) -> HttpResponse:
    return _publish_page(request, led_release(request, slug, number), PushForm())


@login_required
@require_POST
def push(request: Request, slug: str, number: int) -> HttpResponse:
    release = led_release(request, slug, number)
    form = PushForm(request.POST)
    if form.is_valid():
        try:
            publishing.ask_for(release, request.user, **form.cleaned_data)
            return redirect("review:publish", slug, number)
        except CqiaError as error:
            form.add_error(None, str(error))
    return _publish_page(request, release, form)


@login_required
@require_POST
def save_hub(request: Request, slug: str, number: int) -> HttpResponse:
    """Keep the project's own address and token; one left empty goes back to the site's."""
    release = led_release(request, slug, number)
    own = HubAccount.objects.filter(project=release.project).first()
    if own and not request.POST.get("endpoint"):
        own.delete()
        return redirect("review:publish", slug, number)
    form = HubAccountForm(request.POST, instance=own or HubAccount(project=release.project))
    if form.is_valid():
        form.save()
        return redirect("review:publish", slug, number)
    return _publish_page(request, release, PushForm(), form)


def _publish_page(
    request: Request, release: Release, form: PushForm, account_form: HubAccountForm | None = None
) -> HttpResponse:
    own = HubAccount.objects.filter(project=release.project).first()
    context = {
        "room": "releases",
        "release": release,
        "form": form,
        "account_form": account_form or HubAccountForm(instance=own),
        "account": publishing.account_of(release.project),
        "pushes": release.pushes.select_related("job", "created_by")[:20],
    }
    return render(request, "review/publish.html", context, status=_status(form, account_form))


@login_required
@require_GET
def rehearsal(request: Request, slug: str, number: int) -> HttpResponse:
    return _rehearsal_page(request, led_release(request, slug, number), RehearsalForm())


@login_required
@require_POST
def rehearse(request: Request, slug: str, number: int) -> HttpResponse:
    release = led_release(request, slug, number)
    form = RehearsalForm(request.POST)
    if form.is_valid():
        try:
            rehearsing.ask_for(release, request.user, form.cleaned_data)
            return redirect("review:rehearsal", slug, number)
        except CqiaError as error:
            form.add_error(None, str(error))
    return _rehearsal_page(request, release, form)


def _rehearsal_page(request: Request, release: Release, form: RehearsalForm) -> HttpResponse:
    last = release.rehearsals.select_related("job", "created_by").first()
    context = {
        "room": "releases",
        "release": release,
        "form": form,
        "last": last,
        "tried": _tried(last),
    }
    return render(request, "review/rehearsal.html", context, status=_status(form))


@dataclass(frozen=True)
class Tried:
    """One consumer's outcome; how many of its results failed, and how many left rows out."""

    name: str
    outcome: Outcome
    failed: int
    short: int


def _tried(last: Rehearsal | None) -> list[Tried]:
    names = {consumer.id: consumer.name for consumer in CONSUMERS}
    found = []
    for outcome in last.results if last else ():
        results = outcome["results"]
        failed = sum(bool(each.get("error") or each.get("empty")) for each in results)
        short = sum(each.get("prepared", each.get("rows")) != each.get("rows") for each in results)
        found.append(Tried(names[outcome["id"]], outcome, failed, short))
    return found


def _status(*forms: BaseForm | None) -> int:
    return 400 if any(form is not None and form.errors for form in forms) else 200
