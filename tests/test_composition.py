"""Compositions as JSON: read, written, and refused with the field that is at fault."""

from typing import Any

import pytest

from cqia.lib.errors import CqiaError
from review.composition import Body

WHOLE: dict[str, Any] = {
    "query": {
        "rejected": True,
        "sources": ["知乎", "豆瓣"],
        "tasks": ["问答"],
        "domains": [],
        "licences": ["CC-BY-4.0"],
        "verbs": ["accept", "fix"],
        "checks": {"judge": {"low": 3, "high": None}},
        "agreement": 0.5,
        "since": "2026-01-31",
        "until": None,
    },
    "mixture": {
        "by": "source",
        "unit": "tokens",
        "parts": {"知乎": 2, "豆瓣": 1},
        "sizes": False,
        "total": 1000,
        "most_copies": 3,
    },
    "split": {"validation": 0.05, "test": 0.1},
    "order": "shuffled",
    "seed": "茶",
    "dated": "2026-02-01",
    "use": "open",
    "formats": ["alpaca", "cqia"],
    "shard_rows": 100,
    "compress": True,
    "chat_template": "qwen",
}


def test_it_reads_what_it_writes() -> None:
    assert Body.from_json(WHOLE).to_json() == WHOLE


def test_it_takes_everything_approved_where_nothing_is_said() -> None:
    assert Body.from_json({}) == Body()
    assert Body.from_json(Body().to_json()) == Body()


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ([], "composition_shape", "composition"),
        ({"sources": []}, "composition_unknown", "composition.sources"),
        ({"query": {"sources": "知乎"}}, "composition_shape", "sources"),
        ({"query": {"sources": ["a\x00b"]}}, "bad_text", "sources"),
        ({"query": {"sources": ["\ud800"]}}, "bad_text", "sources"),
        ({"query": {"checks": {"judge": 3}}}, "composition_shape", "checks"),
        ({"query": {"checks": {"judge": {"low": 4, "high": 3}}}}, "composition_range", "judge"),
        ({"query": {"checks": {"judge": {"low": float("nan")}}}}, "composition_shape", "low"),
        ({"query": {"agreement": 1.5}}, "composition_range", "agreement"),
        ({"query": {"verbs": ["skip"]}}, "unknown_value", "verbs"),
        ({"query": {"since": "31.1.2026"}}, "composition_day", "since"),
        (
            {"query": {"since": "2026-02-01", "until": "2026-01-01"}},
            "composition_range",
            "since",
        ),
        ({"mixture": {"by": "people", "parts": {"a": 1}}}, "unknown_value", "by"),
        ({"mixture": {"parts": {"a": -1}}}, "composition_range", "a"),
        ({"mixture": {"parts": {"a": 1}, "total": 1.5}}, "composition_range", "total"),
        ({"mixture": {"parts": {"a": True}}}, "composition_shape", "a"),
        ({"seed": "x" * 65}, "bad_text", "seed"),
        ({"formats": ["word"]}, "unknown_value", "formats"),
        ({"compress": "yes"}, "composition_shape", "compress"),
    ],
)
def test_it_names_the_field_that_is_at_fault(given: object, code: str, field: str) -> None:
    with pytest.raises(CqiaError) as caught:
        Body.from_json(given)
    assert (caught.value.code, caught.value.params["field"]) == (code, field)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"query": {"checks": {"taste": {"low": 1}}}}, "unknown_check"),
        ({"mixture": {"parts": {"a": 0}}}, "mixture_empty"),
        ({"split": {"validation": 0.5, "test": 0.5}}, "split_too_much"),
    ],
)
def test_it_refuses_what_makes_no_sense(given: object, code: str) -> None:
    with pytest.raises(CqiaError) as caught:
        Body.from_json(given)
    assert caught.value.code == code
