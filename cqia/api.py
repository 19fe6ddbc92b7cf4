"""The API's table of contents: each app adds its own verbs."""

from django.urls import include, path

from cqia.accounts import schema

__all__ = ["schema", "urlpatterns"]

urlpatterns = [
    path("", include("annotation.api_urls")),
    path("", include("review.api_urls")),
    path("", include("evaluation.api_urls")),
]
