from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse

from cqia.accounts.http import Request


@login_required
def campaigns(request: Request, slug: str) -> HttpResponse:
    raise Http404


@login_required
def new_campaign(request: Request, slug: str) -> HttpResponse:
    raise Http404


@login_required
def campaign(request: Request, slug: str, pk: int) -> HttpResponse:
    raise Http404


@login_required
def close_campaign(request: Request, slug: str, pk: int) -> HttpResponse:
    raise Http404


@login_required
def ranking_chart(request: Request, slug: str, pk: int, name: str, form: str) -> HttpResponse:
    raise Http404
