from django.urls import path

from evaluation import api, api_boards, api_campaigns, api_judges, api_models, api_prompts

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
    path("projects/<slug:slug>/campaigns/<int:pk>/judges", api_judges.judges, name="api-judges"),
    # prompts, models, answers
    path("projects/<slug:slug>/prompt-sets", api_prompts.prompt_sets, name="api-prompt-sets"),
    path(
        "projects/<slug:slug>/prompt-sets/<int:pk>", api_prompts.prompt_set, name="api-prompt-set"
    ),
    path(
        "projects/<slug:slug>/prompt-sets/<int:pk>/answers",
        api_prompts.import_answers,
        name="api-import-answers",
    ),
    path("projects/<slug:slug>/held-out", api_prompts.held_out_fields, name="api-held-out"),
    path("projects/<slug:slug>/models", api_models.models, name="api-models"),
    path("projects/<slug:slug>/models/<int:pk>", api_models.model, name="api-model"),
    path("projects/<slug:slug>/models/<int:pk>/generate", api_models.generate, name="api-generate"),
    path("projects/<slug:slug>/models/<int:pk>/failures", api_models.failures, name="api-failures"),
]
