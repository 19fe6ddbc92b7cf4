from django.urls import path

from evaluation import api, api_boards, api_campaigns

urlpatterns = [
    path("projects/<slug:slug>/campaigns", api_campaigns.campaigns, name="api-campaigns"),
    path(
        "projects/<slug:slug>/campaigns/<int:pk>/progress",
        api_campaigns.progress,
        name="api-progress",
    ),
    path(
        "projects/<slug:slug>/campaigns/<int:pk>/close",
        api_campaigns.close,
        name="api-close-campaign",
    ),
    path(
        "projects/<slug:slug>/campaigns/<int:pk>/assignment.jsonl",
        api_campaigns.assignment,
        name="api-assignment",
    ),
    path("projects/<slug:slug>/campaigns/<int:pk>/ballot", api.ballot, name="api-ballot"),
    path("projects/<slug:slug>/campaigns/<int:pk>/vote", api.vote, name="api-vote"),
    path("projects/<slug:slug>/campaigns/<int:pk>/skip", api.skip, name="api-skip-ballot"),
    path("projects/<slug:slug>/campaigns/<int:pk>/undo", api.undo, name="api-undo-vote"),
    path("projects/<slug:slug>/campaigns/<int:pk>/questions", api.questions, name="api-questions"),
    path("projects/<slug:slug>/campaigns/<int:pk>/ranking", api_boards.ranking, name="api-ranking"),
    path(
        "projects/<slug:slug>/campaigns/<int:pk>/bundle.zip", api_boards.bundle, name="api-bundle"
    ),
]
