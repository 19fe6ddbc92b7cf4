"""The learned model on real decisions: what reviewers of Better-Ruozhiba edited, and what they kept.

`pytest -m realdata -s tests/test_quality_real.py` prints the figures of docs/checks.md.
"""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest

from annotation.checks import TEXT_CHECKS, Text
from annotation.quality_fit import Fit, fit, groups_of
from annotation.quality_scores import check_features, side
from annotation.quality_training import LEAST, check_scales, feature_matrix
from annotation.quality_words import learn
from annotation.texts import Whole
from cqia.lib.grams import letters
from tests.candidates import FOLDER

REVISIONS = FOLDER / "revisions_better_ruozhiba.jsonl"
PUBLISHED = FOLDER / "candidates_better_ruozhiba.jsonl"
WIKI = FOLDER / "candidates_cqia_wiki.jsonl"
SEED = 20240401

pytestmark = [
    pytest.mark.realdata,
    pytest.mark.skipif(
        not REVISIONS.exists(), reason="CQIA_REAL_DATA names no folder with revisions_….jsonl"
    ),
]


def rows_of(path: Any) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def text_of(row: dict[str, Any]) -> Text:
    return Text(row["instruction"], (row["output"],))


def decisions() -> tuple[list[Text], list[bool]]:
    """Every answer that reviewers changed or threw away, and every one that they let stand."""
    worked: dict[str, Text] = {}
    touched = set()
    for row in rows_of(REVISIONS):
        before, after = row["before"], row["after"]
        touched |= {letters(one["instruction"]) for one in (before, after) if one}
        if after is None or after["output"] != before["output"]:
            worked.setdefault(letters(before["instruction"] + before["output"]), text_of(before))
    kept = [
        text_of(row) for row in rows_of(PUBLISHED) if letters(row["instruction"]) not in touched
    ]
    return [*worked.values(), *kept], [False] * len(worked) + [True] * len(kept)


def taught(texts: list[Text], kept: list[bool]) -> tuple[Fit, list[str]]:
    """The model of the project on these texts, and the names of its columns."""
    sides = [side(Whole(text.prompt, text.answers)) for text in texts]
    scores = {
        place: {check.id: check.measure(text).score for check in TEXT_CHECKS}
        for place, text in enumerate(texts)
    }
    vocabulary, checks = learn(sides), check_scales([*scores.values()])
    found = check_features(checks, scores, range(len(texts)))
    features = feature_matrix(vocabulary, sides, found)
    names = [f"{place}:{word}" for place in ("q", "a") for word in vocabulary.words]
    names += [check["check"] for check in checks]
    groups = groups_of([prompt for prompt, _ in sides])
    return fit(features, np.array(kept), groups, SEED), names


@cache
def revised() -> tuple[Fit, list[str]]:
    return taught(*decisions())


def tell(title: str, found: Fit, names: list[str]) -> None:
    report, order = found.report, np.argsort(found.weights)
    print(f"\n{title}: {report.rows} rows, {report.positive} kept, {report.groups} groups")
    print(f"  AUC {report.auc:.3f}, folds {[round(auc, 3) for auc in report.auc_folds]}")
    print(f"  Brier {report.brier:.4f} against {report.brier_baseline:.4f}")
    print(f"  right {report.correct:.3f} against {report.correct_baseline:.3f}")
    for line, precision, recall in report.curve[:: max(1, len(report.curve) // 12)]:
        print(f"  at {line:.2f}: precision {precision:.3f}, recall {recall:.3f}")
    for said, came, count in report.bins:
        print(f"  said {said:.3f}, came true {came:.3f} of {count}")
    print("  raising:", [names[at] for at in order[::-1][:20]])
    print("  lowering:", [names[at] for at in order[:20]])


def test_it_learns_something_of_what_reviewers_leave_alone() -> None:
    found, names = revised()
    tell("Better-Ruozhiba", found, names)
    assert found.report.rows > LEAST
    assert 0.57 < found.report.auc < 0.72
    assert min(found.report.auc_folds) > 0.5
    assert found.report.brier < found.report.brier_baseline


def test_its_chances_come_true_within_a_tenth_on_average() -> None:
    bins = revised()[0].report.bins
    assert np.mean([abs(said - came) for said, came, _ in bins]) < 0.1


def test_it_finds_nothing_where_decisions_are_drawn_by_lot() -> None:
    texts, kept = decisions()
    shuffled = np.random.default_rng(1).permutation(kept)
    found, names = taught(texts, shuffled.tolist())
    tell("Decisions drawn by lot", found, names)
    assert found.report.auc == pytest.approx(0.5, abs=0.05)


def test_it_would_learn_the_source_from_human_verified() -> None:
    """Nearly every file of COIG-CQIA is verified as a whole or not at all: that is no decision on a pair."""
    rows = list(rows_of(WIKI))
    found, names = taught([text_of(row) for row in rows], [row["human_verified"] for row in rows])
    tell("human_verified of wiki", found, names)
    assert found.report.auc > 0.97
