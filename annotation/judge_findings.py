"""From judgements to findings: the score of a pair, and how far two judges are apart on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from annotation.judge_asking import Question
from annotation.models import Finding, Judgement, Pair, Project, State
from annotation.prefilter import lock, settle

CHECK, GAP = "judge", "judge_gap"


@dataclass(frozen=True)
class Said:
    score: float
    reason: str


def conclude(project: Project, questions: Sequence[Question], version: int) -> None:
    """Make findings of the pairs whose answers all judges have scored, and decide on them.

    The score of an answer is the mean of its judges' scores, that of a pair the best of its
    answers', as everywhere in the pre-filter. A judge that failed is never guessed for.
    """
    wanted = {question.pair_id: question.hashes for question in questions}
    if not wanted:
        return
    said = _said(list(wanted))
    findings = [
        Finding(
            pair_id=pair_id,
            project=project,
            check_id=check_id,
            version=version,
            score=score,
            evidence=evidence,
        )
        for pair_id, answers in wanted.items()
        for check_id, score, evidence in _found(pair_id, answers, said)
    ]
    with transaction.atomic():
        lock(project)
        Finding.objects.filter(pair__in=list(wanted), check_id__in=(CHECK, GAP)).delete()
        Finding.objects.bulk_create(findings)
        # Pairs that the rule checks have not seen yet wait: those decide first.
        seen = Pair.objects.filter(pk__in=list(wanted)).exclude(state=State.IMPORTED)
        settle(project, list(seen.values_list("pk", flat=True)))


def _said(ids: Sequence[int]) -> dict[tuple[int, int, str], Said]:
    """The scores by pair, judge and hash."""
    judged = Judgement.objects.filter(pair__in=ids, score__isnull=False)
    rows = judged.values_list("pair", "judge", "payload_hash", "score", "reason")
    return {
        (pair_id, judge, one): Said(score or 0.0, reason)
        for pair_id, judge, one, score, reason in rows
    }


def _found(
    pair_id: int, answers: Sequence[Mapping[int, str]], said: dict[tuple[int, int, str], Said]
) -> list[tuple[str, float, str]]:
    """(check, score, evidence) of one pair: nothing where a score is missing."""
    panels = [
        [said.get((pair_id, judge, one)) for judge, one in sorted(hashes.items())]
        for hashes in answers
    ]
    full = [[one for one in panel if one is not None] for panel in panels]
    if not full or any(
        len(panel) < len(hashes) for panel, hashes in zip(full, answers, strict=True)
    ):
        return []
    best = max(full, key=_mean)
    reasons = dict.fromkeys(one.reason for one in best if one.reason)
    found = [(CHECK, _mean(best), " / ".join(reasons))]
    if len(best) > 1:
        scores = [one.score for one in best]
        shown = " / ".join(f"{score:.1f}" for score in scores)
        found.append((GAP, max(scores) - min(scores), shown))
    return found


def _mean(panel: Sequence[Said]) -> float:
    return sum(one.score for one in panel) / len(panel)
