"""The gate: what may not go out of a selection, why, and who let it through."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import DatabaseError, connection

from annotation.contamination import waivers
from annotation.contamination.registry import register
from annotation.models import (
    Annotation,
    Claim,
    Comment,
    Finding,
    Pair,
    Project,
    Response,
    Source,
)
from cqia.accounts.models import User
from cqia.lib.errors import CqiaError
from review import examining, gate, gate_page
from review.decisions import Verdict, decide
from review.gate import Report
from review.gate_rules.texts import PersonalData
from review.models import GateProblem, GateReport, GateWaiver, Review, TextFinding
from tests.cast import MakeAnnotated
from tests.test_contamination import exam_file, work_off
from tests.test_contamination_index import ASKED, EXAM

Examine = Callable[..., Report]
PHONE = "联系张先生，手机 13907284519，随时可以来店里喝茶。"
CLEAN = {"licence_kind": "CC-BY-4.0", "consent": "given", "output_terms": "free"}
_CHOSEN = """
CREATE TEMP TABLE chosen ON COMMIT DROP AS
SELECT DISTINCT ON (pair.id) pair.id AS pair_id, review.response_id, review.id AS review_id,
       'sft' AS kind, '' AS stratum, 'train' AS split, 0 AS copy, pair.id AS ordinal
  FROM annotation_pair pair JOIN review_review review ON review.pair_id = pair.id
 WHERE review.response_id IS NOT NULL ORDER BY pair.id, review.id DESC
"""


@dataclass(frozen=True)
class For:
    use: str


@pytest.fixture
def examine(project: Project) -> Examine:
    def examine(use: str = "research") -> Report:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS chosen")
            cursor.execute(_CHOSEN)
            return gate.examine(project, For(use), cursor)

    return examine


def say(source: Source, **terms: str) -> None:
    Source.objects.filter(pk=source.pk).update(**{**CLEAN, **terms})


def found(report: Report) -> list[tuple[str, str, str, int]]:
    """Rule, level, subject and the rows that are not waived."""
    return [(one.rule.id, str(one.level), one.subject, one.left) for one in report.problems]


def test_a_source_with_good_terms_passes(
    make_approved: MakeAnnotated, source: Source, examine: Examine
) -> None:
    make_approved()
    say(source)
    for use in ("research", "commercial", "open"):
        report = examine(use)
        assert (found(report), report.passes, report.rows) == ([], True, 1)


def test_what_is_unknown_is_told_for_research_and_blocks_otherwise(
    make_approved: MakeAnnotated, examine: Examine
) -> None:
    make_approved()
    assert found(examine()) == [
        ("licence", "warn", "unknown", 1),
        ("consent", "warn", "unknown", 1),
    ]
    assert examine().passes
    for use in ("commercial", "open"):
        assert {one.rule.id for one in examine(use).blocking} == {"licence", "consent"}


@pytest.mark.parametrize(
    ("terms", "use", "problem"),
    [
        ({"licence_kind": "CC-BY-NC-4.0"}, "commercial", ("licence", "block", "CC-BY-NC-4.0", 1)),
        ({"licence_kind": "CC-BY-ND-4.0"}, "research", ("licence", "warn", "CC-BY-ND-4.0", 1)),
        ({"licence_kind": "nobody-knows"}, "open", ("licence", "block", "nobody-knows", 1)),
        ({"consent": "refused"}, "research", ("consent", "block", "refused", 1)),
    ],
)
def test_the_table_says_what_terms_allow(
    make_approved: MakeAnnotated,
    source: Source,
    examine: Examine,
    terms: dict[str, str],
    use: str,
    problem: tuple[str, str, str, int],
) -> None:
    make_approved()
    say(source, **terms)
    assert found(examine(use)) == [problem]


@pytest.mark.parametrize(("said", "subject"), [("no_rivals", "no_rivals"), ("none", "unknown")])
def test_terms_of_a_model_hold_for_rows_with_its_answers(
    make_approved: MakeAnnotated, source: Source, examine: Examine, said: str, subject: str
) -> None:
    """Also for the answer that a rewrite replaced; a source that claims to have none is not believed."""
    make_approved()
    rewritten = make_approved(rewrite="人改写过的回答，已经看不出模型的影子了。")
    Response.objects.filter(pair=rewritten, parent=None).update(origin="llm")
    say(source, output_terms=said)
    assert found(examine("commercial")) == [("outputs", "block", subject, 1)]


def other_source(project: Project, pair: Pair, **terms: str) -> Source:
    other = Source.objects.create(project=project, name="维基", recipe="cqia", **{**CLEAN, **terms})
    Pair.objects.filter(pk=pair.pk).update(source=other)
    return other


def test_two_licences_that_want_the_whole_do_not_go_together(
    make_approved: MakeAnnotated, project: Project, source: Source, examine: Examine
) -> None:
    make_approved()
    make_approved()
    say(source, licence_kind="CC-BY-SA-4.0")
    other_source(project, make_approved(), licence_kind="ODbL-1.0")
    assert found(examine("open")) == [("conflict", "block", "ODbL / CC BY-SA", 1)]
    assert found(examine("commercial")) == [("conflict", "warn", "ODbL / CC BY-SA", 1)]
    assert found(examine("research")) == []


@pytest.fixture
def benchmark(project: Project, lead: User, tmp_path: Path, settings: object) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"  # type: ignore[attr-defined]
    path = exam_file(tmp_path, EXAM)
    register(project, "茶学测验", path, path.name, lead)
    work_off(project)


@pytest.mark.usefixtures("benchmark")
def test_it_names_the_benchmark_items_that_people_wrote_in(
    make_approved: MakeAnnotated, project: Project, source: Source, lead: User, examine: Examine
) -> None:
    make_approved()
    planted = make_approved(rewrite=f"考考你：{ASKED}")
    say(source)
    report = examine()
    assert found(report) == [("contamination", "block", "茶学测验", 1)]
    assert report.problems[0].first == [(planted.pk, "茶学测验 · tea-1 (100%)")]
    waivers.waive(project, planted, lead, "题目是公开的常识")
    report = examine()
    assert (report.passes, report.problems[0].waived) == (True, 1)
    assert [(one["reason"], one["by"]) for one in report.waivers] == [("题目是公开的常识", "lead")]


def test_personal_data_is_named_by_its_kind_alone(
    make_approved: MakeAnnotated, source: Source, examine: Examine
) -> None:
    pair = make_approved(rewrite=PHONE)
    say(source)
    [problem] = examine().problems
    assert (problem.rule.id, problem.first) == ("personal", [(pair.pk, "〔手机号〕")])
    assert "139" not in TextFinding.objects.get(check_id="personal_data").words


def test_an_answer_that_was_replaced_is_published_too(
    make_approved: MakeAnnotated, source: Source, examine: Examine
) -> None:
    make_approved(PHONE, rewrite="想喝茶的话，可以直接去店里，不必预约。")
    say(source)
    assert found(examine()) == [("personal", "block", "", 1)]


def test_a_line_that_is_off_only_tells(
    make_approved: MakeAnnotated, project: Project, source: Source, examine: Examine
) -> None:
    make_approved(rewrite=PHONE)
    say(source)
    project.thresholds.create(check_id="personal_data", enabled=False, high=0)
    assert found(examine()) == [("personal", "warn", "", 1)]


def test_it_reads_only_texts_that_changed_since_they_were_measured(
    make_approved: MakeAnnotated,
    project: Project,
    source: Source,
    examine: Examine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    imported, rewritten = make_approved(), make_approved(rewrite="换了一种说法，意思没有变。")
    for pair in (imported, rewritten):
        for check in ("personal_data", "contamination"):
            Finding.objects.create(
                pair=pair, project=project, check_id=check, version=1, score=0, evidence=""
            )
    say(source)
    assert examine().measured == {"contamination": 1, "personal": 1}
    assert set(TextFinding.objects.values_list("pair", flat=True)) == {rewritten.pk}
    monkeypatch.setattr(PersonalData, "words", lambda *_: pytest.fail("measured twice"))
    assert examine().passes
    Response.objects.filter(pair=rewritten, author__isnull=False).update(text=PHONE)
    with pytest.raises(pytest.fail.Exception, match="measured twice"):
        examine()


@pytest.mark.parametrize("state", ["dropped", "returned"])
def test_nothing_that_is_not_approved_is_inside_and_nobody_can_waive_it(
    make_approved: MakeAnnotated,
    project: Project,
    source: Source,
    lead: User,
    examine: Examine,
    state: str,
) -> None:
    pair = make_approved()
    say(source)
    Pair.objects.filter(pk=pair.pk).update(state=state)
    assert found(examine()) == [("standing", "block", state, 1)]
    wanted = examining.Wanted("standing", state, "research", "仍要放行", pair=pair)
    with pytest.raises(CqiaError, match="cannot be let through"):
        examining.waive(project, lead, [wanted])


def test_a_row_that_half_of_its_annotators_rejected_is_disputed(
    make_approved: MakeAnnotated, source: Source, second_annotator: User, examine: Examine
) -> None:
    pair = make_approved()
    say(source)
    claim = Claim.objects.create(pair=pair, project=pair.project, slot=2, place=1)
    Annotation.objects.create(
        pair=pair, claim=claim, author=second_annotator, verb="reject", reasons=["wrong"], seconds=1
    )
    assert found(examine()) == [("disputed", "block", "rejected", 1)]


def test_a_comment_that_nobody_resolved_is_told(
    make_approved: MakeAnnotated, source: Source, annotator: User, examine: Examine
) -> None:
    say(source)
    Comment.objects.create(pair=make_approved(), author=annotator, text="这里真的对吗？")
    assert found(examine()) == [("disputed", "warn", "comment", 1)]


@pytest.mark.parametrize("scope", ["rows", "source", "subject"])
def test_a_waiver_stands_for_its_use_and_its_terms(
    make_approved: MakeAnnotated,
    project: Project,
    source: Source,
    lead: User,
    examine: Examine,
    scope: str,
) -> None:
    pair = make_approved()
    say(source, licence_kind="CC-BY-NC-4.0")
    of = {"rows": {"pair": pair}, "source": {"source": source}, "subject": {}}[scope]
    wanted = examining.Wanted("licence", "CC-BY-NC-4.0", "commercial", "已获授权", **of)  # type: ignore[arg-type]
    examining.waive(project, lead, [wanted])
    assert (examine("commercial").passes, examine("open").passes) == (True, False)
    say(source, licence_kind="all-rights-reserved")
    assert not examine("commercial").passes


def test_a_waiver_wants_a_reason_is_given_once_and_can_be_ended(
    make_approved: MakeAnnotated, project: Project, source: Source, lead: User, examine: Examine
) -> None:
    make_approved()
    say(source, consent="refused")
    told = {"rule": "consent", "subject": "refused", "use": "research", "source": source}
    with pytest.raises(CqiaError, match="Say why"):
        examining.waive(project, lead, [examining.Wanted(**told, reason=" ")])  # type: ignore[arg-type]
    wanted = examining.Wanted(**told, reason="本人已书面撤回拒绝")  # type: ignore[arg-type]
    examining.waive(project, lead, [wanted])
    with pytest.raises(CqiaError, match="already"):
        examining.waive(project, lead, [wanted])
    assert examine().passes
    examining.end(GateWaiver.objects.get(), lead)
    assert not examine().passes


def test_it_refuses_what_is_held_back(make_approved: MakeAnnotated, examine: Examine) -> None:
    make_approved()
    gate.refuse(examine())
    with pytest.raises(CqiaError, match="holds back: 2") as refused:
        gate.refuse(examine("open"))
    assert refused.value.code == "release_blocked"


def test_it_says_what_review_found(
    make_approved: MakeAnnotated, make_annotated: MakeAnnotated, reviewer: User, examine: Examine
) -> None:
    make_approved()
    decide(reviewer, make_annotated(), Verdict(Review.Verb.FIX, text="审核时改过的回答。"))
    assert examine().figures == {
        "rows": 2, "reviewed": 2, "reviewers": 1, "fixed": 1, "changed": 1, "sent_back": 0,
        "in_bulk": 0,
    }  # fmt: skip


def test_a_report_is_kept_with_all_its_rows_and_never_changed(
    make_approved: MakeAnnotated, source: Source, examine: Examine
) -> None:
    pairs = [make_approved(), make_approved()]
    with connection.cursor() as cursor:
        kept = gate.keep(examine("open"), cursor)
    problem = kept.problems.get(rule="licence")
    assert (problem.pairs, problem.source, problem.count) == ([p.pk for p in pairs], source, 2)
    lines = "".join(gate_page.csv_of(problem)).splitlines()
    assert lines[1] == f"社区问答,raw.jsonl,1,{pairs[0].pk},,为什么绿茶不宜用沸水冲泡？"
    assert len(lines) == 3
    with pytest.raises(DatabaseError, match="never changed"):
        GateReport.objects.filter(pk=kept.pk).update(passed=True)


def test_it_lists_what_holds_back_first(
    make_approved: MakeAnnotated, source: Source, examine: Examine
) -> None:
    make_approved()
    say(source, licence_kind="CC-BY-ND-4.0", consent="refused")
    with connection.cursor() as cursor:
        kept = gate.keep(examine(), cursor)
    shown = gate_page.problems_of(kept)
    assert [(one.rule.id, one.blocks) for one in shown] == [("consent", True), ("licence", False)]
    assert GateProblem.objects.count() == 2
