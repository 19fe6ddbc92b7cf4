from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse

from cqia.accounts.http import Request


@login_required
def overview(request: Request, slug: str) -> HttpResponse:
    raise Http404
