"""What a release says of each chosen pair: read in one pass, and written as canonical JSON."""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import combinations
from typing import Any, NamedTuple

import orjson
from django.db import connection

from annotation.models import Annotation, Claim, Finding, Pair, Response, Source
from cqia.accounts.models import User
from cqia.lib import merkle
from cqia.lib.diff import diff, summary
from cqia.lib.tokens import count_tokens
from review.exports.cqia import FIELDS
from review.models import Review

_ONCE = 1000
# Everything of one pair, by the row of `chosen` (review.composing). json, not jsonb: texts as they are.
_SQL = f"""
SELECT chosen.kind, chosen.split, chosen.copy, pair.id, chosen.response_id, source.name,
       source.licence, coalesce(review.instruction, pair.instruction),
       coalesce(review.input, pair.input), pair.task_major, pair.task_minor, pair.domain,
       pair.metadata, pair.copyright, pair.system, pair.history::json,
       review.instruction <> pair.instruction OR review.input <> pair.input,
       (SELECT json_agg(json_build_array(answer.id, answer.text, answer.origin, answer.model,
                                         answer.parent_id, author.username)
                        ORDER BY answer.position, answer.id)
          FROM {Response._meta.db_table} answer
          LEFT JOIN {User._meta.db_table} author ON author.id = answer.author_id
         WHERE answer.pair_id = pair.id),
       (SELECT json_agg(json_build_array(author.username, last.verb, last.response_id, last.tiers,
                                         last.all_bad, last.reasons, last.tag, last.flaw)
                        ORDER BY author.username COLLATE "C")
          FROM (SELECT DISTINCT ON (decision.claim_id) decision.*
                  FROM {Annotation._meta.db_table} decision
                  JOIN {Claim._meta.db_table} claim
                    ON claim.id = decision.claim_id AND claim.gold_id IS NULL
                 WHERE decision.pair_id = pair.id ORDER BY decision.claim_id, decision.id DESC) last
          JOIN {User._meta.db_table} author ON author.id = last.author_id),
       (SELECT json_agg(person.username ORDER BY person.username COLLATE "C")
          FROM {Review._meta.db_table} verdict
          JOIN {User._meta.db_table} person ON person.id = verdict.reviewer_id
         WHERE verdict.pair_id = pair.id),
       (SELECT score FROM {Finding._meta.db_table}
         WHERE pair_id = pair.id AND check_id = 'judge')
  FROM chosen
  JOIN {Pair._meta.db_table} pair ON pair.id = chosen.pair_id
  JOIN {Source._meta.db_table} source ON source.id = pair.source_id
  LEFT JOIN {Review._meta.db_table} review ON review.id = chosen.review_id
 ORDER BY chosen.ordinal
"""


class Frozen(NamedTuple):
    """One item as it is written; see ReleaseItem for what the fields mean."""

    kind: str
    split: str
    copy: int
    pair_id: int
    response_id: int | None
    source: str
    licence: str
    digest: bytes
    record: str
    extra: str
    prompt_chars: int
    answer_chars: int
    tokens: int | None
    score: float | None
    agreement: float | None
    task_major: str


@dataclass(frozen=True)
class _Answer:
    pk: int
    text: str
    origin: str
    model: str
    parent: int | None
    author: str | None


@dataclass(frozen=True)
class _Decision:
    author: str
    verb: str
    response: int | None
    tiers: list[list[int]]
    all_bad: bool
    reasons: list[str]
    tag: str
    flaw: str


def frozen_rows(seed: str) -> Iterator[Frozen]:
    """The rows of the table `chosen` in their order, in the caller's transaction; people go by
    pseudonyms that `seed` decides."""
    connection.ensure_connection()
    with connection.connection.cursor(name="frozen_rows") as cursor:
        cursor.itersize = _ONCE
        cursor.execute(_SQL)
        for row in cursor:
            yield _frozen(row, seed)


def digest(record: str, extra: str) -> bytes:
    """The leaf of a row: it commits to both texts, and each can be shown without the other."""
    return merkle.leaf(sha256(record.encode()).digest() + sha256(extra.encode()).digest())


def pseudonym(seed: str, username: str, role: str = "annotator") -> str:
    """The same name for the same person wherever the seed is the same."""
    return f"{role}-{hmac.new(seed.encode(), username.encode(), 'sha256').hexdigest()[:8]}"


def _frozen(row: tuple[Any, ...], seed: str) -> Frozen:
    kind, split, copy, pair_id, response_id, source, licence, *rest = row
    instruction, extra_input, major, minor, domain, metadata, copyright_, *rest = rest
    system, history, prompt_edited, texts, decided, reviewers, score = rest
    answers = {one[0]: _Answer(*one) for one in texts or ()}
    decisions = [_Decision(*one) for one in decided or ()]
    chosen = answers[response_id]
    record = dict(
        zip(
            FIELDS,
            (
                instruction, extra_input, chosen.text, {"major": major, "minor": minor}, domain,
                metadata, chosen.origin, kind == "sft", copyright_,
            ),
            strict=True,
        )
    )  # fmt: skip
    agreement = _agreement(decisions)
    extra = {
        **_decided(chosen, answers, decisions),
        "agreement": agreement,
        "history": history,
        "model": chosen.model,
        "people": _people(seed, answers.values(), decisions, reviewers or ()),
        "prompt_edited": bool(prompt_edited),
        "reviews": len(reviewers or ()),
        "score": score,
        "system": system,
    }
    told = orjson.dumps(record).decode()
    beside = orjson.dumps(extra, option=orjson.OPT_SORT_KEYS).decode()
    return Frozen(
        kind, split, copy, pair_id, response_id, source, licence, digest(told, beside), told,
        beside, len(instruction) + len(extra_input), len(chosen.text),
        count_tokens("\n".join(filter(None, (instruction, extra_input, chosen.text)))),
        score, agreement, major[0] if major else "",
    )  # fmt: skip


def _decided(
    chosen: _Answer, answers: dict[int, _Answer], decisions: list[_Decision]
) -> dict[str, Any]:
    """What people made of the answers, by the decision that the chosen one comes from."""
    of_it = [one for one in decisions if one.response == chosen.pk]
    main = of_it[0] if of_it else (decisions[-1] if decisions else None)
    if main is None:
        return {
            "all_bad": False,
            "flaw": "",
            "originals": [],
            "reasons": [],
            "tiers": [],
            "verdict": "",
        }
    ranking = next((one for one in (main, *decisions) if one.tiers), main)
    return {
        "all_bad": ranking.all_bad,
        "flaw": main.flaw,
        "originals": list(_originals(chosen, answers, main.tag)),
        "reasons": sorted({reason for one in decisions for reason in one.reasons}),
        "tiers": [sorted(answers[pk].text for pk in tier) for tier in ranking.tiers],
        "verdict": main.verb,
    }


def _originals(chosen: _Answer, answers: dict[int, _Answer], tag: str) -> Iterator[dict[str, Any]]:
    """The answers that the chosen one took the place of, the latest first.

    `edited`: characters that came or went, white space apart; `ratio`: their share of both texts.
    """
    parent = answers.get(chosen.parent or 0)
    while parent is not None:
        counted = summary(diff(parent.text, chosen.text, fold_width=True))
        yield {
            "edited": counted.inserted + counted.deleted,
            "model": parent.model,
            "origin": parent.origin,
            "ratio": round(counted.changed_ratio, 4),
            "reason": tag,
            "text": parent.text,
        }
        parent = answers.get(parent.parent or 0)


def _agreement(decisions: list[_Decision]) -> float | None:
    """The share of pairs of annotators who decided by the same verb; None where one alone decided."""
    both = list(combinations((one.verb for one in decisions), 2))
    return round(sum(a == b for a, b in both) / len(both), 4) if both else None


def _people(seed: str, answers: Any, decisions: list[_Decision], reviewers: Any) -> list[str]:
    """Everybody who wrote or decided, each once in each of the two roles."""
    wrote = {one.author for one in answers if one.author and one.author not in reviewers}
    annotators = wrote | {one.author for one in decisions}
    return sorted(
        {pseudonym(seed, name) for name in annotators}
        | {pseudonym(seed, name, "reviewer") for name in reviewers}
    )
