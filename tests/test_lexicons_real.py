"""A public list of advertising words on real files: what word boundaries keep out, and that no such
list may drop pairs unread."""

from pathlib import Path

import pytest

from annotation import lexicons
from annotation.checks.sensitive import Sensitive
from annotation.lexicons import Content
from annotation.models import Project
from cqia.accounts.models import User
from tests.candidates import FILES, FOLDER, MISSING, texts

LIST = FOLDER / "lexicon_advertising.txt"
SAMPLED = 150  # pairs of a file

pytestmark = [
    pytest.mark.realdata,
    pytest.mark.django_db,
    pytest.mark.skipif(not (FILES and LIST.exists()), reason=MISSING),
]


def read(path: Path) -> list[str]:
    found = lexicons.listed(lexicons.decoded(path.read_bytes()))
    assert found.faults == []
    return found.words


def test_it_hits_less_than_substrings_and_drops_next_to_nothing(
    project: Project, lead: User
) -> None:
    words = read(LIST)
    lexicons.create(project, lead, "广告", "advertising", Content(words, weight=0.5))
    measure = Sensitive().measurer(project.pk)
    sample = [text for path in FILES for text in list(texts(path))[:SAMPLED]]
    scores = [measure(text).score for text in sample]
    hit = sum(score > 0 for score in scores)
    substrings = sum(any(word.lower() in text.whole.lower() for word in words) for text in sample)
    assert 0 < hit < 0.9 * substrings
    assert sum(score > 1 for score in scores) <= 0.002 * len(sample)
    assert not Sensitive.enabled
