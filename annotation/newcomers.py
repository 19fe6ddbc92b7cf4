"""Pairs that are measured together among all others: their texts, and the MinHash keys under which they
are met (cqia.lib.minhash), each read or made once, however many checks ask."""

from collections.abc import Sequence
from functools import cached_property

from annotation.texts import Whole, whole_texts
from cqia.lib.minhash import band_keys, shingles

# What is compared, by the check that does it; the place of each goes into the keys.
SCOPES = ("near_pair", "near_prompt", "near_answer")
TELLING = 20  # characters of an answer from which its coming again says something

Keys = dict[int, list[int]]  # by pair; a pair without a text to compare has none


class Newcomers:
    """Pairs of one project, by their ids."""

    def __init__(self, project_id: int, ids: Sequence[int]) -> None:
        self.project_id = project_id
        self.ids = list(ids)
        self._keys: dict[str, Keys] = {}

    @cached_property
    def texts(self) -> dict[int, Whole]:
        return whole_texts(self.ids)

    def keys(self, check_id: str) -> Keys:
        """The keys of what one of SCOPES compares."""
        if check_id not in self._keys:
            self._keys[check_id] = self._make_keys(check_id)
        return self._keys[check_id]

    def _make_keys(self, check_id: str) -> Keys:
        texts = {pk: compared(check_id, whole)[0] for pk, whole in self.texts.items()}
        sets = {pk: found for pk, text in texts.items() if len(found := shingles(text))}
        salt = self.project_id * len(SCOPES) + SCOPES.index(check_id)
        return dict(zip(sets, band_keys(list(sets.values()), salt).tolist(), strict=True))


def compared(check_id: str, whole: Whole) -> tuple[str, ...]:
    """What of a pair a check compares; where it is more than one text, each must be alike.

    The answers of a pair count twice, as other answers to the same long question are no duplicates.
    Short answers alone are not compared: a number or a “yes” answers many questions.
    """
    answers = "\n".join(whole.answers)
    if check_id == "near_prompt":
        return (whole.prompt,)
    if check_id == "near_answer":
        return (answers if len(answers) >= TELLING else "",)
    return f"{whole.prompt}\n{answers}", answers
