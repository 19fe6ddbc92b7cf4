"""The committed assignment: nobody can move a ballot after the campaign has opened unseen.

When a campaign opens, SHA-256 over a nonce and one line a ballot is shown to everybody. When it
closes, the nonce and the lines are given out, and anybody can compute the hash again. The nonce, 256
random bits, keeps the assignment from being guessed and tried while the poll is open.
A commitment by hash as in Blum: Coin Flipping by Telephone (1981).
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from django.db import connection

from cqia.lib.errors import CqiaError
from evaluation.models import Ballot, Campaign, Matchup

PLANTED = "planted"  # stands for the model of a text that tries the voter


def digest(nonce: str, lines: Iterable[str]) -> str:
    """SHA-256, in hex, of the nonce and the lines, each ended by a line feed, as UTF-8."""
    found = hashlib.sha256(f"{nonce}\n".encode())
    for line in lines:
        found.update(f"{line}\n".encode())
    return found.hexdigest()


def lines(campaign: Campaign) -> Iterator[str]:
    """One canonical line of JSON a ballot, by its number: the place at which it was drawn."""
    names: dict[str, str] = campaign.figures.get("models", {})
    texts = _text_hashes(campaign)
    for row in Ballot.objects.filter(campaign=campaign).order_by("number").values(*_FIELDS):
        yield canonical(_line(row, names, texts))


def canonical(line: dict[str, Any]) -> str:
    """JSON with sorted keys and no spaces, its characters unescaped."""
    return json.dumps(line, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def holds(campaign: Campaign) -> bool:
    """Whether the ballots are as they were committed. Raises where nothing was."""
    if not campaign.commitment:
        raise CqiaError("no_commitment")
    return digest(campaign.nonce, lines(campaign)) == campaign.commitment


def written(campaign: Campaign) -> Iterator[str]:
    """The file that is given out at the close: a line with the nonce, then the lines of the ballots."""
    if campaign.state != Campaign.State.CLOSED:
        raise CqiaError("assignment_secret")
    if not campaign.commitment:
        raise CqiaError("no_commitment")
    head = canonical({"campaign": campaign.name, "nonce": campaign.nonce})
    return (f"{line}\n" for line in chain([head], lines(campaign)))


def digest_of_file(name: str, content: Iterable[str]) -> str:
    """The hash of such a file, computed from its text alone: no database is asked.

    Lines are read as JSON and written canonically again, so that a tool that re-ordered the keys or
    ended lines otherwise does no harm. Raises CqiaError naming the line that cannot be read.
    """
    numbered = enumerate(content, 1)
    first = next(numbered, (1, ""))[1]
    nonce = _read(name, 1, first).get("nonce")
    if not isinstance(nonce, str):
        raise CqiaError("assignment_no_nonce", {"file": name})
    return digest(
        nonce, (canonical(_read(name, at, line)) for at, line in numbered if line.strip())
    )


_FIELDS = (
    *("number", "slot", "kind", "first_is_left", "repeats__number", "matchup__prompt__key"),
    *("matchup__kind", "matchup__first_id", "matchup__first__model_id"),
    *("matchup__second_id", "matchup__second__model_id", "matchup__pk"),
)


def _line(row: dict[str, Any], names: dict[str, str], texts: dict[Any, str]) -> dict[str, Any]:
    first = (names[str(row["matchup__first__model_id"])], texts[row["matchup__first_id"]])
    second = (names[str(row["matchup__second__model_id"])], texts[row["matchup__second_id"]])
    if row["matchup__kind"] == Matchup.Kind.PLANTED:
        second = (PLANTED, texts["planted", row["matchup__pk"]])
    left, right = (first, second) if row["first_is_left"] else (second, first)
    line = {
        "ballot": row["number"],
        "prompt": row["matchup__prompt__key"],
        "kind": row["kind"],
        "slot": row["slot"],
        "left": left[0],
        "right": right[0],
        "left_text": left[1],
        "right_text": right[1],
    }
    return line if row["repeats__number"] is None else {**line, "repeats": row["repeats__number"]}


def _text_hashes(campaign: Campaign) -> dict[Any, str]:
    """SHA-256, in hex, of the texts compared: by answer, or ("planted", matchup)."""
    sha = "encode(sha256(convert_to({}, 'UTF8')), 'hex')"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, {sha.format('text')} FROM evaluation_answer WHERE id IN (SELECT first_id"
            " FROM evaluation_matchup WHERE campaign_id = %s UNION SELECT second_id"
            " FROM evaluation_matchup WHERE campaign_id = %s)",
            [campaign.pk, campaign.pk],
        )
        found: dict[Any, str] = dict(cursor.fetchall())
        cursor.execute(
            f"SELECT id, {sha.format('planted')} FROM evaluation_matchup"
            " WHERE campaign_id = %s AND kind = 'planted'",
            [campaign.pk],
        )
        found |= {("planted", pk): text for pk, text in cursor.fetchall()}
    return found


def _read(name: str, number: int, line: str) -> dict[str, Any]:
    try:
        read = json.loads(line)
    except ValueError:
        read = None
    if not isinstance(read, dict):
        raise CqiaError("assignment_unreadable", {"file": name, "line": number})
    return read
