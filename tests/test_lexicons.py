"""Lexicons: versions, what they find, and the pages on which leads keep them."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction

from annotation import jobs, lexicons, prefilter
from annotation.checks import CHECK_OF, Text
from annotation.checks.sensitive import Sensitive
from annotation.lexicons import Content
from annotation.models import Job, Lexicon, LexiconVersion, Project, State
from annotation.redecisions import redecide
from annotation.start_words import START
from annotation.thresholds import Line
from cqia.accounts.models import AuditEntry, User
from cqia.lib.errors import CqiaError
from cqia.lib.lexicon import Matcher
from tests.cast import ClientOf, MakePair

pytestmark = pytest.mark.django_db
GOOD = "绿茶未经发酵，叶片细嫩，沸水会把茶叶烫熟，使茶多酚大量溶出，茶汤发黄发苦。"
PAGE = "/p/tea/prefilter/lexicons/"


@pytest.fixture
def lexicon(project: Project, lead: User) -> Lexicon:
    return lexicons.create(
        project, lead, "赌博", "gambling", Content(["赌博", "百家乐"], weight=2.0)
    )


def measured(project: Project, text: str) -> tuple[float, str]:
    found = Sensitive().measurer(project.pk)(Text("问", (text,)))
    return found.score, found.evidence


def run(project: Project) -> None:
    job = Job.objects.create(project=project, task="annotation.run_prefilter")
    jobs.run(job.pk, prefilter.run)


def test_it_adds_the_weight_of_each_different_word(lexicon: Lexicon, lead: User) -> None:
    project = lexicon.project
    lexicons.create(project, lead, "辱骂", "abuse", Content(["蠢货"], weight=0.5))
    text = "他说赌 博害人，赌博误事，百家乐也是，别做蠢货"
    assert measured(project, text) == (4.5, "赌 博 … 百家乐 … 蠢货 … 〔赌博〕〔辱骂〕")
    assert measured(project, "喝茶") == (0, "")


def test_a_word_of_two_lexicons_weighs_once_and_most(lexicon: Lexicon, lead: User) -> None:
    lexicons.create(lexicon.project, lead, "其他", "other", Content(["赌博"], weight=0.5))
    assert measured(lexicon.project, "不要赌博")[0] == 2.0


def test_it_knows_no_words_of_another_project(lexicon: Lexicon) -> None:
    other = Project.objects.create(slug="other", name="别处")
    assert measured(other, "赌博") == (0, "")
    assert (Sensitive().version_in(other.pk), Sensitive().version_in(lexicon.project_id)) == (1, 2)


def test_every_save_is_a_version_that_stays(lexicon: Lexicon, lead: User, annotator: User) -> None:
    lexicons.save(lexicon, annotator, Content(["赌博", "老虎机"], 1.0))
    lexicons.switch(lexicon, lead, enabled=False)
    rows = lexicon.versions.order_by("number").values_list("number", "words", "weight", "enabled")
    assert list(rows) == [
        (1, ["赌博", "百家乐"], 2.0, True),
        (2, ["赌博", "老虎机"], 1.0, True),
        (3, ["赌博", "老虎机"], 1.0, False),
    ]
    assert Sensitive().version_in(lexicon.project_id) == 4
    assert measured(lexicon.project, "赌博") == (0, "")
    last, second, first = lexicons.changes(lexicon)
    assert (last.added, last.removed, last.switched, last.reweighed) == ([], [], True, False)
    assert (second.added, second.removed) == (["老虎机"], ["百家乐"])
    assert (second.switched, second.reweighed) == (False, True)
    assert (first.added, first.removed, first.version.author) == (["赌博", "百家乐"], [], lead)


def test_saving_the_same_is_no_version(lexicon: Lexicon, lead: User) -> None:
    lexicons.save(lexicon, lead, Content(["赌博", "百家乐"], 2.0))
    assert lexicon.versions.count() == 1


def test_nobody_changes_a_version(lexicon: Lexicon) -> None:
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        LexiconVersion.objects.filter(lexicon=lexicon).update(weight=9)


def test_a_name_is_taken_once(lexicon: Lexicon, lead: User) -> None:
    with pytest.raises(CqiaError, match="There is a lexicon “赌博” already"):
        lexicons.create(lexicon.project, lead, "赌博", "other", Content(["棋牌"], 1.0))


def test_it_names_the_lines_that_hold_no_word() -> None:
    found = lexicons.listed("赌博\n\n 赌 \n百家乐\n" + "长" * 41 + "\n赌 博\n")
    assert found.words == ["赌博", "百家乐"]
    assert [(line, fault.code) for line, fault in found.faults] == [
        (3, "word_too_short"),
        (5, "word_too_long"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_it_reads_a_list_in_any_usual_encoding(encoding: str) -> None:
    assert lexicons.listed(lexicons.decoded("赌博\r\n百家乐".encode(encoding))).words == [
        *("赌博", "百家乐")
    ]


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n\x00\x00", b"\xff\xff"])
def test_it_reads_no_picture(data: bytes) -> None:
    with pytest.raises(CqiaError, match="not a list of words"):
        lexicons.decoded(data)


def test_a_new_version_is_measured_at_the_next_run(
    lexicon: Lexicon, project: Project, lead: User, make_pair: MakePair
) -> None:
    pair = make_pair("为什么？", f"{GOOD}别去老虎机。")
    run(project)
    assert pair.findings.get(check_id="sensitive").score == 0
    lexicons.save(lexicon, lead, Content(["老虎机"], 2.0))
    run(project)
    finding = pair.findings.get(check_id="sensitive")
    assert (finding.score, finding.version) == (2.0, 3)
    pair.refresh_from_db()
    assert pair.state == State.QUEUED  # the line only warns
    redecide(project, lead, [Line(CHECK_OF["sensitive"], True, None, 1)])
    pair.refresh_from_db()
    assert pair.state == State.DROPPED


def test_it_counts_the_pairs_that_words_and_lexicons_hit(
    lexicon: Lexicon, project: Project, make_pair: MakePair
) -> None:
    for answer in (f"{GOOD}赌 博害人。", f"{GOOD}赌博与百家乐都害人。"):
        make_pair("为什么？", answer)
    run(project)
    found = lexicons.tally(project)
    assert lexicons.top_words(["赌博", "百家乐", "棋牌"], found) == [("赌博", 2), ("百家乐", 1)]
    assert found.lexicons == {"赌博": 2}


def test_every_word_of_ours_is_found_as_a_word() -> None:
    for _category, _name, words in START:
        matcher = Matcher(words)
        missed = [word for word in words if [hit.word for hit in matcher.hits(word)] != [word]]
        assert missed == []


def test_the_page_starts_with_our_lists(project: Project, lead: User, client_of: ClientOf) -> None:
    client = client_of(lead)
    assert "No lexicon yet" in client.get(PAGE).text
    assert "7 lexicons added." in client.post(f"{PAGE}start", follow=True).text
    assert "0 lexicons added." in client.post(f"{PAGE}start", follow=True).text
    weights = dict(LexiconVersion.objects.values_list("lexicon__category", "weight"))
    assert (weights["advertising"], weights["gambling"], weights["porn"]) == (0.5, 1.0, 2.0)
    assert not Sensitive.enabled


def test_the_page_adds_a_lexicon_from_field_and_file(
    project: Project, lead: User, client_of: ClientOf
) -> None:
    file = SimpleUploadedFile("words.txt", "老虎机\n赌\n".encode())
    said = client_of(lead).post(
        PAGE, {"name": "我的", "category": "porn", "words": "赌博\n", "file": file}, follow=True
    )
    version = LexiconVersion.objects.get()
    assert (version.words, version.weight) == (["赌博", "老虎机"], 2.0)
    assert "Version 1 holds 2 words." in said.text
    assert "Line 2 of the file: “赌” is too short" in said.text
    assert AuditEntry.objects.get(action="lexicon saved").details == {"name": "我的", "version": 1}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"words": ""}, "There is no word to store"),
        ({"words": "赌博", "name": "赌博"}, "There is a lexicon “赌博” already."),
        ({"words": "赌博", "weight": "-1"}, "greater than or equal to 0.1"),
        ({"words": "赌博", "weight": "nan"}, "Enter a number"),
        ({"words": "赌博", "category": "x"}, "Select a valid choice"),
        ({"words": "赌博", "name": "〔a〕"}, "Enter a valid value"),
    ],
)
def test_the_page_says_what_is_wrong(
    fields: dict[str, str], message: str, lexicon: Lexicon, lead: User, client_of: ClientOf
) -> None:
    answer = client_of(lead).post(PAGE, {"name": "新", "category": "other", **fields})
    assert answer.status_code == 400
    assert message in answer.text
    assert Lexicon.objects.count() == 1


def test_the_page_edits_switches_and_hands_out(
    lexicon: Lexicon, lead: User, client_of: ClientOf
) -> None:
    client, page = client_of(lead), f"{PAGE}{lexicon.pk}/"
    said = client.post(page, {"words": "赌博\n棋牌室", "weight": "3"}, follow=True).text
    assert "+1 −1" in said
    assert "<ins>棋牌室</ins>" in said
    assert "<del>百家乐</del>" in said
    client.post(f"{page}switch", {"on": "0"})
    assert not lexicon.versions.latest("number").enabled
    file = client.get(f"{page}v1.txt")
    assert file.content.decode() == "赌博\n百家乐\n"
    assert client.get(f"{page}v9.txt").status_code == 404


def test_a_text_may_be_tried(lexicon: Lexicon, lead: User, client_of: ClientOf) -> None:
    client = client_of(lead)
    page = client.post(f"{PAGE}try", {"text": "别赌 博<b>"}).text
    assert '别<mark title="赌博">赌 博</mark>' in page
    assert "&lt;b&gt;" in page
    assert "Score 2" in page
    piece = client.post(f"{PAGE}try", {"text": "喝茶"}, headers={"HX-Request": "true"}).text
    assert "Score 0" in piece
    assert "<html" not in piece
    empty = client.post(f"{PAGE}try", {"text": ""}, headers={"HX-Request": "true"}).text
    assert "at most 20,000 characters" in empty


def test_a_lexicon_of_another_project_is_not_there(
    lexicon: Lexicon, site_admin: User, client_of: ClientOf
) -> None:
    Project.objects.create(slug="other", name="别处")
    client = client_of(site_admin)
    for path in ("", "v1.txt"):
        url = f"/p/other/prefilter/lexicons/{lexicon.pk}/{path}"
        assert client.get(url).status_code == 404
