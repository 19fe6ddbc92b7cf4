"""Models to and from statements that run with every request, past the building of a query.

`Model.objects.raw` and `Model.save` work out anew, each time, which column is which field; that takes
longer than to run the short statements a page asks (benchmarks/workbench.py). Here it is worked out
once for each statement.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple, TypeVar

from django.db import connection
from django.db.models import Model

M = TypeVar("M", bound=Model)


class _Plan(NamedTuple):
    """Which column is which field."""

    names: list[str]  # of the fields' attributes
    values: Callable[[tuple[Any, ...]], tuple[Any, ...]]  # of the fields, in the model's order
    converters: list[tuple[int, Callable[..., Any]]]  # of the fields that are stored otherwise
    beside: list[tuple[str, int]]  # columns that are no field


_plans: dict[tuple[type[Model], str], _Plan] = {}


def read(
    model: type[M], sql: str, values: Sequence[Any] | Mapping[str, Any] | None = None
) -> list[M]:
    """What a statement returns: all columns of the model, by name; others become attributes."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        found = cursor.fetchall()
        if not found:
            return []
        plan = _plans.get((model, sql))
        if plan is None:
            plan = _plans[model, sql] = _planned(model, [each.name for each in cursor.description])
    return [_made(model, plan, row) for row in found]


def first(
    model: type[M], sql: str, values: Sequence[Any] | Mapping[str, Any] | None = None
) -> M | None:
    return next(iter(read(model, sql, values)), None)


def _planned(model: type[Model], columns: list[str]) -> _Plan:
    fields = model._meta.concrete_fields
    own = {field.column for field in fields}
    converters = [
        (place, convert)
        for place, field in enumerate(fields)
        for convert in field.get_db_converters(connection)
    ]
    return _Plan(
        [field.attname for field in fields],
        itemgetter(*(columns.index(str(field.column)) for field in fields)),
        converters,
        [(name, place) for place, name in enumerate(columns) if name not in own],
    )


def _made(model: type[M], plan: _Plan, row: tuple[Any, ...]) -> M:
    values = plan.values(row)
    if plan.converters:
        held = list(values)
        for place, convert in plan.converters:
            held[place] = convert(held[place], None, connection)
        values = tuple(held)
    made = model.from_db(connection.alias, plan.names, values)
    for name, place in plan.beside:
        setattr(made, name, row[place])
    return made


def insert(made: Model) -> None:
    """Store a new row, as `save(force_insert=True)` does, but without signals; sets its `pk`."""
    sql, fields = _inserting(type(made))
    values = [field.get_db_prep_save(field.pre_save(made, True), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        made.pk = cursor.fetchone()[0]
    made._state.adding, made._state.db = False, connection.alias


@lru_cache(maxsize=64)
def _inserting(model: type[Model]) -> tuple[str, list[Any]]:
    key = model._meta.pk
    fields = [field for field in model._meta.concrete_fields if field is not key]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    places = ", ".join(["%s"] * len(fields))
    table = model._meta.db_table
    return f'INSERT INTO "{table}" ({columns}) VALUES ({places}) RETURNING {key.column}', fields
