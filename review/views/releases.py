from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse

from cqia.accounts.http import Request


@login_required
def releases(request: Request, slug: str) -> HttpResponse:
    raise Http404


@login_required
def freeze(request: Request, slug: str) -> HttpResponse:
    raise Http404


@login_required
def release(request: Request, slug: str, number: int) -> HttpResponse:
    raise Http404


@login_required
def download(request: Request, slug: str, number: int, filename: str) -> HttpResponse:
    raise Http404


@login_required
def mix_chart(request: Request, slug: str, number: int, form: str) -> HttpResponse:
    raise Http404
