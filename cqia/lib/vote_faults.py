"""Faults of the evaluation a person can be told of; cqia.lib.errors says how."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

VOTE_FAULTS: dict[str, Promise] = {
    # Prompts and answers of models
    "long_field": _(
        "The field “%(field)s” has %(found)s characters; at most %(limit)s are possible."
    ),
    "turns_do_not_match": _(
        "The field “%(field)s” must hold one answer for each question of the prompt."
    ),
    "sample_out_of_range": _("The field “sample” must be a whole number from 0 to %(limit)s."),
    "unknown_prompt": _("The prompt set has no prompt “%(id)s”."),
    "unknown_question": _("The prompt set has no such prompt as this one: “%(question)s”."),
    "nothing_held_out": _("Nothing is held out there: no row could be drawn."),
    "prompt_set_taken": _("There is a prompt set of this name already."),
    "other_prompt_here": _("The prompt set already has another prompt “%(id)s”; that one stays."),
    "other_answer_here": _(
        "“%(model)s” already has another answer to the prompt “%(id)s”; that one stays."
    ),
    "no_endpoint": _("The model “%(model)s” has no endpoint to generate answers from."),
    "answers_failed": _("%(count)s answers failed; the last error: %(reason)s"),
    # Judges beside people
    "judge_rules_unreadable": _(
        "The file must hold one object for each category, with “class” and “prompt”."
    ),
    "judge_rules_long": _("What is asked for “%(name)s” has over %(limit)s characters."),
    "judge_gone": _("The endpoint of the judge “%(judge)s” is no more."),
    # A campaign
    "too_few_models": _("Choose two or more models to compare."),
    "baseline_not_chosen": _("The baseline must be one of the models compared."),
    "nothing_to_compare": _("No prompt has an answer of each of these models."),
    "too_many_votes": _(
        "The campaign would need %(votes)s votes; at most %(limit)s are possible. "
        "Take fewer prompts or models, or name a baseline."
    ),
    "not_adaptive_with_two": _(
        "Adaptive pairing needs three or more models: with two there is one pair only."
    ),
    "share_too_great": _("Extra comparisons are at most %(limit)s in a hundred votes."),
    "unknown_design": _("There is no design “%(design)s”."),
    "baseline_wanted": _("Choose the model that all others meet."),
    "all_name_themselves": _("In every prompt an answer says which model wrote it."),
    "campaign_name_taken": _("There is a campaign of this name already."),
    "names_a_model": _("This names the model “%(model)s”, and evaluators would read it."),
    # The committed assignment
    "no_commitment": _("This campaign was opened before assignments were committed."),
    "assignment_secret": _("The assignment is shown once the campaign is closed."),
    "assignment_unreadable": _("Line %(line)s of %(file)s is no line of an assignment."),
    "assignment_no_nonce": _("The first line of %(file)s must hold the nonce."),
    "assignment_differs": _(
        "This is not the assignment that was committed: its hash is %(found)s."
    ),
    "campaign_open": _("The ranking is shown once the campaign is closed."),
    "campaign_closed": _("This campaign is closed; no more votes are counted."),
    "ballot_lost": _("This comparison was open for too long and has gone to somebody else."),
    "unknown_choice": _("Choose A, B, tie or both bad."),
    "unknown_rating": _("“%(criterion)s” is not asked here, or “%(answer)s” is no answer to it."),
    "unknown_vote_tag": _("“%(tag)s” is not among the reasons that may be given."),
    "unknown_skip_reason": _("Say why you skip: one of the reasons that are offered."),
    "vote_final": _("This vote is final: it can be taken back for ten seconds only."),
    "leads_do_not_vote": _(
        "Leads do not vote: a vote is blind only if the voter cannot look up who answered."
    ),
}
