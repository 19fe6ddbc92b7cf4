"""The whole chain on real files of COIG-CQIA; `-s` prints what came of each."""

import json
import os
import re
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from annotation import ingest, jobs, uploads
from annotation.checks import CORPUS_CHECKS, TEXT_CHECKS
from annotation.models import Batch, Finding, Job, Pair, Project, State, Transition
from annotation.thresholds import beyond, lines_of
from annotation.uploads import Outcome, Wanted
from cqia.accounts.models import User
from review.models import Release
from tests.cast import ClientOf
from tests.work import work_off

DATA = Path(os.environ.get("CQIA_REAL_DATA") or Path(__file__).parents[2] / "shared" / "data")
pytestmark = [
    pytest.mark.realdata,
    pytest.mark.django_db,
    pytest.mark.skipif(not DATA.is_dir(), reason="CQIA_REAL_DATA names no folder with real data"),
]

# The files and how many rows they hold.
CQIA = {
    "chinese_traditional": 1111,
    "douban": 3086,
    "human_value": 1007,
    "logi_qa": 421,
    "ruozhiba": 240,
    "segmentfault": 458,
    "wiki": 1614,
    "xhs": 1508,
}
DECIDED = 30


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


def brought(project: Project, user: User, name: str, recipe: str = "cqia") -> uploads.Taken:
    """Hand a file of DATA over, each to a source of its own."""
    wanted = Wanted(Path(name).stem, recipe, "research only")
    return uploads.take(project, wanted, DATA / name, name, user)


def figures(batch: Batch) -> tuple[int, int, int]:
    """Added, already here, refused."""
    batch.refresh_from_db()
    return batch.added, batch.already_here, batch.issues.filter(refused=True).count()


# COIG-CQIA, from eight files to a release that `datasets` reads


def test_eight_files_become_a_release(
    project: Project,
    lead: User,
    annotator: User,
    reviewer: User,
    client_of: ClientOf,
    tmp_path: Path,
) -> None:
    eight_files_come_in(project, lead)
    every_drop_has_its_reason(project)
    the_same_files_add_nothing(project, lead)
    verbs = decided(client_of(annotator))
    reviewed(client_of(reviewer))
    files = frozen(client_of(lead), project, tmp_path)
    kept = DECIDED - verbs["reject"]
    assert Pair.objects.filter(state=State.REJECTED).count() == verbs["reject"]
    read_back(files, kept, tmp_path)


def eight_files_come_in(project: Project, lead: User) -> None:
    began = time.monotonic()
    batches = {name: brought(project, lead, f"candidates_cqia_{name}.jsonl").batch for name in CQIA}
    for batch in batches.values():
        assert batch.job is not None
        jobs.run(batch.job.pk, ingest.import_batch)
    imported = time.monotonic() - began
    assert {name: figures(batch) for name, batch in batches.items()} == {
        name: (rows, 0, 0) for name, rows in CQIA.items()
    }
    work_off()
    print(f"\n9,445 rows imported in {imported:.1f} s, checked by {time.monotonic() - began:.1f} s")
    assert Pair.objects.filter(project=project).count() == sum(CQIA.values()) == 9445
    drops = Transition.objects.filter(verb="drop").values_list("pair__source__name", "reason")
    print(Counter(reason for _, reason in drops), Counter(drops))


def every_drop_has_its_reason(project: Project) -> None:
    """A finding by each check on each pair; dropped are those beyond a line, and no others."""
    for check in (*TEXT_CHECKS, *CORPUS_CHECKS):
        found = Finding.objects.of(project).filter(check_id=check.id, version=check.version)
        assert found.count() == 9445, check.id
    states = Counter(Pair.objects.values_list("state", flat=True))
    assert set(states) == {State.QUEUED, State.DROPPED}
    print(states)
    failing = Finding.objects.of(project).filter(beyond(lines_of(project)))
    reasons: dict[int, set[str]] = defaultdict(set)
    for pair, check_id in failing.values_list("pair", "check_id"):
        reasons[pair].add(check_id)
    drops = dict(Transition.objects.filter(verb="drop").values_list("pair", "reason"))
    dropped = set(Pair.objects.filter(state=State.DROPPED).values_list("pk", flat=True))
    assert set(drops) == set(reasons) == dropped
    assert [pair for pair, reason in drops.items() if reason not in reasons[pair]] == []


def the_same_files_add_nothing(project: Project, lead: User) -> None:
    taken = [brought(project, lead, f"candidates_cqia_{name}.jsonl") for name in CQIA]
    assert {each.outcome for each in taken} == {Outcome.ALREADY}
    assert not Job.objects.live().exists()
    assert Pair.objects.count() == 9445


def decided(annotator: Client) -> Counter[str]:
    """Accept, rewrite and reject in turn, through the pages."""
    verbs = Counter[str]()
    for number in range(DECIDED):
        page = annotator.get("/p/tea/annotate/").content.decode()
        submit = re.search(r"/p/tea/annotate/claims/\d+/submit", page)
        assert submit is not None
        verb, given = (
            ("accept", {}),
            ("rewrite", {"text": f"这是第{number}条改写后的答案。"}),
            ("reject", {"reasons": ["format"]}),
        )[number % 3]
        assert annotator.post(submit[0], {"verb": verb, **given}).status_code == 302
        verbs[verb] += 1
    assert Pair.objects.filter(state=State.ANNOTATED).count() == DECIDED
    return verbs


def reviewed(reviewer: Client) -> None:
    for pair in Pair.objects.filter(state=State.ANNOTATED):
        url = f"/p/tea/review/{pair.pk}/"
        assert reviewer.get(url).status_code == 200
        assert reviewer.post(f"{url}decide", {"verb": "approve"}).status_code == 302


def frozen(lead: Client, project: Project, place: Path) -> dict[str, list[str]]:
    """Freeze, and download the lines of each format; returns their paths, in order."""
    lead.post("/p/tea/releases/freeze", {"summary": "三十条"})
    work_off()
    release = Release.objects.get(project=project)
    paths: dict[str, list[str]] = defaultdict(list)
    for file in release.files.filter(filename__endswith=".jsonl").order_by("filename"):
        answer: Any = lead.get(f"/p/tea/releases/1/files/{file.filename}")
        path = place / file.filename
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"".join(answer.streaming_content))
        paths[file.format].append(str(path))
    return paths


def read_back(files: dict[str, list[str]], rows: int, place: Path) -> None:
    columns = {
        "cqia": [
            "instruction", "input", "output", "task_type", "domain", "metadata", "answer_from",
            "human_verified", "copyright",
        ],
        "alpaca": ["instruction", "input", "system", "history", "output"],
        "sharegpt": ["conversations", "system"],
        "messages": ["messages"],
    }  # fmt: skip
    for name, expected in columns.items():
        loaded = load(files[name], place / "cache")
        assert (loaded.num_rows, loaded.column_names) == (rows, expected)
    texts = [
        json.loads(line)["output"]
        for path in files["cqia"]
        for line in Path(path).read_text().split("\n")
        if line
    ]
    assert load(files["cqia"], place / "cache")["output"][:] == texts
    said = load(files["sharegpt"], place / "cache")["conversations"]
    assert sorted(turns[-1]["value"] for turns in said) == sorted(texts)
    assert {turns[-1]["from"] for turns in said} == {"gpt"}


def load(paths: list[str], cache: Path) -> Any:
    import datasets

    return datasets.load_dataset("json", data_files=paths, split="train", cache_dir=str(cache))


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))


# Other files


def test_a_broken_array_gives_all_that_can_be_read(project: Project, lead: User) -> None:
    """Strict readers give up at the comma before its closing bracket; two of its items are empty."""
    with pytest.raises(json.JSONDecodeError):
        json.loads((DATA / "dirty_hikariming_broken.json").read_text("utf-8"))
    batch = brought(project, lead, "dirty_hikariming_broken.json", "alpaca").batch
    work_off()
    assert figures(batch) == (2799, 0, 2)
    refused = list(batch.issues.order_by("line").values_list("line", "field", "code"))
    assert refused == [(1921, "output", "empty_field"), (2036, "output", "empty_field")]


def test_alpaca_rows_come_in_as_they_are(project: Project, lead: User) -> None:
    batch = brought(project, lead, "candidates_hikariming_alpaca_zh.jsonl", "alpaca").batch
    work_off()
    issues = list(batch.issues.values_list("field", "code", "refused"))
    print(figures(batch), Counter(issues))
    print(Counter(Transition.objects.filter(verb="drop").values_list("reason", flat=True)))
    assert figures(batch) == (11534, 0, 7)
    assert Counter(issues) == {
        ("output", "empty_field", True): 6,
        ("instruction", "empty_field", True): 1,
    }
    assert not Pair.objects.unchecked().exists()
