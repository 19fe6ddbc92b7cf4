from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse

from cqia.accounts.http import Request


@login_required
def job(request: Request, slug: str, pk: int) -> HttpResponse:
    raise Http404


@login_required
def cancel_job(request: Request, slug: str, pk: int) -> HttpResponse:
    raise Http404
