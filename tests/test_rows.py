"""Rows as models, as the ORM would make and store them."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction

from annotation.models import Draft, Project, Response
from cqia.accounts.models import User
from cqia.lib import rows
from tests.cast import MakePair

pytestmark = pytest.mark.django_db

_DRAFTS = f"SELECT draft.*, 1 + 1 AS two FROM {Draft._meta.db_table} draft WHERE author_id = %s"


def test_it_reads_what_the_orm_reads(make_pair: MakePair, annotator: User) -> None:
    stored = Draft.objects.create(
        pair=make_pair(), author=annotator, fields={"text": "茶", "places": {"1": 2}}, revision=7
    )
    (read,) = rows.read(Draft, _DRAFTS, [annotator.pk])
    known = Draft.objects.get(pk=stored.pk)
    names = [field.attname for field in Draft._meta.concrete_fields]
    assert [getattr(read, name) for name in names] == [getattr(known, name) for name in names]
    assert vars(read)["two"] == 2
    read.revision = 8
    read.save()  # it is a row that is there
    assert Draft.objects.get().revision == 8


def test_it_tells_nothing_from_something(annotator: User) -> None:
    assert rows.read(Draft, _DRAFTS, [annotator.pk]) == []
    assert rows.first(Draft, _DRAFTS, [annotator.pk]) is None


def test_each_statement_has_its_own_columns(project: Project) -> None:
    table = Project._meta.db_table
    some = rows.first(Project, f"SELECT project.*, 1 AS one FROM {table} project")
    turned = rows.first(Project, f"SELECT 1 AS one, 2 AS two, project.* FROM {table} project")
    assert some is not None
    assert turned is not None
    assert some.slug == turned.slug == project.slug
    assert vars(turned)["two"] == 2


def test_it_stores_as_the_orm_does(make_pair: MakePair, annotator: User) -> None:
    pair = make_pair()
    answer = Response(pair=pair, text="浓茶", origin=Response.Origin.HUMAN, author=annotator)
    before = datetime.now(UTC)
    rows.insert(answer)
    stored = Response.objects.get(pk=answer.pk)
    assert stored.text == "浓茶"
    assert stored.created_at >= before
    answer.text = "淡茶"
    answer.save()
    assert Response.objects.get(pk=answer.pk).text == "淡茶"


def test_a_broken_row_is_refused_by_the_database(annotator: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.insert(Draft(author=annotator))
