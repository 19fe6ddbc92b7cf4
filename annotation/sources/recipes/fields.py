"""Reading one field of a record. From CSV everything comes as text, so lists may be JSON or 甲;乙."""

import re
from typing import Any

import orjson

from annotation.sources.recipes.mapped import Record, Refused
from cqia.lib.errors import type_of

# What the published files write where they have nothing to say.
PLACEHOLDERS = frozenset({"暂无元数据信息", "暂无版权及作者信息"})
ORIGINS = frozenset({"human", "llm", "expert"})

_YES = frozenset({"true", "1", "yes", "是"})
_NO = frozenset({"", "false", "0", "no", "否"})
_SEPARATORS = re.compile("[;；]")


def required_text(record: Record, name: str) -> str:
    if name not in record:
        raise Refused("missing_field", name)
    return filled(record[name], name)


def filled(value: object, name: str) -> str:
    """A text that says something."""
    if type(value) is not str:
        raise _wrong_type(name, "text", value)
    if not value or value.isspace():
        raise Refused("empty_field", name)
    return value


def optional_text(record: Record, name: str) -> str:
    value = record.get(name)
    if value is None:
        return ""
    if type(value) is not str:
        raise _wrong_type(name, "text", value)
    return value


def note(record: Record, name: str) -> str:
    """A remark in any form: text as it is, anything else as JSON; placeholders say nothing."""
    value = record.get(name)
    if value is None or value in ("", [], {}):
        return ""
    if type(value) is not str:
        return orjson.dumps(value).decode()
    return "" if value in PLACEHOLDERS else value


def truth(record: Record, name: str) -> bool:
    value = record.get(name)
    if value is None or type(value) is bool:
        return bool(value)
    text = str(value).strip().lower()
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise _wrong_type(name, "truth", value)


def texts(value: object, name: str) -> list[str]:
    """A list of texts, without empty ones."""
    if not value:
        return []
    found = structured(value) if type(value) is str else value
    if type(found) is str:
        found = _SEPARATORS.split(found)
    if type(found) is not list:
        raise _wrong_type(name, "list", found)
    for item in found:
        if type(item) is not str:
            raise _wrong_type(name, "text", item)
    return [item.strip() for item in found if item and not item.isspace()]


def task_types(record: Record) -> tuple[list[str], list[str]]:
    """`task_type`: {"major": […], "minor": […]}; a bare text or list is the major type."""
    value = record.get("task_type")
    found = structured(value) if type(value) is str else value
    if type(found) is not dict:
        return texts(found, "task_type"), []
    return (
        texts(found.get("major"), "task_type.major"),
        texts(found.get("minor"), "task_type.minor"),
    )


def turns(record: Record, name: str) -> list[list[str]]:
    """Earlier turns: [[question, answer], …]."""
    value = record.get(name)
    found = structured(value) if type(value) is str else value
    if not found:
        return []
    if type(found) is not list:
        raise _wrong_type(name, "list", found)
    for place, turn in enumerate(found, 1):
        if type(turn) is not list:
            raise _wrong_type(f"{name}[{place}]", "list", turn)
        if len(turn) != 2 or not all(type(text) is str for text in turn):
            raise Refused("bad_turn", f"{name}[{place}]")
    return found


def origin(value: object, name: str) -> str:
    """Who wrote an answer; empty where the source does not say."""
    if value is None or value == "":
        return ""
    if type(value) is not str:
        raise _wrong_type(name, "text", value)
    key = value.strip().lower()
    if key not in ORIGINS:
        raise Refused("unknown_value", name, found=value[:80])
    return key


def structured(value: str) -> Any:
    """The list or object that a text holds as JSON; else the text itself."""
    if value.lstrip()[:1] not in ("[", "{"):
        return value
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        return value


def _wrong_type(name: str, expected: str, value: object) -> Refused:
    return Refused("wrong_type", name, expected=expected, found=type_of(value))
