"""One's own API tokens."""

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from cqia.accounts.http import Request
from cqia.accounts.models import ApiToken, issue_token


class TokenForm(forms.Form):
    name = forms.CharField(
        label=_("What it is for"), max_length=80, help_text=_("A name by which you know it again.")
    )


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
