"""The committed assignment: what it holds, and that nobody can move a ballot unseen."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from cqia.accounts.models import User
from cqia.lib.errors import CqiaError
from evaluation import campaigns, commitment, votes
from evaluation.models import Answer, Ballot, Campaign, ModelVersion
from tests.cast import ClientOf
from tests.poll import MakePoll, Vote


def closed(campaign: Campaign, lead: User) -> Campaign:
    campaigns.close(campaign, lead)
    campaign.refresh_from_db()
    return campaign


def test_it_commits_when_it_opens(make_poll: MakePoll) -> None:
    campaign = make_poll(prompts=3, votes=2)
    assert len(campaign.commitment) == len(campaign.nonce) == 64
    assert campaign.commitment != campaign.nonce
    assert commitment.holds(campaign)


def test_voting_changes_nothing_of_it(make_poll: MakePoll, evaluator: User, vote: Vote) -> None:
    campaign = make_poll(prompts=3)
    skipped = votes.next_ballot(evaluator, campaign)
    assert skipped is not None
    votes.skip(evaluator, campaign, votes.token_of(skipped, evaluator), "unsure")
    vote(evaluator, campaign)
    assert commitment.holds(campaign)


def test_it_sees_a_side_that_was_turned(make_poll: MakePoll) -> None:
    campaign = make_poll()
    ballot = campaign.ballots.earliest("pk")
    Ballot.objects.filter(pk=ballot.pk).update(first_is_left=not ballot.first_is_left)
    assert not commitment.holds(campaign)


def test_it_sees_an_answer_that_was_changed(make_poll: MakePoll) -> None:
    campaign = make_poll()
    Answer.objects.filter(prompt__key="q1").update(text="一个更好的回答。")
    assert not commitment.holds(campaign)


def test_it_sees_ballots_that_were_swapped(make_poll: MakePoll) -> None:
    campaign = make_poll(prompts=2)
    one, other = campaign.ballots.order_by("pk")
    for ballot, matchup in ((one, -1), (one, other.matchup_id), (other, one.matchup_id)):
        if matchup > 0:
            Ballot.objects.filter(pk=ballot.pk).update(matchup_id=matchup, slot=matchup % 90 + 5)
    assert not commitment.holds(campaign)


def test_a_model_may_be_renamed_afterwards(make_poll: MakePoll) -> None:
    campaign = make_poll()
    ModelVersion.objects.filter(name="yak-tuned").update(name="yak-2")
    assert commitment.holds(campaign)


def test_its_file_tells_every_ballot(make_poll: MakePoll, lead: User) -> None:
    campaign = closed(make_poll(prompts=2, votes=2), lead)
    head, *lines = [json.loads(line) for line in commitment.written(campaign)]
    assert head == {"campaign": "第一轮", "nonce": campaign.nonce}
    assert [line["ballot"] for line in lines] == [1, 2, 3, 4]
    assert {frozenset((line["left"], line["right"])) for line in lines} == {
        frozenset({"zebra-base", "yak-tuned"})
    }


def test_it_keeps_the_file_back_while_it_is_open(
    make_poll: MakePoll, lead: User, client_of: ClientOf
) -> None:
    campaign = make_poll()
    with pytest.raises(CqiaError) as caught:
        commitment.written(campaign)
    assert caught.value.code == "assignment_secret"
    answer = client_of(lead).get(f"/p/tea/evaluate/{campaign.pk}/assignment.jsonl")
    assert answer.status_code == 400
    assert campaign.nonce not in answer.content.decode()


def test_the_page_never_shows_the_nonce_before_the_close(
    make_poll: MakePoll, lead: User, client_of: ClientOf
) -> None:
    campaign = make_poll()
    page = client_of(lead).get(f"/p/tea/evaluate/{campaign.pk}/").content.decode()
    assert campaign.commitment in page
    assert campaign.nonce not in page


def downloaded(campaign: Campaign, evaluator: User, client_of: ClientOf, place: Path) -> Path:
    answer = client_of(evaluator).get(f"/p/tea/evaluate/{campaign.pk}/assignment.jsonl")
    file = place / "assignment.jsonl"
    file.write_bytes(answer.getvalue())
    return file


def test_anybody_can_check_the_file_offline(
    make_poll: MakePoll, lead: User, evaluator: User, client_of: ClientOf, tmp_path: Path
) -> None:
    campaign = closed(make_poll(prompts=3), lead)
    file = downloaded(campaign, evaluator, client_of, tmp_path)
    call_command("check_assignment", str(file), hash=campaign.commitment)
    file.write_text(file.read_text("utf-8").replace("zebra-base", "wolf", 1), "utf-8")
    with pytest.raises(CommandError, match="not the assignment that was committed"):
        call_command("check_assignment", str(file), hash=campaign.commitment)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("not json\n", "Line 1 of a.jsonl is no line of an assignment."),
        ('{"nonce":"x"}\n[1]\n', "Line 2 of a.jsonl is no line of an assignment."),
        ('{"campaign":"x"}\n', "The first line of a.jsonl must hold the nonce."),
        ("", "Line 1 of a.jsonl is no line of an assignment."),
    ],
)
def test_it_names_the_line_that_cannot_be_read(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text(text, "utf-8")
    with pytest.raises(CommandError, match=said):
        call_command("check_assignment", str(file), hash="0" * 64)


def test_the_button_says_whether_it_agrees(
    make_poll: MakePoll, lead: User, evaluator: User, client_of: ClientOf
) -> None:
    campaign = closed(make_poll(), lead)
    client, url = client_of(evaluator), f"/p/tea/evaluate/{campaign.pk}/check"
    said = [str(each) for each in client.post(url, follow=True).context["messages"]]
    assert said == ["The ballots are those that were committed: hashes agree."]
    Answer.objects.filter(prompt__key="q1").update(text="换了。")
    said = [str(each) for each in client.post(url, follow=True).context["messages"]]
    assert said == ["The ballots are not those that were committed."]
