"""Named errors become pages: what happened, and what to do, in the person's language."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from rest_framework.response import Response
from rest_framework.views import exception_handler

from cqia.lib.errors import CqiaError


class ErrorPages:
    """Renders an uncaught CqiaError as the page of its HTTP status (StaleState: 409)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, CqiaError):
            return None
        if request.path.startswith("/api/"):
            return None
        pages = {403: "403.html", 409: "409.html", 410: "410.html"}
        template = pages.get(error.status, "400.html")
        return render(request, template, {"error": error}, status=error.status)


def api_error(error: Exception, context: dict[str, Any]) -> Response | None:
    """The same for the API: a CqiaError is {"code", "detail"} with its status."""
    if isinstance(error, CqiaError):
        return Response({"code": error.code, "detail": str(error)}, status=error.status)
    return exception_handler(error, context)
