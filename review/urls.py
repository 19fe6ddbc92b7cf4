from django.urls import path

from review.views import inbox, releases

app_name = "review"

urlpatterns = [
    # reviews
    path("review/", inbox.inbox, name="inbox"),
    path("review/<int:pk>/", inbox.pair, name="pair"),
    path("review/<int:pk>/decide", inbox.decide, name="decide"),
    # releases
    path("releases/", releases.releases, name="releases"),
    path("releases/freeze", releases.freeze, name="freeze"),
    path("releases/<int:number>/", releases.release, name="release"),
    path("releases/<int:number>/files/<str:filename>", releases.download, name="download"),
    path("releases/<int:number>/mix.<str:form>", releases.mix_chart, name="mix-chart"),
]
