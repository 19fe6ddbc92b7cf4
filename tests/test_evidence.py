"""What a browser told of the writing: kept within bounds, and never a reason to refuse."""

import json

import pytest

from annotation import evidence
from annotation.models import Annotation


def kept(raw: object, seconds: float = 60.0) -> Annotation:
    annotation = Annotation(seconds=seconds)
    evidence.keep(annotation, raw)
    return annotation


def test_it_keeps_what_was_counted() -> None:
    told = {"active_s": 41.5, "typed": 3, "pasted": 10, "composed": 27}
    annotation = kept(json.dumps(told))
    assert annotation.active_seconds == 41.5
    assert annotation.writing == {"typed": 3, "pasted": 10, "composed": 27}
    assert kept(told).writing == annotation.writing


def test_the_clock_is_the_upper_bound_of_the_time_at_work() -> None:
    assert kept({"active_s": 3_600}, seconds=60.0).active_seconds == 60.0


@pytest.mark.parametrize(
    "raw",
    ["", "{", "[1]", "null", "[" * 100_000, 7, None, {"active_s": "9", "typed": -1}, '{"active_s": NaN}',
     {"active_s": True, "typed": None, "pasted": [1]}],
    ids=["empty", "cut", "list", "null", "deep", "number", "none", "wrong", "nan", "types"],
)  # fmt: skip
def test_what_is_no_count_counts_for_nothing(raw: object) -> None:
    annotation = kept(raw)
    assert (annotation.active_seconds, annotation.writing) == (None, None)


def test_an_impossible_number_is_cut() -> None:
    assert kept('{"typed": 1e999}').writing == {"typed": 10_000_000, "pasted": 0, "composed": 0}


def test_shares_are_of_all_that_was_written() -> None:
    writing = evidence.writing_of(kept({"typed": 10, "pasted": 30, "composed": 60}))
    assert writing is not None
    shares = (writing.typed_share, writing.pasted_share, writing.composed_share)
    assert shares == (0.1, 0.3, 0.6)
    assert evidence.writing_of(kept("")) is None
