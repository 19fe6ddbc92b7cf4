from django.urls import path

from review.views import (
    changes,
    compositions,
    files,
    gate,
    inbox,
    licences,
    publishing,
    releases,
    retractions,
    rows,
    statistics,
)

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
    path("releases/<int:number>/files/", files.files, name="files"),
    path("releases/<int:number>/files/<path:filename>", files.download, name="download"),
    path("releases/<int:number>/SHA256SUMS", files.sums, name="sums"),
    path("releases/<int:number>/access", files.access, name="access"),
    path("releases/<int:number>/tombstones.json", retractions.tombstones_of, name="tombstones"),
    path("releases/<int:number>/changes/", changes.changes, name="changes"),
    path("releases/<int:number>/rows/<int:position>/proof.json", changes.proof, name="proof"),
    path("releases/<int:number>/rows/", rows.rows, name="rows"),
    # the statistics of a release
    path("releases/<int:number>/statistics/", statistics.statistics, name="statistics"),
    path("releases/<int:number>/statistics/count", statistics.count, name="count-figures"),
    path(
        "releases/<int:number>/statistics/<str:name>.<str:form>",
        statistics.chart,
        name="statistics-chart",
    ),
    # compositions
    path("compositions/", compositions.compositions, name="compositions"),
    path("compositions/new", compositions.composition, name="new-composition"),
    path("compositions/<int:pk>/", compositions.composition, name="composition"),
    path("compositions/<int:pk>/look", compositions.composition_look, name="composition-look"),
    path("compositions/<int:pk>/dry-run", compositions.try_composition, name="try-composition"),
    path(
        "compositions/<int:pk>/freeze", compositions.freeze_composition, name="freeze-composition"
    ),
    path("compositions/dry-runs/<int:pk>/", compositions.dry_run, name="dry-run"),
    # the gate
    path("releases/gate/<int:pk>/", gate.gate, name="gate"),
    path("releases/gate/<int:pk>/examine", gate.examine, name="examine"),
    path("releases/gate/<int:pk>/waivers/<int:number>/end", gate.end_waiver, name="end-waiver"),
    path("releases/gate/problems/<int:pk>.csv", gate.problem_rows, name="gate-rows"),
    path("releases/gate/problems/<int:pk>/waive", gate.waive, name="waive-gate"),
    path("releases/<int:number>/gate/", gate.release_gate, name="release-gate"),
    path("releases/licences/", licences.licences, name="licences"),
    path("releases/licences/<int:number>/", licences.licence_version, name="licence-version"),
    # withdrawing
    path("retractions/", retractions.retractions, name="retractions"),
    path("retractions/new", retractions.new_retraction, name="new-retraction"),
    path("retractions/<int:pk>/", retractions.retraction, name="retraction"),
    # publishing a release, and trying its readers
    path("releases/<int:number>/publish/", publishing.publish, name="publish"),
    path("releases/<int:number>/publish/push", publishing.push, name="push"),
    path("releases/<int:number>/publish/hub", publishing.save_hub, name="save-hub"),
    path("releases/<int:number>/rehearsal/", publishing.rehearsal, name="rehearsal"),
    path("releases/<int:number>/rehearsal/start", publishing.rehearse, name="rehearse"),
]
