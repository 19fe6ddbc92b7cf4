from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse

from cqia.accounts.http import Request


@login_required
def pairs(request: Request, slug: str) -> HttpResponse:
    raise Http404


@login_required
def pair(request: Request, slug: str, pk: int) -> HttpResponse:
    raise Http404


@login_required
def restore_pair(request: Request, slug: str, pk: int) -> HttpResponse:
    raise Http404
