from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse

from cqia.accounts.http import Request


@login_required
def import_prompts(request: Request, slug: str) -> HttpResponse:
    raise Http404


@login_required
def import_answers(request: Request, slug: str) -> HttpResponse:
    raise Http404


@login_required
def new_model(request: Request, slug: str) -> HttpResponse:
    raise Http404


@login_required
def generate(request: Request, slug: str) -> HttpResponse:
    raise Http404
