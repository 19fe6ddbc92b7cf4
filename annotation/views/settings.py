from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse

from cqia.accounts.http import Request


@login_required
def settings(request: Request, slug: str) -> HttpResponse:
    raise Http404


@login_required
def add_member(request: Request, slug: str) -> HttpResponse:
    raise Http404


@login_required
def remove_member(request: Request, slug: str, pk: int) -> HttpResponse:
    raise Http404


@login_required
def save_guideline(request: Request, slug: str) -> HttpResponse:
    raise Http404


@login_required
def save_endpoint(request: Request, slug: str) -> HttpResponse:
    raise Http404


@login_required
def remove_endpoint(request: Request, slug: str, pk: int) -> HttpResponse:
    raise Http404
