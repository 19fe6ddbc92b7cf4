import pytest
from django.test import Client
from django.urls import reverse

from annotation import live_hints, queue
from annotation.checks import TEXT_CHECKS
from annotation.decisions import Decision, submit
from annotation.live_hints import Blocked, Place, hints_of
from annotation.models import Annotation, Claim, Draft, Pair, Project, State, Threshold
from cqia.accounts.models import User
from tests.cast import ClientOf, MakePair

CARD = "身份证号：360426199101010071。"
OPEN = "可以用切片：\n```python\nwords[::-1]\n这样最短。"
HALF = "绿茶,红茶,白茶,都好喝."
GOOD = "绿茶未经发酵，沸水会烫熟茶叶，使茶汤发黄发苦，所以水温以八十度上下为宜。"


@pytest.fixture
def pair(make_pair: MakePair) -> Pair:
    return make_pair("为什么绿茶不宜用沸水冲泡？", GOOD, state=State.QUEUED)


@pytest.fixture
def claim(pair: Pair, annotator: User, project: Project) -> Claim:
    claim = queue.claim_next(annotator, project)
    assert claim is not None
    return claim


def found(pair: Pair, text: str, **edited: str) -> dict[str, bool]:
    """The checks that speak up, and whether they block."""
    return {hint.check_id: hint.blocks for hint in hints_of(pair, text, **edited)}


def test_a_good_text_and_none_have_no_hints(pair: Pair) -> None:
    assert (hints_of(pair, GOOD), hints_of(pair, " \n")) == ([], [])


@pytest.mark.parametrize(
    ("text", "check"),
    [
        (GOOD + CARD, "personal_data"),
        (GOOD + OPEN, "fences"),
        ("我是通义千问，由阿里云开发。" + GOOD, "self_naming"),
        (GOOD + "水温\ufffd\ufffd\ufffd为宜。", "mojibake"),
    ],
)
def test_what_no_answer_may_hold_blocks(pair: Pair, text: str, check: str) -> None:
    assert found(pair, text)[check] is True


def test_what_is_only_unusual_warns_and_comes_after_errors(pair: Pair) -> None:
    assert found(pair, HALF) == {"punctuation": False}
    assert [hint.blocks for hint in hints_of(pair, CARD + HALF)] == [True, False]


def test_a_line_that_is_off_warns_and_blocks_nothing(pair: Pair) -> None:
    Threshold.objects.create(
        project=pair.project, check_id="personal_data", enabled=False, low=None, high=0
    )
    assert found(pair, GOOD + CARD) == {"personal_data": False}
    live_hints.refuse(pair.project_id, GOOD + CARD)


def test_it_goes_by_the_line_of_the_project(pair: Pair) -> None:
    Threshold.objects.create(project=pair.project, check_id="personal_data", high=1)
    assert found(pair, GOOD + CARD) == {}


def test_what_is_wrong_with_the_question_is_no_hint_on_the_answer(make_pair: MakePair) -> None:
    assert found(make_pair(f"{CARD}请润色。", GOOD), GOOD) == {}


def test_how_the_answer_stands_to_the_question_is_measured_by_both(make_pair: MakePair) -> None:
    asked = "请详细介绍绿茶、红茶、乌龙茶、白茶、黄茶与黑茶的制作工艺，以及它们各自适合的水温。"
    pair = make_pair(asked, GOOD)
    assert found(pair, asked) == {"echo": False}
    assert found(pair, asked, instruction="写一句话。") == {}


def test_it_counts_places_as_a_browser_does(pair: Pair) -> None:
    text = f"{GOOD}😀𠮷\n{CARD}"
    [hint] = hints_of(pair, text)
    [place] = hint.places
    start = len(text[: text.index("360426199101010071")].encode("utf-16-le")) // 2
    assert place == Place(start, start + 18, 2)


def test_of_what_does_not_close_it_shows_the_last(pair: Pair) -> None:
    text = f"{GOOD}\n```\na\n```\n然后\n```\nb"
    [hint] = hints_of(pair, text)
    assert (hint.check_id, hint.places[0].line) == ("fences", 6)


def test_a_blocked_text_is_not_submitted_and_kept(
    claim: Claim, annotator: User, project: Project
) -> None:
    with pytest.raises(Blocked, match="360426199101010071"):
        submit(annotator, project, claim.pk, Decision("rewrite", text=GOOD + CARD))
    assert not Annotation.objects.exists()
    assert Draft.objects.get().fields["text"] == GOOD + CARD


def test_a_text_with_warnings_is_submitted(claim: Claim, annotator: User, project: Project) -> None:
    submit(annotator, project, claim.pk, Decision("rewrite", text=HALF))
    assert Annotation.objects.get().verb == "rewrite"


def test_accepting_is_never_blocked(make_pair: MakePair, annotator: User, project: Project) -> None:
    make_pair("谁在卖二手书？", CARD, state=State.QUEUED)
    claim = queue.claim_next(annotator, project)
    assert claim is not None
    submit(annotator, project, claim.pk, Decision("accept"))
    assert Annotation.objects.get().verb == "accept"


def test_four_checks_block() -> None:
    blocking = {check.id for check in TEXT_CHECKS if check.blocks}
    assert blocking == {"personal_data", "fences", "self_naming", "mojibake"}


# The page


def ask(client: Client, claim: Claim, text: str, **fields: str) -> str:
    url = reverse("annotation:hints", args=["tea", claim.pk])
    return client.post(url, {"text": text, **fields}).content.decode()


def test_the_page_tells_errors_from_warnings_and_leads_to_the_place(
    claim: Claim, annotator: User, client_of: ClientOf
) -> None:
    piece = ask(client_of(annotator), claim, CARD + HALF)
    assert piece.count('data-severity="error"') == 1
    assert piece.count('data-severity="warning"') == 1
    assert 'data-select="5 23"' in piece
    assert "Line 1" in piece


def test_the_page_is_empty_where_nothing_is_found(
    claim: Claim, annotator: User, client_of: ClientOf
) -> None:
    assert "<" not in ask(client_of(annotator), claim, GOOD)


def test_the_page_shows_evidence_as_text(
    claim: Claim, annotator: User, client_of: ClientOf
) -> None:
    piece = ask(client_of(annotator), claim, GOOD + "<script>alert(1)</script>")
    assert "<script>" not in piece


def test_a_very_long_text_is_measured_only_at_its_submit(
    claim: Claim, annotator: User, client_of: ClientOf
) -> None:
    piece = ask(client_of(annotator), claim, CARD + "茶" * live_hints.LENGTH_LIMIT)
    assert "too long to be checked while you write" in piece
    assert "data-severity" not in piece


def test_it_measures_by_the_question_as_it_is_edited(
    claim: Claim, annotator: User, client_of: ClientOf
) -> None:
    client = client_of(annotator)
    assert "echo" in [hint.check_id for hint in hints_of(claim.pair, GOOD, instruction=GOOD)]
    assert "warning" in ask(client, claim, GOOD, instruction=GOOD)
    assert "warning" not in ask(client, claim, GOOD)


def test_nobody_measures_by_a_pair_of_somebody_else(
    claim: Claim, second_annotator: User, client_of: ClientOf
) -> None:
    url = reverse("annotation:hints", args=["tea", claim.pk])
    assert client_of(second_annotator).post(url, {"text": GOOD}).status_code == 404
