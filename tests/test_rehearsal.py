"""The programs that read a release, tried on a folder as a release has it."""

import json
import os
import re
import time
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from tokenizers import Tokenizer, models, pre_tokenizers

from review.documents.building import documents
from review.rehearsal import CONSUMERS, Consumer, Outcome
from tests.release_folder import SCHEMAS, TRAIN, VALIDATION, facts_of, row

OPTIONS = {"cut_off": 4096, "rows": 0, "tokenizer": ""}
DATASETS, CROISSANT, TRL, LLAMAFACTORY, TOKENIZER = CONSUMERS
CHAT = "{% for message in messages %}<{{ message.role }}>{{ message.content }}\n{% endfor %}"


@pytest.fixture(autouse=True)
def here(settings: Any) -> None:
    """In the Python of the tests, which has datasets and mlcroissant and none of the others."""
    settings.CONSUMERS_PYTHON = ""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "release"
    for name, content in documents(facts_of(place), SCHEMAS):
        (place / name).write_bytes(content)
    return place


@pytest.fixture
def tokenizer(tmp_path: Path) -> Path:
    """One token a byte."""
    place = tmp_path / "bytes"
    place.mkdir()
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    words = {word: number for number, word in enumerate(alphabet)}
    made = Tokenizer(models.BPE(vocab=words, merges=[]))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.save(str(place / "tokenizer.json"))
    return place


def failed(outcome: Outcome) -> list[dict[str, Any]]:
    return [result for result in outcome["results"] if "error" in result]


def by_name(outcome: Outcome) -> dict[str, dict[str, Any]]:
    assert outcome["error"] == ""
    return {result["name"]: result for result in outcome["results"]}


# datasets


def test_datasets_loads_every_file_and_config(folder: Path) -> None:
    outcome = DATASETS.try_on(folder, OPTIONS)
    found = by_name(outcome)
    assert failed(outcome) == []
    assert outcome["version"] == "5.2.0"
    files = [path for path in (folder / "data").rglob("*") if path.is_file()]
    assert {path.relative_to(folder).as_posix() for path in files} <= set(found)
    assert found["cqia/train"]["rows"] == 2 * TRAIN
    assert found["茶馆/validation"]["rows"] == VALIDATION
    assert found["preference/train"]["columns"] == ["prompt", "chosen", "rejected"]


def test_a_card_that_miscounts_is_found(folder: Path) -> None:
    card = (folder / "README.md").read_text("utf-8")
    (folder / "README.md").write_text(card.replace("num_examples: 24", "num_examples: 25", 1))
    (wrong,) = failed(DATASETS.try_on(folder, OPTIONS))
    assert wrong["name"] == "cqia"
    assert "NonMatchingSplitsSizesError" in wrong["error"]


def test_a_file_that_is_cut_off_is_found(folder: Path) -> None:
    path = next((folder / "data/text").rglob("train-00000-*.parquet"))
    path.write_bytes(path.read_bytes()[:-9])
    assert [result["name"] for result in failed(DATASETS.try_on(folder, OPTIONS))] == [
        path.relative_to(folder).as_posix(),
        "text",
    ]


# Croissant


def test_croissant_is_clean_and_reads_every_row(folder: Path) -> None:
    outcome = CROISSANT.try_on(folder, OPTIONS)
    found = by_name(outcome)
    assert failed(outcome) == []
    assert found.pop("croissant.json") == {"name": "croissant.json", "as": "1.1"}
    assert found["cqia"]["rows"] == 2 * (TRAIN + VALIDATION)
    assert {result["rows"] for name, result in found.items() if name != "cqia"} == {
        TRAIN + VALIDATION
    }
    assert {"知道", "preference", "kto", "text"} <= set(found)


def test_croissant_that_warns_is_not_clean(folder: Path) -> None:
    path = folder / "croissant.json"
    told = json.loads(path.read_bytes())
    del told["license"]
    path.write_text(json.dumps(told))
    (warned,) = failed(CROISSANT.try_on(folder, {**OPTIONS, "rows": 1}))
    assert "license" in warned["error"]


# A tokenizer


def test_tokens_are_counted_in_its_chat_template(folder: Path, tokenizer: Path) -> None:
    (tokenizer / "chat_template.jinja").write_text(CHAT)
    outcome = TOKENIZER.try_on(folder, {"tokenizer": str(tokenizer), "cut_off": 100})
    lengths = sorted(
        sum(len(f"<{each['role']}>{each['content']}\n".encode()) for each in messages)
        for messages in (row("messages", number)["messages"] for number in range(TRAIN))
    )
    over = [length - 100 for length in lengths if length > 100]
    assert by_name(outcome)["messages/train"] == {
        "name": "messages/train",
        "template": True,
        "rows": TRAIN,
        "tokens": sum(lengths),
        "median": lengths[5],
        "p95": lengths[11],
        "longest": lengths[-1],
        "cut": len(over),
        "tokens_cut": sum(over),
    }


def test_without_a_template_the_texts_are_counted(folder: Path, tokenizer: Path) -> None:
    outcome = TOKENIZER.try_on(folder, {"tokenizer": str(tokenizer), "cut_off": 4096})
    texts = [
        "\n".join(each["content"] for each in row("messages", number)["messages"])
        for number in range(VALIDATION)
    ]
    found = by_name(outcome)["messages/validation"]
    assert found["template"] is False
    assert found["tokens"] == sum(len(text.encode()) for text in texts)


def test_a_template_cannot_reach_out(folder: Path, tokenizer: Path) -> None:
    (tokenizer / "chat_template.jinja").write_text("{{ ''.__class__.__mro__ }}")
    outcome = TOKENIZER.try_on(folder, {"tokenizer": str(tokenizer), "cut_off": 4096})
    assert "SecurityError" in outcome["error"]


@pytest.mark.parametrize("ending", [".jsonl", ".jsonl.zst"])
def test_lines_are_counted_as_parquet_is(folder: Path, tokenizer: Path, ending: str) -> None:
    options = {"tokenizer": str(tokenizer), "cut_off": 64}
    of_parquet = TOKENIZER.try_on(folder, options)
    for path in (folder / "data/messages").rglob("*.parquet"):
        path.unlink()
    if ending == ".jsonl.zst":
        compress_lines(folder / "data/messages")
    assert TOKENIZER.try_on(folder, options) == of_parquet


def compress_lines(place: Path) -> None:
    from zstandard import ZstdCompressor

    for path in place.rglob("*.jsonl"):
        path.with_name(f"{path.name}.zst").write_bytes(ZstdCompressor().compress(path.read_bytes()))
        path.unlink()


# Any of them


def test_one_that_is_not_installed_says_so(folder: Path) -> None:
    outcome = TRL.try_on(folder, OPTIONS)
    assert (outcome["installed"], outcome["error"], outcome["results"]) == (False, "", [])


def test_what_it_said_before_it_failed_is_kept(folder: Path, tmp_path: Path) -> None:
    outcome = TOKENIZER.try_on(folder, {"tokenizer": str(tmp_path / "none"), "cut_off": 9})
    assert "No such file" in outcome["error"]


def program(monkeypatch: pytest.MonkeyPatch, path: Path, source: str) -> Consumer:
    path.write_text(source)
    monkeypatch.setattr(Consumer, "program", property(lambda self: path))
    return DATASETS


def test_it_can_be_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("review.rehearsal.consumers._ASK_EVERY", 0.1)
    written = tmp_path / "pid"
    source = f"import os, time\nopen({str(written)!r}, 'w').write(str(os.getpid()))\ntime.sleep(60)"
    consumer = program(monkeypatch, tmp_path / "sleep.py", source)

    def stop_once_it_runs() -> None:
        if written.exists() and written.read_text():
            raise InterruptedError

    began = time.monotonic()
    with pytest.raises(InterruptedError):
        consumer.try_on(tmp_path, OPTIONS, stop_once_it_runs)
    assert time.monotonic() - began < 30
    with pytest.raises(ProcessLookupError):
        os.kill(int(written.read_text()), 0)


def test_it_gets_none_of_our_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CQIA_HUB_TOKEN", "hf_secret")
    source = (
        "import json, os\nprint('noise')\n"
        "print(json.dumps({'version': '1', 'results': [dict(os.environ, name='env')]}))"
    )
    outcome = program(monkeypatch, tmp_path / "env.py", source).try_on(tmp_path, OPTIONS)
    (seen,) = outcome["results"]
    assert "hf_secret" not in json.dumps(seen)
    assert seen["HF_HUB_OFFLINE"] == "1"


# cqia rehearse


def rehearsed(folder: Path, *arguments: str) -> str:
    out = StringIO()
    call_command("rehearse", str(folder), *arguments, stdout=out)
    return out.getvalue()


def test_the_command_tells_of_each(folder: Path, tokenizer: Path) -> None:
    said = rehearsed(folder, "--with", "datasets,trl,tokenizer", "--tokenizer", str(tokenizer))
    assert "datasets 5.2.0\n" in said
    assert "  cqia/train: rows 24\n" in said
    assert "TRL: not installed here\n" in said
    assert re.search(r"  messages/train: template False, rows 12, tokens \d+", said)


def test_the_command_fails_where_one_does(folder: Path) -> None:
    next((folder / "data/text").rglob("train-00000-*.jsonl")).write_text("{")
    with pytest.raises(CommandError, match=r"^1 failed\.$"):
        rehearsed(folder, "--with", "datasets")


def test_the_command_knows_its_programs(folder: Path) -> None:
    with pytest.raises(CommandError, match=r"^Not known: axolotl\.$"):
        rehearsed(folder, "--with", "datasets,axolotl")


def test_the_command_wants_a_release(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="is not the folder of a release"):
        rehearsed(tmp_path)


# TRL and LLaMA-Factory


@pytest.fixture
def installed(here: None, settings: Any) -> None:
    settings.CONSUMERS_PYTHON = os.environ.get("CQIA_CONSUMERS_PYTHON", "")
    if not settings.CONSUMERS_PYTHON:
        pytest.skip("CQIA_CONSUMERS_PYTHON names no Python with TRL and LLaMA-Factory")


@pytest.mark.consumers
@pytest.mark.usefixtures("installed")
def test_trl_prepares_each_format_that_is_for_it(folder: Path) -> None:
    outcome = TRL.try_on(folder, OPTIONS)
    found = by_name(outcome)
    assert failed(outcome) == []
    kinds = {name.partition("/")[0]: result["as"] for name, result in found.items()}
    assert kinds == {
        "kto": "KTO", "messages": "SFT", "preference": "DPO", "sharegpt": "SFT", "text": "SFT",
    }  # fmt: skip
    assert {result["prepared"] for result in found.values()} == {TRAIN, VALIDATION}
    assert found["messages/train"]["batch"][0] == 2


@pytest.mark.consumers
@pytest.mark.usefixtures("installed")
def test_trl_uses_the_tokenizer_given(folder: Path, tokenizer: Path) -> None:
    (tokenizer / "tokenizer_config.json").write_text(
        json.dumps({"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": "!"})
    )
    outcome = TRL.try_on(folder, {**OPTIONS, "tokenizer": str(tokenizer), "rows": 3})
    assert failed(outcome) == []
    assert by_name(outcome)["text/train"]["prepared"] == 3


@pytest.mark.consumers
@pytest.mark.usefixtures("installed")
def test_trl_drops_prompts_beyond_the_cut_off(folder: Path) -> None:
    outcome = TRL.try_on(folder, {**OPTIONS, "cut_off": 80})
    found = by_name(outcome)["preference/train"]
    # Every third prompt has an earlier turn, which is longer than that by itself.
    assert (found["rows"], found["prepared"]) == (TRAIN, TRAIN - TRAIN // 3)


@pytest.mark.consumers
@pytest.mark.usefixtures("installed")
def test_llamafactory_converts_every_entry(folder: Path) -> None:
    outcome = LLAMAFACTORY.try_on(folder, OPTIONS)
    found = by_name(outcome)
    assert failed(outcome) == []
    assert set(found) == set(json.loads((folder / "dataset_info.json").read_bytes()))
    assert {result["empty"] for result in found.values()} == {0}
    assert found["tea_kto-alpaca"]["rows"] == TRAIN


@pytest.mark.consumers
@pytest.mark.usefixtures("installed")
def test_llamafactory_finds_roles_out_of_order(folder: Path) -> None:
    """A conversation that begins with an answer: it logs that and goes on with nothing."""
    info = json.loads((folder / "dataset_info.json").read_bytes())
    info["tea_messages"]["tags"] |= {"user_tag": "assistant", "assistant_tag": "user"}
    (folder / "dataset_info.json").write_text(json.dumps(info))
    found = by_name(LLAMAFACTORY.try_on(folder, {**OPTIONS, "rows": 5}))["tea_messages"]
    assert (found["rows"], found["empty"]) == (5, 5)
