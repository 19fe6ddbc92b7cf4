from django.urls import path

from review import api

urlpatterns = [
    path("projects/<slug:slug>/pairs/<int:pk>/review", api.review_pair, name="api-review"),
    path("projects/<slug:slug>/releases", api.releases, name="api-releases"),
    path(
        "projects/<slug:slug>/releases/<int:number>/files/<str:filename>",
        api.release_file,
        name="api-release-file",
    ),
]
