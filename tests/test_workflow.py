import threading

import pytest
from django.db import DatabaseError, connection

from annotation.models import Pair, State, Transition
from annotation.workflow import MOVES, StaleState, Wanted, move, move_many
from cqia.accounts.models import User
from tests.cast import MakePair


@pytest.mark.parametrize("verb", MOVES)
def test_it_moves_from_every_state_the_table_names(verb: str, make_pair: MakePair) -> None:
    for before in MOVES[verb].before:
        pair = make_pair(state=before)
        move(verb, pair)
        assert Pair.objects.get(pk=pair.pk).state == MOVES[verb].after


@pytest.mark.parametrize("verb", MOVES)
def test_it_refuses_every_other_state(verb: str, make_pair: MakePair) -> None:
    for before in set(State) - set(MOVES[verb].before):
        pair = make_pair(state=before)
        with pytest.raises(StaleState):
            move(verb, pair)
        assert Pair.objects.get(pk=pair.pk).state == before


def test_it_writes_who_moved_what_and_why(make_pair: MakePair, lead: User) -> None:
    pair = make_pair(state=State.IMPORTED)
    move("drop", pair, lead, reason="length", note="3 characters")
    row = Transition.objects.get(pair=pair)
    assert (row.verb, row.before, row.after) == ("drop", "imported", "dropped")
    assert (row.actor, row.reason, row.note) == (lead, "length", "3 characters")


def test_it_moves_many_and_leaves_the_others_alone(make_pair: MakePair) -> None:
    here, elsewhere = make_pair(), make_pair(state=State.APPROVED)
    assert move_many("drop", [Wanted(here.pk, "length"), Wanted(elsewhere.pk)]) == [here.pk]
    assert Pair.objects.get(pk=elsewhere.pk).state == State.APPROVED
    assert not Transition.objects.filter(pair=elsewhere).exists()


def test_its_history_cannot_be_changed(make_pair: MakePair) -> None:
    pair = make_pair()
    move("drop", pair, reason="length")
    with pytest.raises(DatabaseError, match="never changed"):
        Transition.objects.filter(pair=pair).update(reason="other")


@pytest.mark.django_db(transaction=True)
def test_of_two_who_decide_at_once_one_wins(make_pair: MakePair) -> None:
    pair = make_pair()
    outcomes: list[str] = []
    gate = threading.Barrier(2)

    def decide(verb: str) -> None:
        gate.wait()
        try:
            move(verb, Pair(pk=pair.pk))
            outcomes.append(verb)
        except StaleState:
            outcomes.append("stale")
        finally:
            connection.close()

    threads = [threading.Thread(target=decide, args=[verb]) for verb in ("queue", "queue")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["queue", "stale"]
    assert Transition.objects.filter(pair=pair).count() == 1
