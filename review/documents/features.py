"""The schema of a format, as the head of a dataset card and as Croissant say it."""

from typing import Any

import pyarrow as pa

_TYPES = {"double": "float64", "float": "float32", "large_string": "string"}
_CROISSANT = (
    (pa.types.is_boolean, "sc:Boolean"),
    (pa.types.is_integer, "sc:Integer"),
    (pa.types.is_floating, "sc:Float"),
)


def features(fields: pa.Schema | pa.StructType) -> list[dict[str, Any]]:
    """The columns in the YAML of `datasets` (`Features._to_yaml_list`)."""
    return [{"name": field.name, **_feature(field.type)} for field in fields]


def _feature(kind: pa.DataType) -> dict[str, Any]:
    if pa.types.is_struct(kind):
        return {"struct": features(kind)}
    if pa.types.is_list(kind):
        inner = _feature(kind.value_type)
        return {"list": inner.get("dtype") or inner.get("struct") or inner}
    return {"dtype": _TYPES.get(str(kind), str(kind))}


def croissant_fields(schema: pa.Schema, owner: str, source: str) -> list[dict[str, Any]]:
    """The columns as Croissant fields of the record set `owner`, read from the files `source`."""
    return [_field(field, f"{owner}/{field.name}", source, (field.name,)) for field in schema]


def _field(field: pa.Field, name: str, source: str, path: tuple[str, ...]) -> dict[str, Any]:
    kind, depth = field.type, 0
    while pa.types.is_list(kind):
        kind, depth = kind.value_type, depth + 1
    described: dict[str, Any] = {"@type": "cr:Field", "@id": name, "name": name}
    if depth:
        described |= {"isArray": True, "arrayShape": ",".join(["-1"] * depth)}
    if pa.types.is_struct(kind):
        described["subField"] = [
            _field(inner, f"{name}/{inner.name}", source, (*path, inner.name)) for inner in kind
        ]
        return described
    return {**described, "dataType": _croissant_type(kind), "source": _extract(source, path)}


def _croissant_type(kind: pa.DataType) -> str:
    return next((name for is_kind, name in _CROISSANT if is_kind(kind)), "sc:Text")


def _extract(source: str, path: tuple[str, ...]) -> dict[str, Any]:
    """A column, and below it the way into the structure that it holds."""
    found: dict[str, Any] = {"fileSet": {"@id": source}, "extract": {"column": path[0]}}
    if path[1:]:
        found["transform"] = {"jsonPath": ".".join(path[1:])}
    return found
