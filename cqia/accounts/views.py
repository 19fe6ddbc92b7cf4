from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse

from cqia.accounts.http import Request


@login_required
def tokens(request: Request) -> HttpResponse:
    raise Http404


@login_required
def new_token(request: Request) -> HttpResponse:
    raise Http404


@login_required
def revoke_token(request: Request, pk: int) -> HttpResponse:
    raise Http404
