"""Prompt sets drawn from data that no model was trained on."""

from collections.abc import Callable
from typing import Any

import pytest

from annotation.models import Pair, Project
from cqia.accounts.models import AuditEntry, User
from cqia.lib.errors import CqiaError
from evaluation import held_out
from evaluation.held_out import APPROVED, Draw
from evaluation.models.prompt import TURNS_APART

Make = Callable[..., Any]


@pytest.fixture
def spare(make_approved: Make) -> list[Pair]:
    """Five approved pairs that no release holds."""
    pairs = [make_approved(f"答{n}") for n in range(5)]
    for pair, kind in zip(pairs, "绿红黑白黄", strict=True):
        Pair.objects.filter(pk=pair.pk).update(instruction=f"{kind}茶怎样泡？")
    return pairs


def test_it_offers_approved_pairs_that_no_release_holds(
    project: Project, spare: list[Pair]
) -> None:
    (field,) = held_out.fields(project)
    assert (field.key, field.rows) == (APPROVED, 5)


def test_it_draws_the_same_prompts_with_the_same_seed(
    project: Project, spare: list[Pair], lead: User
) -> None:
    sets = [
        held_out.draw(project, Draw(name, APPROVED, 3, seed), lead)
        for name, seed in [("a", 1), ("b", 1), ("c", 2)]
    ]
    first, same, other = [
        list(each.prompts.order_by("pk").values_list("key", flat=True)) for each in sets
    ]
    assert first == same
    assert len(first) == 3
    assert first != other
    assert sets[0].origin["seed"] == 1


def test_it_takes_instruction_input_and_answer(
    project: Project, make_approved: Make, lead: User
) -> None:
    pair = make_approved("甲")
    Pair.objects.filter(pk=pair.pk).update(
        instruction="写诗", input="题目：春", history=[["早", "早上好"]], task_major=["写作"]
    )
    (prompt,) = held_out.draw(project, Draw("s", APPROVED, 9), lead).prompts.all()
    assert prompt.turns == ["早", "写诗\n\n题目：春"]
    assert prompt.text == f"早{TURNS_APART}写诗\n\n题目：春"
    assert (prompt.category, prompt.reference, prompt.key) == ("写作", "甲", f"pair-{pair.pk}")
    entry = AuditEntry.objects.get(action="prompts drawn")
    assert (entry.details["name"], entry.details["count"]) == ("s", 1)


def test_it_leaves_out_what_is_asked_in_training(
    project: Project, make_release: Make, make_approved: Make, lead: User
) -> None:
    trained = make_approved("甲")
    make_release()
    alike, other = make_approved("乙"), make_approved("丙")
    Pair.objects.filter(pk=alike.pk).update(instruction=trained.instruction, input=trained.input)
    Pair.objects.filter(pk=other.pk).update(instruction="红茶怎样泡？")
    drawn = held_out.draw(project, Draw("s", APPROVED, 9), lead)
    assert list(drawn.prompts.values_list("key", flat=True)) == [f"pair-{other.pk}"]
    assert drawn.origin["left_out"] == 1


def test_it_draws_the_split_of_a_release(
    project: Project, spare: list[Pair], make_release: Make, lead: User
) -> None:
    release = make_release(split={"test": 0.4})
    (field,) = held_out.fields(project)
    assert (field.key, field.rows) == (f"{release.pk}:test", 2)
    drawn = held_out.draw(project, Draw("s", field.key, 9), lead)
    held = release.items.filter(split="test").values_list("pair", flat=True)
    assert set(drawn.prompts.values_list("key", flat=True)) == {f"pair-{pk}" for pk in held}


@pytest.mark.parametrize(
    ("key", "name", "code"),
    [("1:test", "s", "nothing_held_out"), (APPROVED, "taken", "prompt_set_taken")],
)
def test_it_says_why_nothing_is_drawn(
    project: Project, spare: list[Pair], lead: User, key: str, name: str, code: str
) -> None:
    held_out.draw(project, Draw("taken", APPROVED, 1), lead)
    with pytest.raises(CqiaError) as caught:
        held_out.draw(project, Draw(name, key, 1), lead)
    assert caught.value.code == code
