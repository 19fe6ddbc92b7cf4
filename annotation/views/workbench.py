from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse

from cqia.accounts.http import Request


@login_required
def workbench(request: Request, slug: str) -> HttpResponse:
    raise Http404


@login_required
def submit(request: Request, slug: str, pk: int) -> HttpResponse:
    raise Http404


@login_required
def save_draft(request: Request, slug: str, pk: int) -> HttpResponse:
    raise Http404


@login_required
def skip(request: Request, slug: str, pk: int) -> HttpResponse:
    raise Http404


@login_required
def renew(request: Request, slug: str, pk: int) -> HttpResponse:
    raise Http404
