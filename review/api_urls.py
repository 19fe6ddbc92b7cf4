from django.urls import path

from review import api, api_compositions, api_gate, api_publishing, api_retractions, api_statistics

urlpatterns = [
    path(
        "projects/<slug:slug>/compositions",
        api_compositions.compositions,
        name="api-compositions",
    ),
    path(
        "projects/<slug:slug>/compositions/<int:pk>/dry-runs",
        api_compositions.try_composition,
        name="api-dry-runs",
    ),
    path(
        "projects/<slug:slug>/compositions/<int:pk>/releases",
        api_compositions.freeze_composition,
        name="api-freeze-composition",
    ),
    path("projects/<slug:slug>/pairs/<int:pk>/review", api.review_pair, name="api-review"),
    path("projects/<slug:slug>/releases", api.releases, name="api-releases"),
    path(
        "projects/<slug:slug>/releases/<int:number>/files/<path:filename>",
        api.release_file,
        name="api-release-file",
    ),
    path("projects/<slug:slug>/retractions", api_retractions.retractions, name="api-retractions"),
    path(
        "projects/<slug:slug>/retractions/<int:pk>",
        api_retractions.retraction,
        name="api-retraction",
    ),
    path(
        "projects/<slug:slug>/releases/<int:number>/pushes",
        api_publishing.pushes,
        name="api-pushes",
    ),
    path(
        "projects/<slug:slug>/releases/<int:number>/rehearsals",
        api_publishing.rehearsals,
        name="api-rehearsals",
    ),
    path(
        "projects/<slug:slug>/releases/<int:number>/statistics",
        api_statistics.statistics,
        name="api-statistics",
    ),
    path("projects/<slug:slug>/gate/<int:pk>", api_gate.gate, name="api-gate"),
    path("projects/<slug:slug>/gate/waivers", api_gate.waive, name="api-waive-gate"),
    path("projects/<slug:slug>/licences", api_gate.licences, name="api-licences"),
]
