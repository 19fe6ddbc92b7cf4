"""The page of a campaign under way, its figures, and the campaign by the API."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from cqia.accounts.models import User
from evaluation import health
from evaluation.models import Ballot, Campaign, ModelVersion, PromptSet
from evaluation.progress import progress_of
from tests.cast import ClientOf
from tests.poll import MakePoll, Vote


def voted(campaign: Campaign, user: User, choices: list[str], **fields: Any) -> None:
    """The first free ballots, with these choices."""
    free = campaign.ballots.filter(holder=None).order_by("place")[: len(choices)]
    for ballot, choice in zip(list(free), choices, strict=True):
        said = {"choice": choice, "reason": "unsure" if choice == "skip" else "", **fields}
        mine = Ballot.objects.filter(pk=ballot.pk)
        mine.update(holder=user, done_at=timezone.now(), **said)


def test_it_counts_what_is_cast_and_what_is_left(make_poll: MakePoll, evaluator: User) -> None:
    campaign = make_poll(prompts=10)
    voted(campaign, evaluator, ["left", "tie", "skip"])
    found = progress_of(campaign)
    assert (found.cast, found.asked, found.left, found.skipped, found.lost) == (2, 9, 7, 1, 1)


def test_a_skip_with_a_spare_one_is_not_lost(make_poll: MakePoll, evaluator: User) -> None:
    campaign = make_poll(prompts=2)
    voted(campaign, evaluator, ["skip"])
    skipped = campaign.ballots.get(choice="skip")
    Ballot.objects.create(
        campaign=campaign, matchup=skipped.matchup, slot=2, place=9, first_is_left=True
    )
    found = progress_of(campaign)
    assert (found.cast, found.asked, found.lost) == (0, 2, 0)


def test_it_tells_when_it_is_done_at_this_pace(make_poll: MakePoll, evaluator: User) -> None:
    campaign = make_poll(prompts=40)
    Campaign.objects.filter(pk=campaign.pk).update(opened_at=timezone.now() - timedelta(days=1))
    campaign.refresh_from_db()
    assert progress_of(campaign).done_at is None  # nobody votes
    voted(campaign, evaluator, ["left"] * 10)
    found = progress_of(campaign)
    assert found.hourly == pytest.approx(10, abs=0.01)
    assert found.done_at is not None
    assert found.done_at - timezone.now() == pytest.approx(
        timedelta(hours=3), abs=timedelta(minutes=1)
    )


def test_it_shows_a_voter_who_always_takes_one_side_too_fast(
    make_poll: MakePoll, evaluator: User, second_evaluator: User
) -> None:
    campaign = make_poll(prompts=50)
    Campaign.objects.filter(pk=campaign.pk).update(min_seconds=3)
    campaign.refresh_from_db()
    voted(campaign, evaluator, ["left"] * 22 + ["tie"], seconds=1)
    voted(campaign, second_evaluator, ["left", "right"] * 11, seconds=20)
    one, other = health.voters(campaign)
    assert (one.name, one.votes, one.left_share, one.fast) == ("Evaluator", 23, 100, 23)
    assert one.doubtful == ["side", "speed"]
    assert (other.left_share, other.seconds, other.doubtful) == (50, 20, [])


def test_it_counts_attention_items_passed_and_repeats_alike(
    make_poll: MakePoll, evaluator: User
) -> None:
    campaign = make_poll(prompts=4)
    voted(campaign, evaluator, ["left"] * 4)
    one, other, *_ = campaign.ballots.order_by("pk")
    for original, choice in ((one, "right"), (other, "left")):  # the first stands by what they said
        again = {"kind": "repeat", "repeats": original, "slot": 9, "choice": choice}
        made(campaign, original, evaluator, first_is_left=not original.first_is_left, **again)
    for kind, choice in (("identical", "tie"), ("planted", "left")):
        trap = campaign.matchups.create(
            prompt=one.matchup.prompt,
            first=one.matchup.first,
            second=one.matchup.first,
            kind=kind,
            planted="别的" if kind == "planted" else "",
        )
        one.matchup = trap
        made(campaign, one, evaluator, first_is_left=False, kind="attention", choice=choice)
    [voter] = health.voters(campaign)
    assert (voter.attention, voter.passed, voter.repeats, voter.agreed) == (2, 1, 2, 1)


def test_it_shows_a_voter_who_votes_unlike_the_others(
    make_poll: MakePoll, evaluator: User, second_evaluator: User, annotator: User
) -> None:
    campaign = make_poll(prompts=24, votes=3)
    for slot, user in enumerate((evaluator, second_evaluator, annotator), 1):
        first = "right" if user == annotator else "left"
        other = "left" if user == annotator else "right"
        ballots = campaign.ballots.filter(slot=slot)
        said = {"holder": user, "done_at": timezone.now()}
        ballots.filter(first_is_left=True).update(choice=first, **said)
        ballots.filter(first_is_left=False).update(choice=other, **said)
    found = {voter.name: voter for voter in health.voters(campaign)}
    assert [(each.alike, each.compared) for each in found.values()].count((24, 48)) == 2
    assert found["Annotator"].alike == 0
    assert "agreement" in found["Annotator"].doubtful
    assert "agreement" not in found["Evaluator"].doubtful
    assert "outlier" in found["Annotator"].doubtful
    assert "outlier" not in found["Evaluator"].doubtful


def made(campaign: Campaign, like: Ballot, user: User, **fields: Any) -> None:
    now = timezone.now()
    values = {"slot": 1, "place": 99, "holder": user, "done_at": now, **fields}
    Ballot.objects.create(campaign=campaign, matchup=like.matchup, **values)


def test_the_page_shows_voters_and_what_the_rule_sees(
    make_poll: MakePoll, lead: User, evaluator: User, vote: Vote, client_of: ClientOf
) -> None:
    campaign = make_poll(prompts=3)
    vote(evaluator, campaign)
    first, second = campaign.models_compared.order_by("pk")
    pair: dict[str, Any] = {
        "first": first.pk,
        "second": second.pk,
        "votes": 1,
        "score": 0.5,
        "low": 0.0,
    }
    pair |= {"high": 1.0, "verdict": "open"}
    rule = {"rule": "anytime", "alpha": 0.05, "margin": 0.1, "futility": False}
    Campaign.objects.filter(pk=campaign.pk).update(stopping=rule, sequential={"pairs": [pair]})
    page = client_of(lead).get(f"/p/tea/evaluate/{campaign.pk}/").content.decode()
    assert "1 of 3 votes" in page
    assert "zebra-base – yak-tuned" in page
    assert "open yet" in page


def test_the_form_says_what_a_difference_takes(
    prompt_set: PromptSet, make_models: Any, lead: User, client_of: ClientOf
) -> None:
    models = make_models("zebra", "yak", prompts=4)
    data = {
        "name": "第三轮", "prompt_set": prompt_set.pk, "models": [model.pk for model in models],
        "votes_per_matchup": 2, "seed": 0, "effect": 60, "ties": 20, "people": 2, "attention": 25,
        "repeats": 25, "spares": 1, "stopping": "anytime", "futility": "on", "criteria": ["safety"],
        "tags": "更准确\n更安全\n", "leave_out": ["both_bad"], "naming": "mask", "daily_cap": 90,
    }  # fmt: skip
    client, htmx = client_of(lead), {"HX-Request": "true"}
    text = client.post("/p/tea/evaluate/new", {**data, "name": ""}, headers=htmx).content.decode()
    assert "each pair of models needs 291 votes; this design has 8" in text
    assert "2 attention items and 2 repeats" in text
    assert client.post("/p/tea/evaluate/new", {**data, "seen": 8}).status_code == 302
    campaign = Campaign.objects.get()
    assert campaign.stopping == {
        "rule": "anytime", "alpha": 0.05, "margin": pytest.approx(0.1), "futility": True,
    }  # fmt: skip
    assert (campaign.tags, campaign.criteria) == (["更准确", "更安全"], ["safety"])
    assert (campaign.allowed, campaign.naming) == (["tie", "skip"], "mask")
    assert (campaign.planned["votes"], campaign.daily_cap, campaign.repeats) == (291, 90, 0.25)


def test_it_opens_and_closes_by_the_api(
    prompt_set: PromptSet, make_models: Any, lead: User, client_of: ClientOf
) -> None:
    make_models("zebra", "yak", "wolf", prompts=2)
    client, url = client_of(lead), "/api/projects/tea/campaigns"
    asked: dict[str, Any] = {"name": "接口", "prompt_set": "问题集"}
    asked |= {"models": ["zebra", "yak", "wolf"]}
    asked |= {"baseline": "yak", "votes_per_matchup": 1, "stopping": {"rule": "fixed"}}
    made = client.post(url, asked, content_type="application/json")
    assert made.status_code == 201
    campaign = Campaign.objects.get(pk=made.json()["id"])
    assert (campaign.design, made.json()["commitment"]) == ("baseline", campaign.commitment)
    assert campaign.stopping["alpha"] == 0.05
    found = client.get(f"{url}/{campaign.pk}/progress").json()
    assert (found["cast"], found["asked"], found["done_at"]) == (0, 4, None)
    assert client.get(f"{url}/{campaign.pk}/assignment.jsonl").json()["code"] == "assignment_secret"
    assert client.post(f"{url}/{campaign.pk}/close").json()["state"] == "closed"
    given = client.get(f"{url}/{campaign.pk}/assignment.jsonl").getvalue()
    assert campaign.nonce in given.decode()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": "Zebra 好"}, "names_a_model"),
        ({"tags": ["像 yak"]}, "names_a_model"),
        ({"models": ["zebra"]}, "too_few_models"),
        ({"design": "adaptive"}, "not_adaptive_with_two"),
    ],
)
def test_it_refuses_by_the_api_what_makes_no_sense(
    prompt_set: PromptSet,
    make_models: Any,
    lead: User,
    client_of: ClientOf,
    change: dict[str, Any],
    code: str,
) -> None:
    make_models("zebra", "yak")
    asked = {"name": "接口", "prompt_set": "问题集", "models": ["zebra", "yak"], **change}
    answer = client_of(lead).post(
        "/api/projects/tea/campaigns", asked, content_type="application/json"
    )
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert not Campaign.objects.exists()


def test_an_evaluator_opens_nothing(project: Any, evaluator: User, client_of: ClientOf) -> None:
    answer = client_of(evaluator).post("/api/projects/tea/campaigns", {})
    assert answer.status_code == 403
    assert not ModelVersion.objects.exists()
