"""The table of contents. A project's rooms live under /p/<slug>/, the API under /api/."""

from django.conf import settings
from django.urls import include, path
from django.views.generic import TemplateView
from django.views.i18n import set_language
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from cqia import overview, views

handler400 = views.bad_request

urlpatterns = [
    path("p/<slug:slug>/", include("annotation.urls")),  # first, as most is asked of it
    path("", views.home, name="home"),
    path("projects/new", views.new_project, name="new-project"),
    path("health/", views.health, name="health"),
    path("language/", set_language, name="set_language"),
    path("theme/", views.set_theme, name="set-theme"),
    path("", include("cqia.accounts.urls")),
    path("p/<slug:slug>/enter", views.enter, name="enter"),
    path("p/<slug:slug>/", overview.overview, name="overview"),
    path("p/<slug:slug>/throughput.<str:form>", overview.throughput_chart, name="throughput-chart"),
    path("p/<slug:slug>/", include("review.urls")),
    path("p/<slug:slug>/", include("evaluation.urls")),
    path("api/", include("cqia.api")),
    path("api/schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="api-schema"), name="api-docs"),
]

if settings.DEBUG:
    urlpatterns += [path("styleguide/", TemplateView.as_view(template_name="styleguide.html"))]
