"""What a worker does for a release: freeze it once, then each step that is not done yet."""

from collections.abc import Callable

from annotation import jobs
from annotation.models import Job
from review import changelog, files, freezing, manifest, notice, tombstones
from review.documents import building
from review.models import Release
from review.statistics import counting

Report = Callable[[int, int], None]
# In this order: documents tell of figures and files, the manifest of everything before it. Each is
# safe to run again, and does nothing where its result is there.
STEPS: tuple[Callable[[Release, Report], None], ...] = (
    counting.count,
    files.build_files,
    building.build_documents,
    notice.write_notice,
    changelog.write_changelog,
    tombstones.write_tombstones,
    manifest.write_manifest,
)


def freeze(job: Job) -> None:
    """A killed job goes on where it was; what was frozen is frozen."""
    build(freezing.freeze(job), job)


def build(release: Release, job: Job) -> None:
    for step in STEPS:
        step(release, lambda done, total: jobs.report(job, done, total))
