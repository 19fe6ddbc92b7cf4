"""Every URL × every role. A new URL fails here until somebody says who may use it."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from annotation.models import Project, State
from cqia.accounts.models import User
from tests.cast import ClientOf, MakeAnnotated, MakePair

LEAD, ANNOTATOR, REVIEWER, EVALUATOR = "lead", "annotator", "reviewer", "evaluator"
MEMBERS = {LEAD, ANNOTATOR, REVIEWER, EVALUATOR}
LEADS = {LEAD, "site_admin"}
EVERYBODY = {*MEMBERS, "site_admin", "outsider", "anonymous"}
SIGNED_IN = EVERYBODY - {"anonymous"}


@dataclass(frozen=True)
class Rule:
    """Who may use a URL, by which method it is asked here."""

    who: frozenset[str]
    method: str = "get"


def get(*who: str) -> Rule:
    return Rule(frozenset(who))


def post(*who: str) -> Rule:
    return Rule(frozenset(who), "post")


RULES: dict[str, Rule] = {
    # of nobody's project
    "home": get(*SIGNED_IN),
    "new-project": post("site_admin"),
    "health": get(*EVERYBODY),
    "set_language": post(*EVERYBODY),
    "set-theme": post(*EVERYBODY),
    "keys": get(*SIGNED_IN),
    "reset-keys": post(*SIGNED_IN),
    "tokens": get(*SIGNED_IN),
    "new-token": post(*SIGNED_IN),
    "revoke-token": post(*SIGNED_IN),
    "api-schema": get(*SIGNED_IN),
    "api-docs": get(*SIGNED_IN),
    # a project
    "enter": get(*MEMBERS, "site_admin"),
    "overview": get(*LEADS),
    "throughput-chart": get(*LEADS),
    # sources and jobs
    "annotation:sources": get(*LEADS),
    "annotation:import": get(*LEADS),
    "annotation:batch": get(*LEADS),
    "annotation:batch-issues": get(*LEADS),
    "annotation:set-floor": post(*LEADS),
    "annotation:set-terms": post(*LEADS),
    "annotation:job": get(*LEADS),
    "annotation:cancel-job": post(*LEADS),
    # pre-filter and pairs
    "annotation:prefilter": get(*LEADS),
    "annotation:run-prefilter": post(*LEADS),
    "annotation:set-threshold": post(*LEADS),
    "annotation:preview-threshold": get(*LEADS),
    "annotation:preset": get(*LEADS),
    "annotation:apply-preset": post(*LEADS),
    "annotation:line-history": get(*LEADS),
    "annotation:undo-redecision": post(*LEADS),
    "annotation:restore-list": post(*LEADS),
    "annotation:sides": get(*LEADS),
    "annotation:label-pair": post(*LEADS),
    "annotation:quality-chart": get(*LEADS),
    "annotation:quality": get(*LEADS),
    "annotation:train-quality": post(*LEADS),
    "annotation:order-queue": post(*LEADS),
    "annotation:chance-chart": get(*LEADS),
    "annotation:restore-pairs": post(*LEADS),
    "annotation:run-judge": post(*LEADS),
    "annotation:judges": get(*LEADS),
    "annotation:judge-template": get(*LEADS),
    "annotation:agreement-chart": get(*LEADS),
    "annotation:judge-chart": get(*LEADS),
    "annotation:dropped": get(*LEADS),
    "annotation:audit": get(*LEADS),
    "annotation:set-audit-shares": post(*LEADS),
    "annotation:audit-chart": get(*LEADS),
    "annotation:funnel-chart": get(*LEADS),
    "annotation:whole-funnel": get(*LEADS),
    "annotation:whole-funnel-chart": get(*LEADS),
    "annotation:overlap": get(*LEADS),
    "annotation:overlap-chart": get(*LEADS),
    "annotation:duplicates": get(*LEADS),
    "annotation:decide-duplicates": post(*LEADS),
    "annotation:undo-duplicates": post(*LEADS),
    "annotation:pairs": get(*LEADS),
    "annotation:pair": get(*LEADS),
    "annotation:lexicons": get(*LEADS),
    "annotation:start-lexicons": post(*LEADS),
    "annotation:try-lexicons": post(*LEADS),
    "annotation:lexicon": get(*LEADS),
    "annotation:switch-lexicon": post(*LEADS),
    "annotation:lexicon-words": get(*LEADS),
    "annotation:restore-pair": post(*LEADS),
    "annotation:mask-pair": post(*LEADS),
    "annotation:unmask-pair": post(*LEADS),
    "annotation:mask-pairs": post(*LEADS),
    "annotation:mask-all": post(*LEADS),
    "annotation:benchmarks": get(*LEADS),
    "annotation:switch-benchmark": post(*LEADS),
    "annotation:contaminated": get(*LEADS),
    "annotation:waive": post(*LEADS),
    # workbench
    "annotation:workbench": get(ANNOTATOR),
    "annotation:submit": post(ANNOTATOR),
    "annotation:undo": post(ANNOTATOR),
    "annotation:mend": get(ANNOTATOR),
    "annotation:triages": get(*LEADS, REVIEWER),
    "annotation:triage": get(*LEADS, REVIEWER),
    "annotation:undo-triage": post(*LEADS, REVIEWER),
    "annotation:desk-form": get(*LEADS),
    "annotation:flaw": get(ANNOTATOR),
    "annotation:take-model-draft": post(ANNOTATOR),
    "annotation:save-draft": post(ANNOTATOR),
    "annotation:drafts": get(ANNOTATOR),
    "annotation:draft": get(ANNOTATOR),
    "annotation:resolve-draft": post(ANNOTATOR),
    "annotation:retake-draft": post(ANNOTATOR),
    "annotation:discard-draft": post(ANNOTATOR),
    "annotation:skip": post(ANNOTATOR),
    "annotation:renew": post(ANNOTATOR),
    "annotation:begin": post(ANNOTATOR),
    "annotation:ahead": post(ANNOTATOR),
    "annotation:take-up": post(ANNOTATOR),
    "annotation:skipped": get(*LEADS),
    "annotation:send-back-skipped": post(*LEADS),
    "annotation:drop-skipped": post(*LEADS),
    "annotation:preview-text": post(ANNOTATOR),
    "annotation:guideline": get(*MEMBERS, "site_admin"),
    "annotation:guideline-version": get(*MEMBERS, "site_admin"),
    "annotation:guideline-seen": post(*MEMBERS, "site_admin"),
    "annotation:comments": get(*LEADS, REVIEWER, ANNOTATOR),
    "annotation:add-comment": post(*LEADS, REVIEWER, ANNOTATOR),
    "annotation:resolve-comment": post(*LEADS, REVIEWER, ANNOTATOR),
    "annotation:mentions": get(*LEADS, REVIEWER, ANNOTATOR),
    "annotation:read-mention": post(*LEADS, REVIEWER, ANNOTATOR),
    "annotation:mine": get(ANNOTATOR),
    "annotation:progress": get(ANNOTATOR),
    "annotation:progress-chart": get(ANNOTATOR),
    "annotation:difference": post(ANNOTATOR),
    "annotation:hints": post(ANNOTATOR),
    # settings
    "annotation:settings": get(*LEADS),
    "annotation:queue-settings": get(*LEADS),
    "annotation:set-priorities": post(*LEADS),
    "annotation:pause": post(*LEADS),
    "annotation:resume": post(*LEADS),
    "annotation:new-lane": post(*LEADS),
    "annotation:save-lane": post(*LEADS),
    "annotation:close-lane": post(*LEADS),
    "annotation:mark-gold": post(*LEADS),
    "annotation:retire-gold": post(*LEADS),
    "annotation:add-member": post(*LEADS),
    "annotation:remove-member": post(*LEADS),
    "annotation:save-guideline": post(*LEADS),
    "annotation:save-endpoint": post(*LEADS),
    "annotation:remove-endpoint": post(*LEADS),
    # review
    "review:inbox": get(REVIEWER),
    "review:pair": get(REVIEWER),
    "review:decide": post(REVIEWER),
    "review:releases": get(*LEADS),
    "review:freeze": post(*LEADS),
    "review:release": get(*LEADS),
    "review:download": get(*LEADS),
    "review:files": get(*LEADS),
    "review:sums": get(*LEADS),
    "review:access": get(*LEADS),
    "review:tombstones": get(*LEADS),
    "review:changes": get(*LEADS),
    "review:proof": get(*LEADS),
    "review:rows": get(*LEADS),
    "review:retractions": get(*LEADS),
    "review:new-retraction": get(*LEADS),
    "review:retraction": get(*LEADS),
    "review:statistics": get(*LEADS),
    "review:statistics-chart": get(*LEADS),
    "review:count-figures": post(*LEADS),
    # publishing and rehearsing a release
    "review:publish": get(*LEADS),
    "review:push": post(*LEADS),
    "review:save-hub": post(*LEADS),
    "review:rehearsal": get(*LEADS),
    "review:rehearse": post(*LEADS),
    # compositions
    "review:compositions": get(*LEADS),
    "review:new-composition": get(*LEADS),
    "review:composition": get(*LEADS),
    "review:composition-look": post(*LEADS),
    "review:try-composition": post(*LEADS),
    "review:dry-run": get(*LEADS),
    "review:freeze-composition": post(*LEADS),
    # the gate
    "review:gate": get(*LEADS),
    "review:examine": post(*LEADS),
    "review:end-waiver": post(*LEADS),
    "review:gate-rows": get(*LEADS),
    "review:waive-gate": post(*LEADS),
    "review:release-gate": get(*LEADS),
    "review:licences": get(*LEADS),
    "review:licence-version": get(*LEADS),
    # evaluation
    "evaluation:campaigns": get(*LEADS),
    "evaluation:prompt-sets": get(*LEADS),
    "evaluation:prompt-set": get(*LEADS),
    "evaluation:categories-chart": get(*LEADS),
    "evaluation:draw-prompts": post(*LEADS),
    "evaluation:models": get(*LEADS),
    "evaluation:model": get(*LEADS),
    "evaluation:retry-answers": post(*LEADS),
    "evaluation:judges": get(*LEADS),
    "evaluation:judge-again": post(*LEADS),
    "evaluation:judge-chart": get(*LEADS),
    "api-judges": get(*LEADS),
    "api-prompt-sets": get(*LEADS),
    "api-prompt-set": get(*LEADS),
    "api-held-out": get(*LEADS),
    "api-import-answers": post(*LEADS),
    "api-models": get(*LEADS),
    "api-model": get(*LEADS),
    "api-generate": post(*LEADS),
    "api-failures": get(*LEADS),
    "evaluation:import-prompts": post(*LEADS),
    "evaluation:new-model": post(*LEADS),
    "evaluation:import-answers": post(*LEADS),
    "evaluation:generate": post(*LEADS),
    "evaluation:new-campaign": post(*LEADS),
    "evaluation:campaign": get(*LEADS, EVALUATOR),
    "evaluation:close-campaign": post(*LEADS),
    "evaluation:assignment": get(*LEADS, EVALUATOR),
    "evaluation:check-assignment": post(*LEADS, EVALUATOR),
    "evaluation:ranking-chart": get(*LEADS, EVALUATOR),
    "evaluation:method": get(*LEADS, EVALUATOR),
    "evaluation:report": get(*LEADS, EVALUATOR),
    "evaluation:report-file": get(*LEADS, EVALUATOR),
    "evaluation:bundle": get(*LEADS, EVALUATOR),
    "evaluation:reckon": post(*LEADS),
    "evaluation:vote": get(EVALUATOR),
    "evaluation:ballot": get(EVALUATOR),
    "evaluation:cast": post(EVALUATOR),
    "evaluation:undo": post(EVALUATOR),
    "api-skip-ballot": post(EVALUATOR),
    "api-undo-vote": post(EVALUATOR),
    "api-questions": get(EVALUATOR),
    # API
    "api-import": post(*LEADS),
    "api-batch": get(*LEADS),
    "api-sources": get(*LEADS),
    "api-terms": post(*LEADS),
    "api-floor": post(*LEADS),
    "api-issues": get(*LEADS),
    "api-job": get(*LEADS),
    "api-cancel-job": post(*LEADS),
    "api-pairs": get(*LEADS),
    "api-pair": get(*LEADS),
    "api-benchmarks": get(*LEADS),
    "api-waive": post(*LEADS),
    "api-restore": post(*LEADS),
    "api-mask": post(*LEADS),
    "api-mask-all": post(*LEADS),
    "api-unmask": post(*LEADS),
    "api-run-prefilter": post(*LEADS),
    "api-run-judge": post(*LEADS),
    "api-thresholds": get(*LEADS),
    "api-presets": get(*LEADS),
    "api-preset": get(*LEADS),
    "api-redecisions": get(*LEADS),
    "api-undo": post(*LEADS),
    "api-quality": get(*LEADS),
    "api-order": get(*LEADS),
    "api-queue": get(*LEADS),
    "api-pause": Rule(frozenset(LEADS), "put"),
    "api-priorities": get(*LEADS),
    "api-lanes": get(*LEADS),
    "api-lane": Rule(frozenset(LEADS), "put"),
    "api-gold": Rule(frozenset(LEADS), "put"),
    "api-form": get(*MEMBERS, "site_admin"),
    "api-undo-decision": post(ANNOTATOR),
    "api-mend": post(ANNOTATOR),
    "api-claim": post(ANNOTATOR),
    "api-draft": Rule(frozenset({ANNOTATOR}), "put"),
    "api-submit": post(ANNOTATOR),
    "api-skip": post(ANNOTATOR),
    "api-ahead": post(ANNOTATOR),
    "api-begin": post(ANNOTATOR),
    "api-review": post(REVIEWER),
    "api-releases": get(*LEADS),
    "api-release-file": get(*LEADS),
    "api-pushes": get(*LEADS),
    "api-rehearsals": get(*LEADS),
    "api-statistics": get(*LEADS),
    "api-retractions": get(*LEADS),
    "api-retraction": get(*LEADS),
    "api-compositions": get(*LEADS),
    "api-dry-runs": get(*LEADS),
    "api-freeze-composition": post(*LEADS),
    "api-gate": get(*LEADS),
    "api-waive-gate": post(*LEADS),
    "api-licences": get(*LEADS),
    "api-campaigns": get(*LEADS, EVALUATOR),
    "api-progress": get(*LEADS),
    "api-close-campaign": post(*LEADS),
    "api-assignment": get(*LEADS, EVALUATOR),
    "api-ballot": get(EVALUATOR),
    "api-vote": post(EVALUATOR),
    "api-ranking": get(*LEADS, EVALUATOR),
    "api-bundle": get(*LEADS, EVALUATOR),
}


def named(
    patterns: list[URLPattern | URLResolver], space: str = "", arguments: tuple[str, ...] = ()
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each URL's full name and the arguments it takes."""
    for pattern in patterns:
        own = (*arguments, *pattern.pattern.converters)
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from named(pattern.url_patterns, inner, own)
        else:
            yield f"{space}{pattern.name}", own


URLS = {
    name: arguments
    for name, arguments in named(get_resolver().url_patterns)
    # allauth's own pages are tested by allauth; that nobody signs up, by test_accounts.py.
    if not name.startswith("account_")
}
# Numbers that exist nowhere: who may not enter must be turned away before that matters.
NOWHERE = dict.fromkeys(("pk", "number", "position", "thread"), 999_999)
ARGUMENTS = {**NOWHERE, "slug": "tea", "form": "svg", "name": "ratings"}


def address(name: str) -> str:
    return reverse(name, kwargs={key: ARGUMENTS.get(key, "x") for key in URLS[name]})


def test_every_url_has_a_rule() -> None:
    assert set(URLS) == set(RULES)


@pytest.fixture
def people(
    lead: User, annotator: User, reviewer: User, evaluator: User, outsider: User, site_admin: User
) -> dict[str, User]:
    cast = (lead, annotator, reviewer, evaluator, outsider, site_admin)
    return {user.username: user for user in cast}


def is_turned_away(answer: HttpResponse) -> bool:
    return answer.status_code in (401, 403) or "/accounts/login/" in answer.get("Location", "")


@pytest.mark.parametrize("name", RULES)
def test_it_lets_in_those_and_only_those(
    name: str, people: dict[str, User], client_of: ClientOf
) -> None:
    rule, url = RULES[name], address(name)
    for who in EVERYBODY:
        client = client_of(people[who]) if who in people else Client()
        answer = getattr(client, rule.method)(url)
        if who in rule.who:
            assert not is_turned_away(answer), (who, answer.status_code)
            assert answer.status_code < 500, (who, answer.status_code)
        elif who == "outsider" and "slug" in URLS[name]:
            assert answer.status_code == 404, (who, answer.status_code)
        else:
            assert is_turned_away(answer), (who, answer.status_code)


@pytest.mark.parametrize(
    "name", [name for name, rule in RULES.items() if "anonymous" not in rule.who]
)
def test_no_other_method_is_a_way_round(
    name: str, people: dict[str, User], client_of: ClientOf
) -> None:
    barred = EVERYBODY - RULES[name].who
    # One member stands for all: which role one has is asked in the same line for every method.
    for who in (*barred - MEMBERS, *sorted(barred & MEMBERS)[:1]):
        client = client_of(people[who]) if who in people else Client()
        for method in {"get", "post", "put", "delete"} - {RULES[name].method}:
            answer = getattr(client, method)(address(name))
            assert is_turned_away(answer) or answer.status_code in (404, 405), (who, method)


@pytest.mark.usefixtures("project")
def test_another_projects_things_do_not_exist(
    make_pair: MakePair, make_annotated: MakeAnnotated, client_of: ClientOf, site_admin: User
) -> None:
    Project.objects.create(slug="other", name="别处")
    pair, annotated = make_pair(state=State.DROPPED), make_annotated()
    client = client_of(site_admin)
    assert client.get(f"/p/tea/pairs/{pair.pk}/").status_code == 200
    assert client.get(f"/p/other/pairs/{pair.pk}/").status_code == 404
    assert client.post(f"/p/other/pairs/{pair.pk}/restore").status_code == 404
    assert client.get(f"/p/other/pairs/{annotated.pk}/").status_code == 404
