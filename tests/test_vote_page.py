"""The pages of voting, and the lead's room around them."""

import html
import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from annotation import jobs
from annotation.models import Job, Project
from cqia.accounts.models import User
from evaluation import campaigns, prompts
from evaluation.models import Answer, Campaign, ModelVersion, Prompt, PromptSet, Upload
from tests.cast import ClientOf
from tests.poll import MakePoll, Vote

HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def page(client: Client, campaign: Campaign) -> str:
    answer = client.get(reverse("evaluation:ballot", args=[campaign.project.slug, campaign.pk]))
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def token(text: str) -> str:
    found = re.search(r'name="ballot" value="(\w+)"', text)
    assert found is not None
    return found[1]


def cast(
    client: Client,
    campaign: Campaign,
    choice: str,
    ballot: str,
    headers: dict[str, str] | None = None,
) -> Any:
    url = reverse("evaluation:cast", args=[campaign.project.slug, campaign.pk])
    return client.post(url, {"ballot": ballot, "choice": choice}, headers=headers)


def test_it_explains_voting_to_somebody_new_and_then_goes_straight_there(
    make_poll: MakePoll, evaluator: User, client_of: ClientOf, vote: Vote
) -> None:
    campaign, client = make_poll(), client_of(evaluator)
    first = client.get("/p/tea/vote/").content.decode()
    assert "How many days has a leap year?" in first
    assert f'href="/p/tea/vote/{campaign.pk}/">Begin' in first
    vote(evaluator, campaign)
    assert client.get("/p/tea/vote/").headers["Location"] == f"/p/tea/vote/{campaign.pk}/"
    assert "leap year" in client.get("/p/tea/vote/?how").content.decode()


def test_it_shows_question_and_both_answers(
    make_poll: MakePoll, evaluator: User, client_of: ClientOf
) -> None:
    text = page(client_of(evaluator), make_poll(prompts=1))
    assert "第1问？" in text
    assert "甲种回答" in text
    assert "乙种回答" in text


def test_it_shows_the_same_sides_after_a_reload(
    make_poll: MakePoll, evaluator: User, client_of: ClientOf
) -> None:
    client, campaign = client_of(evaluator), make_poll(prompts=5)
    sides = [re.findall("第.问的.种", page(client, campaign)) for _ in range(3)]
    assert len(sides[0]) == 2
    assert sides[0] == sides[1] == sides[2]


def test_it_brings_the_next_comparison_in_the_same_request(
    make_poll: MakePoll, evaluator: User, client_of: ClientOf
) -> None:
    client, campaign = client_of(evaluator), make_poll(prompts=2)
    first = token(page(client, campaign))
    answer = cast(client, campaign, "tie", first, headers=HTMX)
    text = answer.content.decode()
    assert "<html" not in text
    assert token(text) != first
    assert campaign.ballots.done().get().choice == "tie"


def test_it_works_without_scripts(
    make_poll: MakePoll, evaluator: User, client_of: ClientOf
) -> None:
    client, campaign = client_of(evaluator), make_poll(prompts=2)
    answer = cast(client, campaign, "left", token(page(client, campaign)))
    assert answer.headers["Location"] == f"/p/tea/vote/{campaign.pk}/"
    assert campaign.ballots.done().count() == 1


def undo(client: Client, campaign: Campaign, last: str) -> Any:
    url = reverse("evaluation:undo", args=[campaign.project.slug, campaign.pk])
    return client.post(url, {"last": last}, headers=HTMX)


def test_it_takes_a_vote_back(make_poll: MakePoll, evaluator: User, client_of: ClientOf) -> None:
    client, campaign = client_of(evaluator), make_poll(prompts=2)
    first = token(page(client, campaign))
    after = cast(client, campaign, "tie", first, headers=HTMX).content.decode()
    assert f'name="last" value="{first}"' in after
    assert token(undo(client, campaign, first).content.decode()) == first
    assert not campaign.ballots.done().exists()


def test_it_says_that_a_vote_is_final(
    make_poll: MakePoll, evaluator: User, client_of: ClientOf
) -> None:
    client, campaign = client_of(evaluator), make_poll(prompts=2)
    first = token(page(client, campaign))
    assert "This vote is final" in undo(client, campaign, first).content.decode()


def test_it_offers_undo_only_for_what_was_done_just_now(
    make_poll: MakePoll, evaluator: User, client_of: ClientOf
) -> None:
    client, campaign = client_of(evaluator), make_poll(prompts=3)
    assert re.search(r'form="undo"[^>]* disabled', page(client, campaign))
    cast(client, campaign, "left", token(page(client, campaign)))
    assert not re.search(r'form="undo"[^>]* disabled', page(client, campaign))
    campaign.ballots.done().update(done_at=timezone.now() - timedelta(seconds=11))
    assert re.search(r'form="undo"[^>]* disabled', page(client, campaign))


def test_it_skips_with_the_reason_that_was_pressed(
    make_poll: MakePoll, evaluator: User, client_of: ClientOf
) -> None:
    client, campaign = client_of(evaluator), make_poll(prompts=2)
    first = token(page(client, campaign))
    url = reverse("evaluation:cast", args=["tea", campaign.pk])
    answer = client.post(url, {"ballot": first, "skip": "knowledge"}, headers=HTMX)
    assert token(answer.content.decode()) != first
    assert campaign.ballots.done().get().reason == "knowledge"


def test_it_asks_what_the_campaign_asks_and_keeps_what_was_said(
    make_poll: MakePoll, evaluator: User, client_of: ClientOf
) -> None:
    client, campaign = client_of(evaluator), make_poll(prompts=1)
    Campaign.objects.update(criteria=["safety"], tags=["更准确", "更短"], allowed=["tie"])
    text = page(client, campaign)
    assert 'name="rate-safety" value="both_bad"' in text
    assert 'name="choice" value="both_bad"' not in text
    assert 'name="skip"' not in text
    said = {"rate-safety": "right", "rate-fluency": "", "tag": ["更短"], "choice": "tie"}
    url = reverse("evaluation:cast", args=["tea", campaign.pk])
    client.post(url, {"ballot": token(text), **said})
    ballot = campaign.ballots.done().get()
    assert (ballot.choice, ballot.ratings, ballot.tags) == ("tie", {"safety": "right"}, ["更短"])


@pytest.mark.parametrize(
    ("style", "shown"), [("markdown", "<strong>甲</strong>"), ("plain", "**甲**\n乙")]
)
def test_it_sets_both_answers_alike(
    make_poll: MakePoll, evaluator: User, client_of: ClientOf, style: str, shown: str
) -> None:
    campaign = make_poll(prompts=1)
    Campaign.objects.update(style=style)
    Answer.objects.update(text="**甲**\n乙")
    assert page(client_of(evaluator), campaign).count(shown) == 2


def test_it_sends_a_person_home_at_the_daily_cap(
    make_poll: MakePoll, evaluator: User, client_of: ClientOf
) -> None:
    client, campaign = client_of(evaluator), make_poll(prompts=3)
    Campaign.objects.update(daily_cap=1)
    cast(client, campaign, "left", token(page(client, campaign)))
    text = page(client, campaign)
    assert "That is enough for today" in text
    assert "This campaign takes 1 vote of one person a day" in text


def test_enter_in_a_field_casts_no_vote(
    make_poll: MakePoll, evaluator: User, client_of: ClientOf
) -> None:
    text = page(client_of(evaluator), make_poll())
    ballot = text[text.index('class="ballot"') :]
    assert ballot.index("<button disabled hidden>") == ballot.index("<button")


def test_it_thanks_at_the_end(make_poll: MakePoll, evaluator: User, client_of: ClientOf) -> None:
    client, campaign = client_of(evaluator), make_poll(prompts=1)
    cast(client, campaign, "left", token(page(client, campaign)))
    assert "You cast 1 vote." in page(client, campaign)


def test_it_tells_a_voter_who_was_too_late_and_goes_on(
    make_poll: MakePoll, evaluator: User, client_of: ClientOf
) -> None:
    client, campaign = client_of(evaluator), make_poll(prompts=2)
    answer = cast(client, campaign, "left", "0" * 64, headers=HTMX)
    text = answer.content.decode()
    assert "gone to somebody else" in text
    assert token(text)
    assert not campaign.ballots.done().exists()


def test_it_leaves_when_the_campaign_was_closed_meanwhile(
    make_poll: MakePoll, evaluator: User, lead: User, client_of: ClientOf
) -> None:
    client, campaign = client_of(evaluator), make_poll()
    ballot = token(page(client, campaign))
    campaigns.close(campaign, lead)
    answer = cast(client, campaign, "left", ballot, headers=HTMX)
    assert answer.headers["HX-Redirect"] == "/p/tea/vote/"
    assert not campaign.ballots.done().exists()


@pytest.mark.parametrize("who", ["lead", "site_admin"])
def test_it_tells_leads_why_they_do_not_vote(
    make_poll: MakePoll, client_of: ClientOf, request: pytest.FixtureRequest, who: str
) -> None:
    campaign = make_poll()
    client = client_of(request.getfixturevalue(who))
    for url in ("/p/tea/vote/", f"/p/tea/vote/{campaign.pk}/"):
        answer = client.get(url)
        assert answer.status_code == 403
        assert "Leads do not vote" in answer.content.decode()


def test_it_shows_leads_progress_and_no_ranking(
    make_poll: MakePoll, evaluator: User, lead: User, vote: Vote, client_of: ClientOf
) -> None:
    campaign = make_poll(prompts=2)
    vote(evaluator, campaign)
    text = client_of(lead).get(f"/p/tea/evaluate/{campaign.pk}/").content.decode()
    assert "1 of 2 votes" in text
    assert "Better or equal" not in text


def test_it_shows_the_ranking_after_the_close(
    make_poll: MakePoll, evaluator: User, lead: User, vote: Vote, client_of: ClientOf
) -> None:
    campaign = make_poll(prompts=2)
    for _ in range(2):
        vote(evaluator, campaign)
    client_of(lead).post(f"/p/tea/evaluate/{campaign.pk}/close")
    for user in (lead, evaluator):
        text = client_of(user).get(f"/p/tea/evaluate/{campaign.pk}/?category=问").content.decode()
        assert "zebra-base" in text
        assert "How this is computed" in text
        chart = client_of(user).get(f"/p/tea/evaluate/{campaign.pk}/ratings.csv").content.decode()
        assert "zebra-base" in chart


def test_it_says_plainly_that_demo_votes_are_demo_votes(
    make_poll: MakePoll, lead: User, client_of: ClientOf
) -> None:
    campaign = make_poll()
    Campaign.objects.filter(pk=campaign.pk).update(demo=True, state="closed")
    text = client_of(lead).get(f"/p/tea/evaluate/{campaign.pk}/").content.decode()
    assert "These are demo votes. Nobody cast them" in text


def test_it_opens_a_campaign_only_after_saying_how_many_votes_it_needs(
    prompt_set: PromptSet, make_models: object, lead: User, client_of: ClientOf
) -> None:
    models = make_models("zebra", "yak", "wolf", prompts=4)  # type: ignore[operator]
    client = client_of(lead)
    data = {
        "name": "第二轮",
        "prompt_set": prompt_set.pk,
        "models": [model.pk for model in models],
        "votes_per_matchup": 2,
        "seed": 0,
    }
    first = client.post("/p/tea/evaluate/new", data)
    assert "24</b> votes: 12 comparisons over 4 prompts" in first.content.decode()
    assert not Campaign.objects.exists()
    client.post("/p/tea/evaluate/new", {**data, "seen": 23})
    assert not Campaign.objects.exists()
    client.post("/p/tea/evaluate/new", {**data, "seen": 24})
    assert Campaign.objects.get().ballots.count() == 24


def test_it_refuses_a_campaign_whose_name_gives_a_model_away(
    prompt_set: PromptSet, make_models: object, lead: User, client_of: ClientOf
) -> None:
    models = make_models("zebra", "yak")  # type: ignore[operator]
    data = {"name": "Zebra 对照", "prompt_set": prompt_set.pk, "models": [m.pk for m in models]}
    data |= {"votes_per_matchup": 1, "seed": 0, "seen": 2}
    answer = client_of(lead).post("/p/tea/evaluate/new", data)
    assert answer.status_code == 400
    assert "names the model “zebra”" in answer.content.decode()


def test_it_brings_in_prompts_through_a_job(
    project: Project, lead: User, client_of: ClientOf
) -> None:
    rows = [{"id": "a", "prompt": "一？"}, {"id": "b"}]
    file = SimpleUploadedFile("p.jsonl", "\n".join(map(json.dumps, rows)).encode())
    client = client_of(lead)
    answer = client.post("/p/tea/evaluate/prompts/import", {"name": "新集", "file": file})
    assert answer.headers["Location"] == "/p/tea/evaluate/prompts/"
    jobs.run(Job.objects.get().pk, prompts.read_upload)
    text = client.get("/p/tea/evaluate/prompts/").content.decode()
    assert "1 row added" in text
    assert "The field “prompt” is missing." in text
    assert Prompt.objects.get().key == "a"


def test_it_names_what_is_wrong_with_a_file(
    project: Project, lead: User, client_of: ClientOf
) -> None:
    file = SimpleUploadedFile("p.jsonl", b"%PDF-1.7 binary")
    answer = client_of(lead).post("/p/tea/evaluate/prompts/import", {"name": "集", "file": file})
    assert answer.status_code == 400
    assert "This is a PDF file. Give a JSONL, JSON or CSV file." in answer.content.decode()
    assert not Upload.objects.exists()
    assert not PromptSet.objects.exists()


def test_it_adds_a_model_once(project: Project, lead: User, client_of: ClientOf) -> None:
    client = client_of(lead)
    codes = [client.post("/p/tea/evaluate/models/new", {"name": "甲"}).status_code for _ in "ab"]
    assert codes == [302, 400]
    assert ModelVersion.objects.count() == 1


@pytest.mark.parametrize("who", ["evaluator", "annotator", "reviewer"])
def test_it_keeps_the_room_for_leads(
    make_poll: MakePoll, client_of: ClientOf, request: pytest.FixtureRequest, who: str
) -> None:
    make_poll()
    client = client_of(request.getfixturevalue(who))
    assert client.get("/p/tea/evaluate/").status_code == 403
    assert client.get("/p/tea/evaluate/new").status_code == 403
