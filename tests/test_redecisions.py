"""Moving lines: what lies between is decided anew at once, told, and can be taken back."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from annotation import prefilter, queue, redecisions, workflow
from annotation.checks import CHECK_OF
from annotation.models import AuditItem, Finding, Pair, Project, Redecision, State, Threshold
from annotation.redecisions import Moves, redecide, undo
from annotation.thresholds import Line, lines_of, preset, preset_of, presets
from cqia.accounts.models import AuditEntry, User
from cqia.lib.errors import CqiaError
from tests.cast import ClientOf, MakePair

pytestmark = pytest.mark.django_db


def line(check_id: str, low: float | None = None, high: float | None = None) -> Line:
    return Line(CHECK_OF[check_id], True, low, high)


@pytest.fixture
def scored(make_pair: MakePair, project: Project) -> list[Pair]:
    """Five pairs in the queue, of 10, 20, … 50 characters as far as the findings say."""
    pairs = [make_pair(f"第{number}问？", "茶") for number in range(1, 6)]
    for number, pair in enumerate(pairs, 1):
        for check_id, score in (("length", number * 10), ("repetition", number / 10)):
            Finding.objects.create(
                pair=pair, project=project, check_id=check_id, version=1, score=score, evidence="茶"
            )
        workflow.move("queue", pair)
    queue.open_slots([pair.pk for pair in pairs], project)
    return pairs


def states(pairs: list[Pair]) -> str:
    """Q for queued, D for dropped, and so on."""
    known = dict(Pair.objects.values_list("pk", "state"))
    return "".join(known[pair.pk][0].upper() for pair in pairs)


def change(project: Project, user: User, *lines: Line) -> Redecision:
    made = redecide(project, user, lines)
    assert made is not None
    return made


def test_it_drops_what_the_line_leaves_outside(
    scored: list[Pair], project: Project, lead: User
) -> None:
    made = change(project, lead, line("length", low=30))
    assert (made.dropped, made.readmitted, made.stayed) == (2, 0, 0)
    assert states(scored) == "DDQQQ"
    last = scored[0].transitions.filter(actor=None).values_list("verb", "reason", "note").last()
    assert last == ("drop", "length", "茶")
    assert not scored[0].claims.exists()


def test_it_lets_back_in_what_the_line_leaves_inside(
    scored: list[Pair], project: Project, lead: User
) -> None:
    change(project, lead, line("length", low=40))
    made = change(project, lead, line("length", low=20))
    assert (made.dropped, made.readmitted) == (0, 2)
    assert states(scored) == "DQQQQ"
    assert scored[2].transitions.values_list("verb", flat=True).last() == "readmit"
    assert scored[2].claims.count() == 1


def test_it_keeps_dropped_what_another_line_drops(
    scored: list[Pair], project: Project, lead: User
) -> None:
    change(project, lead, line("length", low=40), line("repetition", high=0.25))
    assert states(scored) == "DDDDD"
    change(project, lead, line("length", low=0))
    assert states(scored) == "QQDDD"


def test_it_puts_a_drop_down_to_the_first_check_that_fails(
    scored: list[Pair], project: Project, lead: User
) -> None:
    change(project, lead, line("repetition", high=0.05), line("length", low=20))
    reasons = [pair.transitions.values_list("reason", flat=True).last() for pair in scored[:2]]
    assert reasons == ["length", "repetition"]


def test_it_decides_by_a_line_that_is_switched_off_and_on(
    scored: list[Pair], project: Project, lead: User
) -> None:
    change(project, lead, line("length", low=30))
    made = change(project, lead, Line(CHECK_OF["length"], False, 30, None))
    assert (made.dropped, made.readmitted) == (0, 2)
    assert change(project, lead, line("length", low=30)).dropped == 2


def test_it_leaves_what_people_are_at(
    scored: list[Pair], project: Project, lead: User, annotator: User
) -> None:
    claimed = queue.claim_next(annotator, project)
    assert claimed is not None
    assert claimed.pair == scored[0]
    workflow.move("drop", scored[1])
    prefilter.restore(project, [scored[1].pk], lead)
    AuditItem.objects.create(pair=scored[2], project=project, dropped=False)
    workflow.move("annotate", scored[3])
    wanted = [line("length", low=100)]
    assert redecisions.preview(project, wanted) == Moves(1, 0, 4)
    made = change(project, lead, *wanted)
    assert (made.dropped, made.stayed) == (1, 4)
    assert states(scored) == "QQQAD"


def test_it_says_before_what_it_does(scored: list[Pair], project: Project, lead: User) -> None:
    change(project, lead, line("length", low=40))
    wanted = [line("length", low=20), line("repetition", high=0.45)]
    assert redecisions.preview(project, wanted) == Moves(1, 2, 0)
    made = change(project, lead, *wanted)
    assert (made.dropped, made.readmitted) == (1, 2)
    assert states(scored) == "DQQQD"


def test_it_stores_the_lines_and_tells_who_moved_them(
    scored: list[Pair], project: Project, lead: User
) -> None:
    made = change(project, lead, line("length", low=30))
    row = Threshold.objects.get(project=project)
    assert (row.check_id, row.enabled, row.low, row.high) == ("length", True, 30, None)
    before = {one["check_id"]: one["low"] for one in made.before}
    after = {one["check_id"]: one["low"] for one in made.after}
    assert (before["length"], after["length"], made.user) == (2, 30, lead)
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.action) == (lead, "threshold set")
    assert entry.details == {"check": "length", "enabled": True, "low": 30, "high": None}


def test_it_tells_nothing_where_no_line_moves(project: Project, lead: User) -> None:
    assert redecide(project, lead, [lines_of(project)[0]]) is None
    assert not Redecision.objects.exists()
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize(
    ("low", "high", "code"),
    [(3, 2, "threshold_crossed"), (float("nan"), None, "threshold_not_finite")],
)
def test_it_refuses_a_line_that_makes_no_sense(
    project: Project, lead: User, low: float, high: float | None, code: str
) -> None:
    with pytest.raises(CqiaError) as caught:
        redecide(project, lead, [line("length", low, high)])
    assert caught.value.code == code
    assert not Threshold.objects.exists()


def test_it_does_all_or_nothing(
    scored: list[Pair], project: Project, lead: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr(redecisions, "_tell", fail)
    with pytest.raises(RuntimeError), transaction.atomic():
        redecide(project, lead, [line("length", low=30)])
    assert states(scored) == "QQQQQ"
    assert not Threshold.objects.exists()
    assert scored[0].claims.count() == 1


def test_it_puts_lines_and_pairs_back(scored: list[Pair], project: Project, lead: User) -> None:
    made = change(project, lead, line("length", low=30), line("repetition", high=0.45))
    assert states(scored) == "DDQQD"
    assert undo(made, lead) == Moves(0, 3, 0)
    assert states(scored) == "QQQQQ"
    assert {one.check.id: one.low for one in lines_of(project)}["length"] == 2
    made.refresh_from_db()
    assert (made.undone_by, made.undone_at is not None) == (lead, True)
    assert all(pair.claims.count() == 1 for pair in scored)


def test_it_leaves_what_people_touched_since_and_counts_it(
    scored: list[Pair], project: Project, lead: User, annotator: User
) -> None:
    change(project, lead, line("length", low=30))
    loosened = change(project, lead, line("length", low=0))
    assert queue.claim_next(annotator, project) is not None
    assert undo(loosened, lead) == Moves(1, 0, 1)
    assert states(scored) == "QDQQQ"
    loosened.refresh_from_db()
    assert loosened.undone_stayed == 1


def test_it_undoes_the_latest_first(scored: list[Pair], project: Project, lead: User) -> None:
    first = change(project, lead, line("length", low=30))
    second = change(project, lead, line("length", low=40))
    with pytest.raises(CqiaError) as caught:
        undo(first, lead)
    assert caught.value.code == "not_the_latest"
    assert states(scored) == "DDDQQ"
    undo(second, lead)
    with pytest.raises(CqiaError):
        undo(second, lead)
    assert redecisions.latest(project) == first
    undo(first, lead)
    assert states(scored) == "QQQQQ"


def test_it_knows_which_preset_the_lines_are(project: Project, lead: User) -> None:
    assert preset_of(lines_of(project)) == "balanced"
    change(project, lead, *preset("strict"))
    assert [one.id for one in presets(project) if one.is_present] == ["strict"]
    change(project, lead, line("length", low=7))
    assert preset_of(lines_of(project)) == "custom"


def test_a_preset_leaves_the_lines_of_models_alone(project: Project, lead: User) -> None:
    change(project, lead, line("judge", low=6))
    change(project, lead, *preset("strict"))
    assert {one.check.id: one.low for one in lines_of(project)}["judge"] == 6
    assert AuditEntry.objects.first().details["preset"] == "strict"  # type: ignore[union-attr]


def test_a_preset_goes_from_strict_to_lenient() -> None:
    """A stricter preset drops whatever a more lenient one drops."""

    def reach(name: str) -> dict[str, tuple[float, float]]:
        return {one.check.id: redecisions._reach(one) for one in preset(name)}

    strict, balanced, lenient = reach("strict"), reach("balanced"), reach("lenient")
    for check_id in balanced:
        assert strict[check_id][0] >= balanced[check_id][0] >= lenient[check_id][0], check_id
        assert strict[check_id][1] <= balanced[check_id][1] <= lenient[check_id][1], check_id


def test_it_says_that_there_is_no_such_preset() -> None:
    with pytest.raises(CqiaError) as caught:
        preset("harsh")
    assert caught.value.code == "unknown_preset"


def test_the_api_moves_lines_and_takes_it_back(
    scored: list[Pair], client_of: ClientOf, lead: User
) -> None:
    client, place = client_of(lead), "/api/projects/tea/prefilter"
    wanted = [{"check_id": "length", "enabled": True, "low": 30, "high": None}]
    told = client.put(f"{place}/thresholds", wanted, content_type="application/json").json()
    assert (told["dropped"], told["readmitted"], told["user"]) == (2, 0, "lead")
    again = client.put(f"{place}/thresholds", wanted[0], content_type="application/json").json()
    assert (again["id"], again["dropped"]) == (None, 0)
    assert [one["id"] for one in client.get(f"{place}/redecisions").json()] == [told["id"]]
    back = client.post(f"{place}/redecisions/{told['id']}/undo").json()
    assert back == {"dropped": 0, "readmitted": 2, "stayed": 0}
    assert client.post(f"{place}/redecisions/{told['id']}/undo").status_code == 400
    assert states(scored) == "QQQQQ"


def test_the_api_applies_a_preset(client_of: ClientOf, lead: User, project: Project) -> None:
    client, place = client_of(lead), "/api/projects/tea/prefilter/presets"
    before = client.get(f"{place}/strict").json()
    assert before == {"dropped": 0, "readmitted": 0, "stayed": 0}
    client.post(f"{place}/strict")
    present = [one["id"] for one in client.get(place).json() if one["is_present"]]
    assert present == ["strict"]


@pytest.mark.django_db(transaction=True)
def test_of_an_annotator_and_a_line_one_wins(
    scored: list[Pair], project: Project, lead: User, annotator: User
) -> None:
    """Each pair is claimed by somebody or dropped, never both, whoever comes first."""

    def claim() -> None:
        with transaction.atomic():
            queue.claim_next(annotator, project)
        connection.close()

    def tighten() -> None:
        redecide(project, lead, [line("length", low=100)])
        connection.close()

    with ThreadPoolExecutor(2) as both:
        for done in [both.submit(claim), both.submit(tighten)]:
            done.result()
    dropped = Pair.objects.filter(state=State.DROPPED)
    assert not dropped.filter(claims__isnull=False).exists()
    claimed = Pair.objects.filter(claims__holder=annotator).count()
    assert dropped.count() == 5 - claimed
    assert Redecision.objects.get().stayed == claimed
