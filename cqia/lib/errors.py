"""Faults a person can be told of: a code and its figures, put into words only when shown.

An import error is stored as (code, params); `explain` says it in whichever language its reader
uses. Every sentence is here, in `MESSAGES`, those of releases in cqia.lib.release_faults, those of
the evaluation in cqia.lib.vote_faults and cqia.lib.board_faults; the caller adds the file and the line.
"""

from collections.abc import Mapping
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cqia.lib.board_faults import BOARD_FAULTS
from cqia.lib.release_faults import RELEASE_FAULTS
from cqia.lib.vote_faults import VOTE_FAULTS

Param = str | int | float | bool | None
Params = Mapping[str, Param]

MESSAGES: dict[str, Promise] = {
    # A file
    "empty_file": _("The file is empty."),
    "no_rows": _("The file has no rows."),
    "other_kind": _("This is a %(kind)s file. Give a JSONL, JSON or CSV file."),
    "unknown_kind": _("The file is neither JSONL, nor JSON, nor CSV."),
    "broken_json_array": _("The JSON array is broken on line %(line)s of the file: %(reason)s"),
    "open_json_array": _("The JSON array is never closed; the file ends on line %(line)s."),
    "missing_column": _("The header has no column “%(column)s”."),
    "double_column": _("The header names the column “%(column)s” twice."),
    # A line
    "not_json": _("The line is not valid JSON, at character %(character)s: %(reason)s"),
    "not_object": _("The line is valid JSON but not an object: %(found)s found."),
    "line_too_long": _("The line has %(bytes)s bytes; at most %(limit)s are read."),
    "bad_encoding": _("The line cannot be read as %(encoding)s, from byte %(byte)s on."),
    "ragged_row": _("The header has %(expected)s columns, the row has %(found)s."),
    "open_quote": _("A quotation mark is opened on this line and never closed."),
    "bad_csv": _("The row cannot be read as CSV: %(reason)s"),
    "too_deep": _("The record is nested too deeply to be stored."),
    # A field
    "missing_field": _("The field “%(field)s” is missing."),
    "empty_field": _("The field “%(field)s” is empty."),
    "wrong_type": _("The field “%(field)s” must be %(expected)s; %(found)s found."),
    "unknown_value": _("The field “%(field)s” has a value that is not known: %(found)s"),
    "bad_turn": _("“%(field)s” must be a question and its answer, both text."),
    # A source
    "unknown_project": _("There is no project “%(project)s”."),
    "unknown_recipe": _("There is no recipe “%(recipe)s”."),
    "recipe_missing": _("A new source needs a recipe."),
    "recipe_differs": _("The source “%(source)s” is read with the recipe “%(recipe)s”."),
    "licence_differs": _("The licence of the source “%(source)s” is “%(licence)s”."),
    "floor_differs": _(
        "The source “%(source)s” asks for another length; change it on the page of the sources."
    ),
    "bad_text": _("“%(field)s” must be one line of at most %(limit)s characters."),
    # Notices: the row was kept
    "nul_removed": _("NUL characters were removed from the field “%(field)s”."),
    "gb18030_read": _("The file is not UTF-8; it was read as GB18030."),
    "utf16_read": _("The file is not UTF-8; it was read as UTF-16."),
    "bom_removed": _("The byte order mark at the start of the file was removed."),
    # The pre-filter
    "unknown_check": _("There is no check “%(check)s”."),
    "threshold_not_finite": _("A bound must be a number."),
    "threshold_crossed": _("The lower bound lies above the upper bound."),
    "unknown_preset": _("There is no preset “%(preset)s”."),
    "not_the_latest": _("Only the latest change of lines can be undone, and only once."),
    "benchmark_name": _("Give the benchmark a name of one line."),
    "benchmark_here": _("This file is here already, as the benchmark “%(name)s”."),
    "benchmark_name_taken": _("There is a benchmark named “%(name)s” already."),
    "benchmark_asks_nothing": _("The row has no question, prompt, instruction or query."),
    "waiver_reason": _("Say why the pair may stay."),
    "waiver_wanted": _("A benchmark holds this pair. It stays only with a waiver and its reason."),
    "waived_already": _("%(user)s has let this pair stay already."),
    "judge_not_json": _("The judge did not answer with the JSON asked for: %(found)s"),
    "judge_out_of_range": _("The judge's score is not between 1 and 10: %(score)s"),
    "judge_no_probabilities": _("The server gave no token probabilities for the judge's score."),
    "judge_template_long": _("A part of the judge prompt is longer than %(limit)s characters."),
    "judge_template_placeholder": _(
        "The judge prompt must hold %(placeholder)s once, in what is judged and not in the instructions."
    ),
    "judge_template_fence": _(
        "%(placeholder)s must stand on a line of its own, between two lines that hold {fence}."
    ),
    "judge_template_fence_unknown": _(
        "The instructions must name {fence}, so that the judge knows what marks the data."
    ),
    "judge_template_field": _("The instructions must name the field “%(field)s” of the answer."),
    "quality_too_few": _(
        "People have decided %(found)s times; from %(least)s decisions on there is something to learn."
    ),
    "quality_one_kind": _(
        "There is nothing to tell apart yet: it takes %(least)s decisions of a kind, on questions "
        "that differ, and as many of another kind."
    ),
    # A lexicon
    "lexicon_empty": _("There is no word to store: give one word a line."),
    "lexicon_name_taken": _("There is a lexicon “%(name)s” already."),
    "lexicon_too_long": _("The list has %(count)s words; at most %(limit)s are possible."),
    "lexicon_too_big": _("The file is too big: at most %(limit)s MB are read."),
    "lexicon_not_text": _("The file is not a list of words: it is neither UTF-8 nor GB18030."),
    "lexicon_weight": _("The weight of a lexicon must be a number above 0, at most 100."),
    "word_too_short": _("“%(word)s” is too short: a word has at least %(least)s characters."),
    "word_too_long": _("The line has %(count)s characters; a word has at most %(most)s."),
    # Masking
    "not_masked": _("Nothing is masked in this pair."),
    "nothing_to_mask": _("No dropped pair holds personal data that could be masked."),
    # A key
    "unknown_key": _("“%(key)s” is no key. Press it in the field, or write it as Ctrl+Enter."),
    "taken_key": _("%(key)s belongs to the browser or to the text. Choose another key."),
    "key_in_text": _("This key must work while you write: take one with Ctrl or Alt."),
    "key_twice": _("%(key)s is also the key of “%(action)s”."),
    # A comment
    "comment_missing": _("The comment is empty."),
    "comment_long": _("A comment has at most %(limit)s characters."),
    # A decision
    "stale_state": _("Somebody else has decided on this pair in the meantime."),
    "lease_lost": _("This pair is no longer yours; your text is kept as a draft."),
    "decided_already": _(
        "You have decided otherwise on this pair on another page; this text is kept as a draft."
    ),
    "somebody_else": _(
        "This page belongs to somebody else. Sign in as that person, or load it anew."
    ),
    "not_free": _("This pair cannot be taken up again: others have it, or the project is paused."),
    "request_too_big": _("More than %(limit)s MB were sent at once. Nothing of it was stored."),
    "draft_conflict": _(
        "Another page of yours has saved another text for this pair. Both are kept."
    ),
    "no_known_decision": _("Choose what the right decision on this pair is."),
    "lane_takes_all": _("Choose a source, a task type or a domain: a lane is for some pairs only."),
    "lane_name_taken": _("There is a lane “%(name)s” already."),
    "skip_reason_unknown": _("Choose why you skip this pair."),
    "skip_note_missing": _("Say in a few words why you skip this pair."),
    "text_blocked": _("This text cannot be submitted. %(why)s"),
    "text_too_long": _("The text has %(found)s characters; at most %(limit)s are possible."),
    "rank_all": _("Give each of the answers a place."),
    "not_ranked": _("This pair has several answers: rank them, or reject the pair."),
    "one_answer": _("There is nothing to rank: this pair has one answer."),
    "no_answer": _("There is no answer to accept: write one, or reject the pair."),
    "empty_rewrite": _("The answer is empty. Write one, or reject the pair."),
    "reason_missing": _("Choose why this pair is rejected."),
    "undo_too_late": _("A decision can be taken back for %(seconds)s seconds only."),
    "mended_elsewhere": _("You have changed this decision on another page in the meantime."),
    "no_drafting_model": _(
        "No model server is set, so there is no draft: write the answer yourself."
    ),
    "model_draft_empty": _("The model gave no answer."),
    "nothing_to_triage": _("Nothing of it waits for annotators."),
    "triage_running": _("Wait until all pairs are moved, then undo it."),
    "unknown_verb": _("There is no such decision."),
    "not_picked": _("Pick the best answer, or reject the pair."),
    "instruction_empty": _("The question is empty."),
    "below_the_line": _("An answer rated so low must be rewritten before it can be submitted."),
    "flaw_missing": _("Say what is wrong with the answer."),
    "unknown_tag": _("Choose one of the reasons for the change that the form has."),
    "rating_missing": _("Rate the answer by “%(name)s”."),
    "rating_off_scale": _("“%(name)s” is rated from %(low)s to %(high)s."),
    "field_missing": _("Fill in “%(name)s”."),
    "field_number": _("“%(name)s” must be a number."),
    "field_date": _("“%(name)s” must be a date."),
    "field_choice": _("Choose one of the answers that “%(name)s” has."),
    "last_lead": _("A project keeps at least one lead."),
    "own_work": _("Nobody reviews their own work."),
    "remark_missing": _("Say what is to be mended before you send the pair back."),
    "text_missing": _("The answer is empty."),
    "job_ended": _("This job has already ended."),
    "cannot_read_file": _("The file %(name)s cannot be read any more."),
    "unexpected": _("Something unexpected went wrong; the log holds the details."),
    # A model server
    "no_model": _("No model server is configured for this project."),
    "model_address": _("The address of a model server starts with http:// or https://: %(url)s"),
    "model_unreachable": _("The model server %(url)s cannot be reached: %(reason)s"),
    "model_refused": _("The model server answered with status %(status)s: %(body)s"),
    "model_unreadable": _("The answer of the model server cannot be read: %(reason)s"),
    **RELEASE_FAULTS,
    **VOTE_FAULTS,
    **BOARD_FAULTS,
}

TYPES: dict[str, Promise] = {
    "text": _("text"),
    "number": _("a number"),
    "truth": _("true or false"),
    "null": _("null"),
    "list": _("a list"),
    "object": _("an object"),
}
"""What a JSON value is, as `expected` and `found` of a message name it."""

REASONS: dict[str, Promise] = {
    "Input is a zero-length, empty document": _("the text is empty"),
    "unexpected end of data": _("the text ends too early"),
    "unexpected content after document": _("there is more after the end"),
    "unexpected character, expected a JSON value": _("a value is expected here"),
    "unexpected character, expected a string key": _("a name in double quotes is expected here"),
    "unexpected character, expected ':' after key": _("a colon is expected here"),
    "unexpected character, expected ',' or ']'": _("a comma or ] is expected here"),
    "unexpected character, expected ',' or '}'": _("a comma or } is expected here"),
    "unexpected control character in string": _("a line break or tab in a text must be escaped"),
    "invalid escaped sequence in string": _("there is no such escape sequence"),
    "trailing comma is not allowed": _("there is a comma too many"),
}
"""What orjson finds wrong, in words; what is not here is shown as orjson says it."""


class CqiaError(Exception):
    """The base of this project's own errors. `status` is what the web answers with."""

    status: ClassVar[int] = 400

    def __init__(self, code: str, params: Params | None = None) -> None:
        # Both go to Exception, so that the error survives pickling between processes.
        super().__init__(code, dict(params or {}))
        self.code = code
        self.params: dict[str, Param] = dict(params or {})

    def __str__(self) -> str:
        return explain(self.code, self.params)


def explain(code: str, params: Params) -> str:
    """The sentence for a stored fault, in the language now active.

    Never raises: a code of another version is shown as it is stored.
    """
    template = MESSAGES.get(code)
    if template is None:
        return _bare(code, params)
    try:
        return str(template) % {name: _shown(value) for name, value in params.items()}
    except KeyError:
        return _bare(code, params)


def type_of(value: object) -> str:
    """The code in `TYPES` for a value read from JSON."""
    match value:
        case None:
            return "null"
        case bool():
            return "truth"
        case int() | float():
            return "number"
        case str():
            return "text"
        case list():
            return "list"
        case _:
            return "object"


def _shown(value: Param) -> str:
    words = TYPES.get(value) or REASONS.get(value) if isinstance(value, str) else None
    return str(value if words is None else words)


def _bare(code: str, params: Params) -> str:
    return " ".join([code, *(f"{name}={value}" for name, value in params.items())])
