"""The cast of the tests: who they are, what they may do, and the pairs they meet."""

from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from annotation import jobs, queue, workflow
from annotation.models import (
    Annotation,
    Batch,
    Claim,
    Job,
    Pair,
    Project,
    Response,
    Source,
    State,
)
from cqia.accounts.models import Membership, User
from cqia.accounts.roles import Role
from review import pipeline, releases
from review.decisions import Verdict, decide
from review.models import Release, Review

MakePair = Callable[..., Pair]
ClientOf = Callable[[User], Client]


def person(username: str, project: Project | None = None, *roles: Role, **fields: object) -> User:
    user = User(username=username, display_name=username.replace("_", " ").title(), **fields)
    user.set_unusable_password()
    user.save()
    for role in roles:
        assert project is not None
        Membership.objects.create(user=user, project=project, role=role)
    return user


@pytest.fixture
def project(db: None) -> Project:
    """No pair is drawn for the audit unless a test asks for it: which one would hang on its id."""
    return Project.objects.create(
        slug="tea", name="茶馆", audit_dropped_share=0, audit_kept_share=0
    )


@pytest.fixture
def annotator(project: Project) -> User:
    """Decides on pairs."""
    return person("annotator", project, Role.ANNOTATOR)


@pytest.fixture
def second_annotator(project: Project) -> User:
    """Decides on pairs at the same time."""
    return person("second_annotator", project, Role.ANNOTATOR)


@pytest.fixture
def reviewer(project: Project) -> User:
    """Reviews what annotators decided."""
    return person("reviewer", project, Role.REVIEWER)


@pytest.fixture
def lead(project: Project) -> User:
    """Imports, sets thresholds, freezes releases, opens campaigns."""
    return person("lead", project, Role.LEAD)


@pytest.fixture
def evaluator(project: Project) -> User:
    """Votes blind."""
    return person("evaluator", project, Role.EVALUATOR)


@pytest.fixture
def second_evaluator(project: Project) -> User:
    """Votes too, on the same comparisons."""
    return person("second_evaluator", project, Role.EVALUATOR)


@pytest.fixture
def outsider(db: None) -> User:
    """Signed in, member of nothing: must see nothing."""
    return person("outsider")


@pytest.fixture
def site_admin(db: None) -> User:
    """Lead of every project."""
    return person("site_admin", is_superuser=True, is_staff=True)


@pytest.fixture
def client_of() -> ClientOf:
    def client_of(user: User) -> Client:
        client = Client()
        client.force_login(user, "cqia.accounts.sessions.Backend")
        return client

    return client_of


@pytest.fixture
def source(project: Project) -> Source:
    return Source.objects.create(project=project, name="社区问答", recipe="cqia")


@pytest.fixture
def batch(source: Source) -> Batch:
    return Batch.objects.create(
        source=source,
        filename="raw.jsonl",
        path="raw.jsonl",
        sha256="0" * 64,
        size=0,
        kind="jsonl",
        encoding="utf-8",
    )


@pytest.fixture
def make_pair(batch: Batch) -> MakePair:
    """make_pair(instruction, *answers, state=…): a stored pair; queued ones have their free slots."""
    lines = count(1)

    def make_pair(
        instruction: str = "为什么绿茶不宜用沸水冲泡？",
        *answers: str,
        state: State = State.IMPORTED,
        **fields: object,
    ) -> Pair:
        pair = Pair.objects.create(
            project=batch.source.project,
            source=batch.source,
            batch=batch,
            line=next(lines),
            row_hash=uuid4(),
            content_hash=uuid4(),
            instruction=instruction,
            **fields,
        )
        for position, text in enumerate(
            answers or ("绿茶未经发酵，沸水会烫熟茶叶，使茶汤发黄发苦。",)
        ):
            Response.objects.create(pair=pair, text=text, origin="human", position=position)
        if state == State.QUEUED:
            workflow.move("queue", pair)
            queue.open_slots([pair.pk], pair.project)
        elif state == State.DROPPED:
            workflow.move("drop", pair, reason="length")
        elif state != State.IMPORTED:  # placed there without its past
            Pair.objects.filter(pk=pair.pk).update(state=state)
            pair.state = state
        return pair

    return make_pair


MakeAnnotated = Callable[..., Pair]


@pytest.fixture
def make_annotated(make_pair: MakePair, annotator: User) -> MakeAnnotated:
    """make_annotated(rewrite=…|reject=…, by=…): a pair decided on, accepted where nothing is said."""

    def make_annotated(
        *answers: str, rewrite: str = "", reject: str = "", by: User | None = None
    ) -> Pair:
        by = by or annotator
        pair = make_pair("为什么绿茶不宜用沸水冲泡？", *answers, state=State.QUEUED)
        claim = pair.claims.get()
        Claim.objects.filter(pk=claim.pk).update(holder=by, done_at=timezone.now())
        response = None if reject else pair.responses.earliest("position")
        verb = "reject" if reject else "accept"
        if rewrite:
            verb = "rewrite"
            response = Response.objects.create(
                pair=pair, text=rewrite, origin="human", author=by, parent=response
            )
        Annotation.objects.create(
            pair=pair,
            claim=claim,
            author=by,
            verb=verb,
            response=response,
            reasons=[reject] if reject else [],
            seconds=9,
        )
        workflow.move("annotate", pair, by)
        return pair

    return make_annotated


@pytest.fixture
def make_approved(make_annotated: MakeAnnotated, reviewer: User) -> MakeAnnotated:
    """make_approved(…): as make_annotated, and approved by the reviewer."""

    def make_approved(*answers: str, **decided: Any) -> Pair:
        pair = make_annotated(*answers, **decided)
        decide(reviewer, pair, Verdict(Review.Verb.APPROVE))
        pair.refresh_from_db()
        return pair

    return make_approved


MakeRelease = Callable[..., Release]


@pytest.fixture
def make_release(
    project: Project,
    lead: User,
    make_approved: MakeAnnotated,
    reviewer: User,
    settings: Any,
    tmp_path: Path,
) -> MakeRelease:
    """make_release([pair, …], **composition): a release of everything approved, with all its files.

    The pairs are approved first where they wait for it; one is made where there would be none.
    """
    settings.MEDIA_ROOT = tmp_path

    def make_release(pairs: Sequence[Pair] = (), **composition: Any) -> Release:
        for pair in pairs:
            if pair.state == State.ANNOTATED:
                decide(reviewer, pair, Verdict(Review.Verb.APPROVE))
        if not Pair.objects.filter(project=project, state=State.APPROVED).exists():
            make_approved()
        job = releases.ask_for(project, lead, "茶", composition or None)
        jobs.run(job.pk, pipeline.freeze)
        job.refresh_from_db()
        assert (job.state, job.code) == (Job.State.DONE, "")
        return Release.objects.get(job=job)

    return make_release
