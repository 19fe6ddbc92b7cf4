"""One's own keys and API tokens."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cqia.accounts import keys as own_keys
from cqia.accounts.forms import KeysForm, TokenForm
from cqia.accounts.http import Request
from cqia.accounts.models import ApiToken, issue_token


@login_required
@require_http_methods(["GET", "POST"])
def keys(request: Request) -> HttpResponse:
    """Which key does what for this person, on every machine."""
    if request.method == "GET":
        form = KeysForm(initial=own_keys.keys_of(request.user))
        return render(request, "accounts/keys.html", {"form": form})
    form = KeysForm(request.POST)
    if not form.is_valid():
        return render(request, "accounts/keys.html", {"form": form}, status=400)
    own_keys.save(request.user, form.cleaned_data)
    messages.success(request, _("Saved."))
    return redirect("keys")


@login_required
@require_POST
def reset_keys(request: Request) -> HttpResponse:
    own_keys.save(request.user, {})
    messages.success(request, _("The keys are the defaults again."))
    return redirect("keys")


@login_required
@require_GET
def tokens(request: Request) -> HttpResponse:
    return _page(request, TokenForm())


@login_required
@require_POST
def new_token(request: Request) -> HttpResponse:
    """Make a token and show its key on this answer only."""
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=400)
    return _page(request, TokenForm(), key=issue_token(request.user, form.cleaned_data["name"]))


@login_required
@require_POST
def revoke_token(request: Request, pk: int) -> HttpResponse:
    get_object_or_404(ApiToken, user=request.user, pk=pk).delete()
    return redirect("tokens")


def _page(request: Request, form: TokenForm, *, key: str = "", status: int = 200) -> HttpResponse:
    mine = ApiToken.objects.filter(user=request.user).order_by("-id")
    context = {"form": form, "tokens": mine, "key": key}
    return render(request, "accounts/tokens.html", context, status=status)
