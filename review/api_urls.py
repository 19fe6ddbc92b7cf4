from django.urls import path

from review import api, api_retractions

urlpatterns = [
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
]
