"""Three real sources mixed by tokens: `-s` prints what was asked of each, and what was reached."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from annotation import ingest, jobs
from annotation.models import Pair, Project, Response, State
from cqia.accounts.models import User
from review import composing
from review.composing import Selection
from review.composition import Body
from review.models import Review
from tests.test_real_data import DATA, brought

pytestmark = [
    pytest.mark.realdata,
    pytest.mark.django_db,
    pytest.mark.skipif(not DATA.is_dir(), reason="CQIA_REAL_DATA names no folder with real data"),
]
RATIOS = {
    "candidates_cqia_douban": 5,
    "candidates_cqia_logi_qa": 3,
    "candidates_cqia_ruozhiba": 2,
}


@pytest.fixture(autouse=True)
def approved(project: Project, lead: User, settings: Any, tmp_path: Path) -> None:
    """All three imported, and every row approved as it is; with a tokenizer of their own."""
    settings.MEDIA_ROOT = tmp_path
    for name in RATIOS:
        jobs.run(brought(project, lead, f"{name}.jsonl").batch.job_id or 0, ingest.import_batch)
    Pair.objects.update(state=State.APPROVED)
    answers = Response.objects.order_by("pair", "position").distinct("pair")
    Review.objects.bulk_create(
        Review(pair_id=answer.pair_id, reviewer=lead, verb="approve", response=answer)
        for answer in answers
    )
    settings.TOKENIZER = str(_trained(tmp_path / "tokenizer.json"))


def _trained(place: Path) -> Path:
    """A byte-pair tokenizer of 4,000 entries, learned from the answers."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel()
    texts = Response.objects.order_by("pk").values_list("text", flat=True)[:500]
    tokenizer.train_from_iterator(texts, trainers.BpeTrainer(vocab_size=4000, show_progress=False))
    tokenizer.save(str(place))
    return place


def mixed(project: Project, **mixture: Any) -> Selection:
    body = {"seed": "7", "mixture": {"by": "source", "unit": "tokens", "parts": RATIOS, **mixture}}
    with transaction.atomic(), connection.cursor() as cursor:
        return composing.select(Body.from_json(body), project, cursor)


def told(selection: Selection) -> dict[str, float]:
    """Prints a line a part; the shares that were reached."""
    every = sum(units for _, _, units in selection.parts)
    print(f"\n{selection.rows:,} rows, {every:,} {selection.unit}")
    for part, rows, units in selection.parts:
        print(
            f"{part.name}: asked {part.ratio:.1%} = {part.asked:,}, reached {units / every:.3%} ="
            f" {units:,} in {rows:,} rows, of {part.have.units:,} there, ×{part.repeats:.2f},"
            f" lacks {part.lacks:,}"
        )
    return {part.name: units / every for part, _, units in selection.parts}


def test_ratios_are_reached_by_tokens_to_a_tenth_of_a_percent(project: Project) -> None:
    selection = mixed(project)
    assert selection.unit == "tokens"
    shares = told(selection)
    assert shares == pytest.approx({name: of / 10 for name, of in RATIOS.items()}, abs=0.002)


def test_ratios_are_reached_with_rows_taken_again(project: Project) -> None:
    selection = mixed(project, most_copies=4)
    shares = told(selection)
    assert max(part.repeats for part, _, _ in selection.parts) == pytest.approx(4)
    assert shares == pytest.approx({name: of / 10 for name, of in RATIOS.items()}, abs=0.002)


def test_what_is_lacking_is_told(project: Project) -> None:
    selection = mixed(project, total=10_000_000)
    told(selection)
    assert all(part.lacks > 0 for part, _, _ in selection.parts)
    assert all(units == part.have.units for part, _, units in selection.parts)
