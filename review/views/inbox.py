from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse

from cqia.accounts.http import Request


@login_required
def inbox(request: Request, slug: str) -> HttpResponse:
    raise Http404


@login_required
def pair(request: Request, slug: str, pk: int) -> HttpResponse:
    raise Http404


@login_required
def decide(request: Request, slug: str, pk: int) -> HttpResponse:
    raise Http404
