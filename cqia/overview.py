"""A lead's first page: the whole chain with its counts, what waits on whom, and who is at work."""

from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.db.models import Count, QuerySet
from django.db.models.functions import TruncDate
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from annotation.access import project_for
from annotation.models import Annotation, Claim, Pair, Project, State
from cqia.accounts.http import Request
from cqia.accounts.models import User
from cqia.accounts.roles import Role
from cqia.lib import charts
from cqia.lib.chart_response import respond
from evaluation.models import Campaign
from evaluation.standings import best_against_baseline
from review.models import Release, ReleaseItem

WEEKS = 4


@dataclass(frozen=True)
class Link:
    """One segment of the chain: a count that leads to its rows."""

    label: str | Promise
    count: int | str
    url: str
    note: str = ""


def state_counts(project: Project) -> dict[str, int]:
    """How many pairs stand in each state; 0 where none."""
    rows = Pair.objects.filter(project=project).values("state").annotate(n=Count("id"))
    found = {row["state"]: row["n"] for row in rows}
    return {state: found.get(state, 0) for state in State.values}


def chain(project: Project) -> list[Link]:
    """imported → passed → annotated → approved → released → win rate."""
    counts = state_counts(project)
    came_in = sum(counts.values())
    passed = came_in - counts[State.IMPORTED] - counts[State.DROPPED]
    annotated = passed - counts[State.QUEUED]
    pairs = reverse("annotation:pairs", args=[project.slug])
    steps = [
        (gettext_lazy("Imported"), came_in, pairs),
        (gettext_lazy("Passed"), passed, reverse("annotation:prefilter", args=[project.slug])),
        (gettext_lazy("Annotated"), annotated, f"{pairs}?state={State.ANNOTATED}"),
        (gettext_lazy("Approved"), counts[State.APPROVED], f"{pairs}?state={State.APPROVED}"),
    ]
    links = [
        Link(label, count, url, f"{100 * count / came_in:.0f}%" if came_in else "")
        for label, count, url in steps
    ]
    return [*links, _released(project), _voted(project)]


def _released(project: Project) -> Link:
    url = reverse("review:releases", args=[project.slug])
    last = Release.objects.filter(project=project).first()
    if last is None:
        return Link(gettext_lazy("Released"), 0, url)
    note = _("release %(number)s") % {"number": last.number}
    rows = ReleaseItem.objects.filter(release=last).count()
    return Link(gettext_lazy("Released"), rows, url, note)


def _voted(project: Project) -> Link:
    """How often the best model of the last ranking was better or equal; until then the votes cast."""
    closed = Campaign.objects.filter(project=project, state=Campaign.State.CLOSED)
    last = closed.order_by("-closed_at").first()
    best = None if last is None else best_against_baseline(last)
    last = last or Campaign.objects.filter(project=project).order_by("-id").first()
    if last is None:
        return Link(gettext_lazy("Votes"), 0, reverse("evaluation:campaigns", args=[project.slug]))
    url = reverse("evaluation:campaign", args=[project.slug, last.pk])
    if best is None:
        return Link(gettext_lazy("Votes"), last.ballots.done().count(), url, last.name)
    return Link(gettext_lazy("Better or equal"), f"{best.better_or_equal:.0%}", url, best.model)


def waiting(project: Project) -> list[Link]:
    """What waits on annotators, on annotators once more, and on reviewers."""
    counts = state_counts(project)
    pairs = reverse("annotation:pairs", args=[project.slug])
    return [
        Link(gettext_lazy("wait for annotators"), counts[State.QUEUED], f"{pairs}?state=queued"),
        Link(
            gettext_lazy("sent back, to be mended"),
            counts[State.RETURNED],
            f"{pairs}?state=returned",
        ),
        Link(
            gettext_lazy("wait for reviewers"), counts[State.ANNOTATED], f"{pairs}?state=annotated"
        ),
        Link(
            gettext_lazy("dropped by the pre-filter"),
            counts[State.DROPPED],
            f"{pairs}?state=dropped",
        ),
    ]


def at_work(project: Project) -> QuerySet[User]:
    """Annotators who hold a pair at this moment."""
    holders = Claim.objects.of(project).filter(done_at=None, held_until__gte=timezone.now())
    return User.objects.filter(pk__in=holders.values("holder_id")).order_by("display_name")


def throughput(project: Project) -> charts.Chart:
    """Decisions of annotators on each of the last days."""
    today = timezone.localdate()
    days = [today - timedelta(days=back) for back in range(7 * WEEKS - 1, -1, -1)]
    made = Annotation.objects.filter(pair__project=project, created_at__date__gte=days[0])
    rows = made.values(day=TruncDate("created_at")).annotate(n=Count("id"))
    found = {row["day"]: row["n"] for row in rows}
    columns = [(day.strftime("%m-%d"), float(found.get(day, 0))) for day in days]
    return charts.columns(columns, title=_("Decisions a day"), axis=_("decisions"))


@login_required
@require_GET
def overview(request: Request, slug: str) -> HttpResponse:
    project = project_for(request, slug, Role.LEAD)
    context = {
        "room": "overview",
        "chain": chain(project),
        "waiting": waiting(project),
        "at_work": at_work(project),
        "decided": Annotation.objects.filter(pair__project=project).exists(),
        "release": Release.objects.filter(project=project).first(),
        "campaign": Campaign.objects.filter(project=project, state="closed")
        .order_by("-id")
        .first(),
        "jobs": project.jobs.live().order_by("-id"),
    }
    return render(request, "overview.html", context)


@login_required
@require_GET
def throughput_chart(request: Request, slug: str, form: str) -> HttpResponse:
    project = project_for(request, slug, Role.LEAD)
    return respond(request, throughput(project), form)
