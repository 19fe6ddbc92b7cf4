import pytest
from django.utils.translation import override

from annotation import desk_fields, desk_forms
from annotation.decisions import Decision, submit
from annotation.desk_forms import Choice, Field, Form, Kind, When, in_force, publish
from annotation.models import Annotation, DeskForm, Mode, Project, State
from annotation.queue import claim_next
from cqia.accounts.models import AuditEntry, User
from cqia.lib.errors import CqiaError
from tests.cast import ClientOf, MakePair

SPAM = {"key": "spam", "zh": "灌水", "en": "Spam", "hint": ""}
PARTS = {"reasons": [SPAM], "tags": [], "criteria": [], "fields": []}


def test_it_gives_the_built_in_form_until_there_is_another(project: Project, lead: User) -> None:
    assert in_force(project).version == desk_forms.BUILT_IN
    publish(project, lead, Mode.RANK, PARTS)
    form = in_force(project)
    assert (form.version, form.mode) == (1, Mode.RANK)
    assert form.reasons == (Choice("spam", "灌水", "Spam"),)


def test_it_keeps_the_version_that_a_decision_was_made_with(
    project: Project, lead: User, annotator: User, make_pair: MakePair
) -> None:
    saved = publish(project, lead, Mode.DECIDE, PARTS)
    publish(project, lead, Mode.DECIDE, {**PARTS, "reasons": [{**SPAM, "key": "junk"}]})
    make_pair(state=State.QUEUED)
    claim = claim_next(annotator, project)
    assert claim is not None
    submit(annotator, project, claim.pk, Decision("reject", reasons=["spam"], form=1))
    annotation = Annotation.objects.get()
    assert (annotation.form, annotation.reasons) == (saved, ["spam"])
    assert desk_forms.of_decision(annotation).reasons_in_words(["spam", "gone"])[1] == "gone"


def test_it_refuses_a_reason_that_the_form_in_force_has_not(
    project: Project, lead: User, annotator: User, make_pair: MakePair
) -> None:
    publish(project, lead, Mode.DECIDE, PARTS)
    make_pair(state=State.QUEUED)
    claim = claim_next(annotator, project)
    assert claim is not None
    with pytest.raises(CqiaError) as caught:
        submit(annotator, project, claim.pk, Decision("reject", reasons=["ad"]))
    assert caught.value.code == "reason_missing"


def test_it_labels_in_the_readers_language_or_else_in_the_other() -> None:
    with override("zh-hans"):
        assert [Choice("a", "甲", "A").label, Choice("a", en="A").label] == ["甲", "A"]
    with override("en"):
        assert [Choice("a", "甲", "A").label, Choice("a", "甲").label] == ["A", "甲"]
    assert str(Choice("a")) == "a"


FIELDS = Form(
    None,
    0,
    Mode.DECIDE,
    (),
    (),
    fields=(
        Field("kind", kind=Kind.CHOICE, options=(Choice("x"), Choice("y"))),
        Field("why", when=When("kind", ("y",)), required=True),
        Field("parts", kind=Kind.CHOICES, options=(Choice("p"), Choice("q"))),
        Field("size", kind=Kind.NUMBER),
        Field("day", kind=Kind.DATE),
    ),
)


def test_it_reads_each_kind_of_field() -> None:
    given = {"kind": "x", "parts": ["q", "p"], "size": "1.5", "day": "2026-02-28", "more": "?"}
    wanted = {"kind": "x", "parts": ["p", "q"], "size": 1.5, "day": "2026-02-28"}
    assert desk_fields.answered(FIELDS, "accept", given) == wanted


def test_it_takes_one_tick_for_a_list_of_one() -> None:
    assert desk_fields.answered(FIELDS, "accept", {"parts": "p"}) == {"parts": ["p"]}


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"kind": "y"}, "field_missing"),
        ({"kind": "z"}, "field_choice"),
        ({"parts": ["p", 7]}, "field_choice"),
        ({"size": "many"}, "field_number"),
        ({"size": "nan"}, "field_number"),
        ({"size": "1e999"}, "field_number"),
        ({"day": "2026-02-30"}, "field_date"),
        ({"day": {"y": 1}}, "field_date"),
    ],
)
def test_it_names_the_field_that_is_wrong(given: dict[str, object], code: str) -> None:
    with pytest.raises(CqiaError) as caught:
        desk_fields.answered(FIELDS, "accept", given)
    assert caught.value.code == code


def posted(**changes: str) -> dict[str, str]:
    """What the page of a lead sends: one reason, nothing else."""
    data = {"mode": "decide"}
    for name in ("reasons", "tags", "criteria", "fields"):
        data |= {f"{name}-TOTAL_FORMS": "1", f"{name}-INITIAL_FORMS": "0"}
    data |= {"criteria-0-low": "1", "criteria-0-high": "5", "fields-0-kind": "text"}
    data |= {"reasons-0-key": "spam", "reasons-0-zh": "灌水", "reasons-0-en": "Spam"}
    return data | changes


def test_it_publishes_what_a_lead_types(project: Project, lead: User, client_of: ClientOf) -> None:
    data = posted(
        **{"fields-0-key": "why", "fields-0-zh": "为何", "fields-0-kind": "choice"},
        **{"fields-0-options": "a = 甲 | A\nb = 乙", "fields-0-required": "on"},
        **{"fields-0-when_name": "verb", "fields-0-when_values": "rewrite，accept"},
        **{"criteria-0-key": "right", "criteria-0-zh": "正确", "criteria-0-line": "3"},
    )
    answer = client_of(lead).post("/p/tea/settings/form/", data)
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    form = in_force(project)
    assert form.reasons == (Choice("spam", "灌水", "Spam"),)
    assert [(one.key, one.low, one.high, one.line) for one in form.criteria] == [("right", 1, 5, 3)]
    [field] = form.fields
    assert field.options == (Choice("a", "甲", "A"), Choice("b", "乙"))
    assert (field.required, field.when) == (True, When("verb", ("rewrite", "accept")))
    assert AuditEntry.objects.get(action="form published").details == {"version": 1}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"reasons-0-key": "", "reasons-0-zh": "", "reasons-0-en": ""}, "at least one reason"),
        ({"reasons-0-key": "Spam!"}, "valid value"),
        ({"reasons-0-zh": "", "reasons-0-en": ""}, "one of the languages"),
        ({"tags-0-key": "a", "tags-0-en": "A", "tags-TOTAL_FORMS": "2", "tags-1-key": "a",
          "tags-1-en": "B"}, "is there twice"),
        ({"criteria-0-key": "a", "criteria-0-en": "A", "criteria-0-high": "40"}, "2 to 11 points"),
        ({"criteria-0-key": "a", "criteria-0-en": "A", "criteria-0-line": "9"}, "outside the scale"),
        ({"fields-0-key": "a", "fields-0-en": "A", "fields-0-kind": "choice"}, "two options"),
        ({"fields-0-key": "a", "fields-0-en": "A", "fields-0-options": "甲"}, "Cannot be read: 甲"),
        ({"fields-0-key": "a", "fields-0-en": "A", "fields-0-when_name": "b"}, "at least one value"),
        ({"fields-0-key": "a", "fields-0-en": "A", "fields-0-when_name": "b",
          "fields-0-when_values": "x"}, "names no field above"),
        ({"mode": "dance"}, "valid choice"),
    ],
)  # fmt: skip
def test_it_says_which_row_is_wrong(
    project: Project, lead: User, client_of: ClientOf, changes: dict[str, str], said: str
) -> None:
    answer = client_of(lead).post("/p/tea/settings/form/", posted(**changes))
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert not DeskForm.objects.exists()


def test_it_shows_what_was_saved(project: Project, lead: User, client_of: ClientOf) -> None:
    when = {"name": "verb", "values": ["rewrite"]}
    field = {**SPAM, "key": "why", "kind": "text", "options": [], "required": True, "when": when}
    publish(project, lead, Mode.PICK, {**PARTS, "fields": [field]})
    page = client_of(lead).get("/p/tea/settings/form/").content.decode()
    assert 'name="reasons-0-key" value="spam"' in page
    assert 'name="fields-0-when_values" value="rewrite"' in page
