from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse

from cqia.accounts.http import Request


@login_required
def sources(request: Request, slug: str) -> HttpResponse:
    raise Http404


@login_required
def batch(request: Request, slug: str, pk: int) -> HttpResponse:
    raise Http404


@login_required
def batch_issues(request: Request, slug: str, pk: int) -> HttpResponse:
    raise Http404
