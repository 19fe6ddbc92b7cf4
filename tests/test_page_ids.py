"""An id names one element of a page: labels, help texts and keys find theirs by it."""

import re
from collections import Counter

import pytest

from annotation.models import State
from cqia.accounts.models import User
from tests.cast import ClientOf, MakePair


@pytest.mark.parametrize(
    "page",
    ["", "sources/", "sources/import", "prefilter/", "pairs/", "releases/", "evaluate/", "evaluate/new", "settings/"],
)  # fmt: skip
def test_no_id_is_given_twice(
    page: str, lead: User, client_of: ClientOf, make_pair: MakePair
) -> None:
    make_pair(state=State.APPROVED)
    html = client_of(lead).get(f"/p/tea/{page}").content.decode()
    ids = Counter(re.findall(r'\sid="([^"]+)"', html))
    assert [name for name, count in ids.items() if count > 1] == []
