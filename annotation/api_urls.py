from django.urls import path

from annotation import (
    api_annotate,
    api_benchmarks,
    api_decisions,
    api_masks,
    api_pairs,
    api_prefilter,
    api_quality,
    api_queue,
    api_redecisions,
    api_sources,
)

urlpatterns = [
    path("projects/<slug:slug>/benchmarks", api_benchmarks.benchmarks, name="api-benchmarks"),
    path("projects/<slug:slug>/pairs/<int:pk>/waiver", api_benchmarks.waive, name="api-waive"),
    path("projects/<slug:slug>/imports", api_sources.import_file, name="api-import"),
    path("projects/<slug:slug>/batches/<int:pk>", api_sources.batch, name="api-batch"),
    path("projects/<slug:slug>/batches/<int:pk>/issues", api_sources.issues, name="api-issues"),
    path("projects/<slug:slug>/sources", api_sources.sources, name="api-sources"),
    path("projects/<slug:slug>/sources/<int:pk>/terms", api_sources.set_terms, name="api-terms"),
    path("projects/<slug:slug>/sources/<int:pk>/floor", api_sources.set_floor, name="api-floor"),
    path("projects/<slug:slug>/jobs/<int:pk>", api_sources.job, name="api-job"),
    path(
        "projects/<slug:slug>/jobs/<int:pk>/cancel", api_sources.cancel_job, name="api-cancel-job"
    ),
    path("projects/<slug:slug>/pairs", api_pairs.pairs, name="api-pairs"),
    path("projects/<slug:slug>/pairs/<int:pk>", api_pairs.pair, name="api-pair"),
    path(
        "projects/<slug:slug>/pairs/<int:pk>/restore",
        api_prefilter.restore_pair,
        name="api-restore",
    ),
    path("projects/<slug:slug>/masks", api_masks.mask, name="api-mask"),
    path("projects/<slug:slug>/masks/all", api_masks.mask_all, name="api-mask-all"),
    path("projects/<slug:slug>/pairs/<int:pk>/unmask", api_masks.undo, name="api-unmask"),
    path(
        "projects/<slug:slug>/prefilter/runs", api_prefilter.run_prefilter, name="api-run-prefilter"
    ),
    path("projects/<slug:slug>/prefilter/judge", api_prefilter.run_judge, name="api-run-judge"),
    path("projects/<slug:slug>/prefilter/thresholds", api_redecisions.lines, name="api-thresholds"),
    path("projects/<slug:slug>/prefilter/presets", api_redecisions.presets, name="api-presets"),
    path(
        "projects/<slug:slug>/prefilter/presets/<slug:name>",
        api_redecisions.preset,
        name="api-preset",
    ),
    path(
        "projects/<slug:slug>/prefilter/redecisions",
        api_redecisions.changes,
        name="api-redecisions",
    ),
    path(
        "projects/<slug:slug>/prefilter/redecisions/<int:pk>/undo",
        api_redecisions.undo,
        name="api-undo",
    ),
    path("projects/<slug:slug>/prefilter/quality", api_quality.models, name="api-quality"),
    path("projects/<slug:slug>/queue", api_queue.queue, name="api-queue"),
    path("projects/<slug:slug>/queue/pause", api_queue.pause, name="api-pause"),
    path("projects/<slug:slug>/queue/priorities", api_queue.priorities, name="api-priorities"),
    path("projects/<slug:slug>/queue/lanes", api_queue.lanes_of, name="api-lanes"),
    path("projects/<slug:slug>/queue/lanes/<int:pk>", api_queue.lane, name="api-lane"),
    path("projects/<slug:slug>/pairs/<int:pk>/gold", api_queue.gold, name="api-gold"),
    path("projects/<slug:slug>/queue/order", api_quality.order, name="api-order"),
    path("projects/<slug:slug>/form", api_decisions.form, name="api-form"),
    path("projects/<slug:slug>/undo", api_decisions.undo, name="api-undo-decision"),
    path("projects/<slug:slug>/annotations/<int:pk>/mend", api_decisions.mend, name="api-mend"),
    path("projects/<slug:slug>/claims", api_annotate.claim_next, name="api-claim"),
    path("projects/<slug:slug>/claims/<int:pk>/draft", api_annotate.draft, name="api-draft"),
    path("projects/<slug:slug>/claims/<int:pk>/submit", api_annotate.submit, name="api-submit"),
    path("projects/<slug:slug>/claims/<int:pk>/skip", api_annotate.skip, name="api-skip"),
    path("projects/<slug:slug>/claims/<int:pk>/ahead", api_annotate.claim_ahead, name="api-ahead"),
    path("projects/<slug:slug>/claims/<int:pk>/begin", api_annotate.begin, name="api-begin"),
]
