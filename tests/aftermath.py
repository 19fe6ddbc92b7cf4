"""What must be there after processes were killed: asked of the database of a running installation."""

from collections.abc import Callable
from time import sleep
from typing import Any

import psycopg

from tests.live import Installation


def of_project(slug: str) -> str:
    """The condition on a table with a project that it is this one; `slug` is ours."""
    return f"project_id = (SELECT id FROM annotation_project WHERE slug = '{slug}')"


def insistent(ask: Callable[[], Any]) -> Any:
    """Ask the database until it answers: it may just have been killed."""
    while True:
        try:
            return ask()
        except psycopg.OperationalError:
            sleep(0.1)


def every_decision_is_there_once(live: Installation, slug: str, answered: list[str]) -> None:
    """`answered`: the notes of the decisions whose success was told, none of them twice."""
    ours = f"pair.{of_project(slug)}"
    notes = live.rows(
        "SELECT note FROM annotation_annotation annotation"
        f" JOIN annotation_pair pair ON pair.id = annotation.pair_id WHERE {ours}"
    )
    assert sorted(note for (note,) in notes) == sorted(answered)
    assert len(set(answered)) == len(answered) > 100
    rewrites = (
        "SELECT count(*) FROM annotation_response response JOIN annotation_pair pair"
        f" ON pair.id = response.pair_id WHERE parent_id IS NOT NULL AND {ours}"
    )
    rewrote = (
        "SELECT count(*) FROM annotation_annotation annotation JOIN annotation_pair pair"
        f" ON pair.id = annotation.pair_id WHERE verb = 'rewrite' AND {ours}"
    )
    assert live.one(rewrites) == live.one(rewrote)
    doubled = "SELECT claim_id FROM annotation_annotation GROUP BY claim_id HAVING count(*) > 1"
    assert live.rows(doubled) == []
    undecided = (
        "SELECT claim.id FROM annotation_claim claim LEFT JOIN annotation_annotation annotation"
        " ON annotation.claim_id = claim.id"
        " WHERE (claim.done_at IS NOT NULL) <> (annotation.id IS NOT NULL)"
    )
    assert live.rows(undecided) == []


def the_history_leads_to_each_state(live: Installation) -> None:
    """From “imported”, each move begins where the last one ended, and the last one ends at the state."""
    broken = (
        "SELECT pair_id FROM (SELECT pair_id, before, lag(after, 1, 'imported')"
        " OVER (PARTITION BY pair_id ORDER BY id) AS last FROM annotation_transition) moves"
        " WHERE before <> last"
    )
    assert live.rows(broken) == []
    elsewhere = (
        "SELECT pair.id FROM annotation_pair pair LEFT JOIN LATERAL (SELECT after FROM"
        " annotation_transition move WHERE move.pair_id = pair.id ORDER BY id DESC LIMIT 1) last"
        " ON true WHERE pair.state <> coalesce(last.after, 'imported')"
    )
    assert live.rows(elsewhere) == []


def states_of(live: Installation, slug: str) -> dict[str, int]:
    """How many pairs there are in each state."""
    counts = "SELECT state, count(*) FROM annotation_pair"
    return dict(live.rows(f"{counts} WHERE {of_project(slug)} GROUP BY state"))
