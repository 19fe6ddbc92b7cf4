from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse

from cqia.accounts.http import Request


@login_required
def prefilter(request: Request, slug: str) -> HttpResponse:
    raise Http404


@login_required
def run_prefilter(request: Request, slug: str) -> HttpResponse:
    raise Http404


@login_required
def set_threshold(request: Request, slug: str) -> HttpResponse:
    raise Http404


@login_required
def run_judge(request: Request, slug: str) -> HttpResponse:
    raise Http404


@login_required
def dropped(request: Request, slug: str) -> HttpResponse:
    raise Http404


@login_required
def funnel_chart(request: Request, slug: str, form: str) -> HttpResponse:
    raise Http404
