from django.urls import path

from annotation.views import (
    benchmarks,
    dropped,
    duplicates,
    jobs,
    judges,
    labels,
    lexicons,
    masks,
    overlap,
    pairs,
    prefilter,
    quality,
    redeciding,
    settings,
    sources,
    workbench,
    writing,
)

app_name = "annotation"

urlpatterns = [
    # sources
    path("sources/", sources.sources, name="sources"),
    path("sources/import", sources.import_file, name="import"),
    path("sources/batches/<int:pk>/", sources.batch, name="batch"),
    path("sources/batches/<int:pk>/issues.csv", sources.batch_issues, name="batch-issues"),
    path("sources/<int:pk>/floor", sources.set_floor, name="set-floor"),
    # jobs
    path("jobs/<int:pk>/", jobs.job, name="job"),
    path("jobs/<int:pk>/cancel", jobs.cancel_job, name="cancel-job"),
    # pre-filter
    path("prefilter/", prefilter.prefilter, name="prefilter"),
    path("prefilter/run", prefilter.run_prefilter, name="run-prefilter"),
    path("prefilter/thresholds", redeciding.set_threshold, name="set-threshold"),
    path("prefilter/thresholds/preview", redeciding.preview_threshold, name="preview-threshold"),
    path("prefilter/presets/<str:name>/", redeciding.preset, name="preset"),
    path("prefilter/presets/<str:name>/apply", redeciding.apply_preset, name="apply-preset"),
    path("prefilter/history/", redeciding.line_history, name="line-history"),
    path("prefilter/history/<int:pk>/undo", redeciding.undo_redecision, name="undo-redecision"),
    path("prefilter/checks/<str:check>/", labels.beside_line, name="sides"),
    path("prefilter/checks/<str:check>/labels", labels.label_pair, name="label-pair"),
    path(
        "prefilter/checks/<str:check>/quality.<str:form>",
        labels.quality_chart,
        name="quality-chart",
    ),
    path("prefilter/judge", prefilter.run_judge, name="run-judge"),
    path("prefilter/dropped/", dropped.dropped, name="dropped"),
    path("prefilter/dropped/restore", dropped.restore_pairs, name="restore-pairs"),
    path("prefilter/dropped/restore-list", dropped.restore_list, name="restore-list"),
    path("prefilter/funnel.<str:form>", prefilter.funnel_chart, name="funnel-chart"),
    path("prefilter/overlap/", overlap.overlaps, name="overlap"),
    path("prefilter/overlap.<str:form>", overlap.overlap_chart, name="overlap-chart"),
    path("prefilter/duplicates/", duplicates.duplicates, name="duplicates"),
    path("prefilter/duplicates/decide", duplicates.decide, name="decide-duplicates"),
    path("prefilter/duplicates/<int:pk>/undo", duplicates.undo, name="undo-duplicates"),
    path("prefilter/benchmarks/", benchmarks.benchmarks, name="benchmarks"),
    path("prefilter/benchmarks/<int:pk>/switch", benchmarks.switch, name="switch-benchmark"),
    path("prefilter/contaminated/", benchmarks.contaminated, name="contaminated"),
    path("prefilter/contaminated/<int:pk>/waive", benchmarks.waive, name="waive"),
    path("prefilter/judges/", judges.judges, name="judges"),
    path("prefilter/judges/prompt", judges.judge_template, name="judge-template"),
    path(
        "prefilter/judges/agreement.<str:form>", judges.agreement_chart, name="agreement-chart"
    ),
    path(
        "prefilter/judges/<int:number>/scores.<str:form>", judges.judge_chart, name="judge-chart"
    ),
    path("prefilter/quality/", quality.learned, name="quality"),
    path("prefilter/quality/train", quality.train, name="train-quality"),
    path("prefilter/quality/order", quality.set_order, name="order-queue"),
    path(
        "prefilter/quality/<int:number>/<str:name>.<str:form>",
        quality.chart,
        name="chance-chart",
    ),
    # lexicons
    path("prefilter/lexicons/", lexicons.lexicons, name="lexicons"),
    path("prefilter/lexicons/start", lexicons.start_lexicons, name="start-lexicons"),
    path("prefilter/lexicons/try", lexicons.try_lexicons, name="try-lexicons"),
    path("prefilter/lexicons/<int:pk>/", lexicons.lexicon, name="lexicon"),
    path("prefilter/lexicons/<int:pk>/switch", lexicons.switch_lexicon, name="switch-lexicon"),
    path(
        "prefilter/lexicons/<int:pk>/v<int:number>.txt",
        lexicons.lexicon_words,
        name="lexicon-words",
    ),
    # pairs
    path("pairs/", pairs.pairs, name="pairs"),
    path("pairs/<int:pk>/", pairs.pair, name="pair"),
    path("pairs/<int:pk>/restore", pairs.restore_pair, name="restore-pair"),
    path("pairs/<int:pk>/mask", masks.mask_pair, name="mask-pair"),
    path("pairs/<int:pk>/unmask", masks.unmask_pair, name="unmask-pair"),
    path("pairs/mask", masks.mask_pairs, name="mask-pairs"),
    path("pairs/mask/all", masks.mask_all, name="mask-all"),
    # workbench
    path("annotate/", workbench.workbench, name="workbench"),
    path("annotate/skipped", workbench.take_up, name="take-up"),
    path("annotate/preview", writing.preview, name="preview-text"),
    path("annotate/guideline/", writing.guideline, name="guideline"),
    path("annotate/claims/<int:pk>/submit", workbench.submit, name="submit"),
    path("annotate/claims/<int:pk>/draft", workbench.save_draft, name="save-draft"),
    path("annotate/claims/<int:pk>/skip", workbench.skip, name="skip"),
    path("annotate/claims/<int:pk>/renew", workbench.renew, name="renew"),
    path("annotate/claims/<int:pk>/difference", writing.difference, name="difference"),
    # settings
    path("settings/", settings.settings, name="settings"),
    path("settings/members/add", settings.add_member, name="add-member"),
    path("settings/members/<int:pk>/remove", settings.remove_member, name="remove-member"),
    path("settings/guideline", settings.save_guideline, name="save-guideline"),
    path("settings/endpoints/save", settings.save_endpoint, name="save-endpoint"),
    path("settings/endpoints/<int:pk>/remove", settings.remove_endpoint, name="remove-endpoint"),
]
