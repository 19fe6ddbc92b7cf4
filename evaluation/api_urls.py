from django.urls import path

from evaluation import api

urlpatterns = [
    path("projects/<slug:slug>/campaigns", api.campaigns, name="api-campaigns"),
    path("projects/<slug:slug>/campaigns/<int:pk>/ballot", api.ballot, name="api-ballot"),
    path("projects/<slug:slug>/campaigns/<int:pk>/vote", api.vote, name="api-vote"),
    path("projects/<slug:slug>/campaigns/<int:pk>/ranking", api.ranking, name="api-ranking"),
]
