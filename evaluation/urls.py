from django.urls import path

from evaluation.views import boards, campaigns, judges, models, opening, prompts, underway, votes

app_name = "evaluation"

urlpatterns = [
    # prompts, models, answers
    path("evaluate/prompts/", prompts.prompt_sets, name="prompt-sets"),
    path("evaluate/prompts/<int:pk>/", prompts.prompt_set, name="prompt-set"),
    path(
        "evaluate/prompts/<int:pk>/categories.<str:form>",
        prompts.categories_chart,
        name="categories-chart",
    ),
    path("evaluate/prompts/import", prompts.import_prompts, name="import-prompts"),
    path("evaluate/prompts/draw", prompts.draw_prompts, name="draw-prompts"),
    path("evaluate/models/", models.models, name="models"),
    path("evaluate/models/<int:pk>/", models.model, name="model"),
    path("evaluate/models/<int:pk>/retry", models.retry, name="retry-answers"),
    path("evaluate/models/new", models.new_model, name="new-model"),
    path("evaluate/answers/import", models.import_answers, name="import-answers"),
    path("evaluate/answers/generate", models.generate, name="generate"),
    # campaigns
    path("evaluate/", campaigns.campaigns, name="campaigns"),
    path("evaluate/new", opening.new_campaign, name="new-campaign"),
    path("evaluate/<int:pk>/", campaigns.campaign, name="campaign"),
    path("evaluate/<int:pk>/close", campaigns.close_campaign, name="close-campaign"),
    path("evaluate/<int:pk>/assignment.jsonl", underway.assignment, name="assignment"),
    path("evaluate/<int:pk>/check", underway.check_assignment, name="check-assignment"),
    # boards
    path("evaluate/method", boards.method, name="method"),
    path("evaluate/<int:pk>/report", boards.report, name="report"),
    path("evaluate/<int:pk>/report.pdf", boards.report_file, name="report-file"),
    path("evaluate/<int:pk>/bundle.zip", boards.bundle, name="bundle"),
    path("evaluate/<int:pk>/reckon", boards.reckon_again, name="reckon"),
    path("evaluate/<int:pk>/<slug:name>.<str:form>", boards.chart, name="ranking-chart"),
    # judges
    path("evaluate/<int:pk>/judges", judges.judges, name="judges"),
    path("evaluate/<int:pk>/judges/<int:number>/again", judges.again, name="judge-again"),
    path(
        "evaluate/judges/<int:number>/<slug:name>.<str:form>",
        judges.chart,
        name="judge-chart",
    ),
    # votes
    path("vote/", votes.vote, name="vote"),
    path("vote/<int:pk>/", votes.ballot, name="ballot"),
    path("vote/<int:pk>/cast", votes.cast, name="cast"),
    path("vote/<int:pk>/undo", votes.undo, name="undo"),
]
