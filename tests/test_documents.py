"""The documents of a release: what `datasets`, Croissant and LLaMA-Factory are told of its files."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
import yaml

from review.documents.configs import Config, DataFile, configs
from review.documents.croissant import croissant
from review.documents.facts import Facts
from review.documents.features import features
from review.documents.head import head, size_category
from review.documents.licences import Licence, licence_of
from review.documents.llamafactory import dataset_info, mixing, probabilities
from tests.release_folder import FACTS, SCHEMAS, TRAIN, VALIDATION, facts_of


@pytest.fixture
def facts(tmp_path: Path) -> Facts:
    return facts_of(tmp_path)


def file(path: str, rows: int = 2) -> DataFile:
    _, format_, config, name = path.split("/")
    return DataFile(path, format_, config, name.partition("-")[0], "0" * 64, 10, rows)


def names(found: list[Config]) -> list[str]:
    return [config.name for config in found]


# Configs


def test_a_source_is_a_config_by_its_own_name(facts: Facts) -> None:
    assert names(facts.configs)[:3] == ["cqia", "知道", "茶馆"]
    assert {config.format for config in facts.configs[:3]} == {"cqia"}


def test_a_source_named_like_a_format_is_told_apart() -> None:
    files = [file(f"data/{at}/train-0-of-1.jsonl") for at in ("cqia/a", "cqia/text", "text/b")]
    assert names(configs(files)) == ["cqia", "a", "cqia-text", "text"]


def test_one_source_alone_is_the_whole() -> None:
    assert names(configs([file("data/cqia/茶馆/train-0-of-1.jsonl")])) == ["cqia"]


def test_readers_are_pointed_at_parquet_where_it_is_whole() -> None:
    whole = [file(f"data/text/a/train-0-of-1.{kind}") for kind in ("jsonl", "parquet")]
    assert configs(whole)[0].ending == ".parquet"
    assert configs([whole[0], replace(whole[1], rows=1)])[0].ending == ".jsonl"


def test_a_table_for_people_is_no_config() -> None:
    table = file("data/csv/default/train-00000-of-00001.csv")
    assert configs([table]) == []
    listed = json.loads(croissant(replace(FACTS, files=(table,)), SCHEMAS))["distribution"]
    assert [each["encodingFormat"] for each in listed] == ["text/csv"]


def test_splits_have_their_order_and_their_rows(facts: Facts) -> None:
    whole = facts.configs[0]
    assert list(whole.splits) == ["train", "validation"]
    assert (whole.rows("train"), whole.rows("validation")) == (2 * TRAIN, 2 * VALIDATION)
    assert whole.patterns("train") == [
        "data/cqia/知道/train-*.parquet",
        "data/cqia/茶馆/train-*.parquet",
    ]


# The head of the card


@pytest.mark.parametrize("format_", SCHEMAS)
def test_features_are_those_of_datasets(format_: str) -> None:
    import datasets

    theirs = datasets.Features.from_arrow_schema(SCHEMAS[format_])
    assert features(SCHEMAS[format_]) == theirs._to_yaml_list()


def test_numbers_are_named_as_datasets_names_them() -> None:
    schema = pa.schema([("a", pa.float64()), ("b", pa.int64()), ("c", pa.float32())])
    assert [each["dtype"] for each in features(schema)] == ["float64", "int64", "float32"]


def test_the_head_is_yaml_with_every_config(facts: Facts) -> None:
    told = yaml.safe_load(head(facts, SCHEMAS))
    assert [each["config_name"] for each in told["configs"]] == names(facts.configs)
    assert [each.get("default") for each in told["configs"]][:2] == [True, None]
    assert told["license"] == "cc-by-4.0"
    assert told["size_categories"] == ["n<1K"]
    whole = told["dataset_info"][0]
    assert [split["num_examples"] for split in whole["splits"]] == [2 * TRAIN, 2 * VALIDATION]


def test_a_name_cannot_break_the_head(facts: Facts) -> None:
    told = yaml.safe_load(head(replace(facts, name='茶: "x"\n---\nlicense: mit'), SCHEMAS))
    assert told["pretty_name"] == '茶: "x" --- license: mit'
    assert told["license"] == "cc-by-4.0"


@pytest.mark.parametrize(
    ("rows", "said"),
    [(0, "n<1K"), (999, "n<1K"), (1000, "1K<n<10K"), (999_999, "100K<n<1M"), (10**6, "1M<n<10M")],
)
def test_sizes_are_those_of_the_hub(rows: int, said: str) -> None:
    assert size_category(rows) == said


@pytest.mark.parametrize(
    ("kinds", "licence"),
    [
        ({"MIT"}, Licence("mit", "https://spdx.org/licenses/MIT.html")),
        ({"research-only"}, Licence("other", "NOTICE", "research-only")),
        ({"MIT", "CC0-1.0"}, Licence("other", "NOTICE", "several")),
        (set(), Licence("other", "NOTICE", "several")),
    ],
)
def test_several_licences_are_other(kinds: set[str], licence: Licence) -> None:
    assert licence_of(kinds) == licence


# Croissant


def test_croissant_lists_every_file_with_its_sum(facts: Facts) -> None:
    told = json.loads(croissant(facts, SCHEMAS))
    listed = {
        each["contentUrl"]: each["sha256"]
        for each in told["distribution"]
        if each["@type"] == "cr:FileObject"
    }
    assert listed == {each.path: each.sha256 for each in facts.files}


def test_compressed_lines_have_no_record_set_in_croissant() -> None:
    zipped = replace(FACTS, files=(file("data/text/default/train-00000-of-00001.jsonl.zst"),))
    assert json.loads(croissant(zipped, SCHEMAS))["recordSet"] == []


# LLaMA-Factory


def test_llamafactory_is_told_of_each_format_it_reads(facts: Facts) -> None:
    told = json.loads(dataset_info(facts))
    assert {each for each in told if not each.endswith("_validation")} == {
        "tea_cqia", "tea_知道", "tea_茶馆", "tea_alpaca", "tea_sharegpt", "tea_messages",
        "tea_preference-alpaca", "tea_kto-alpaca",
    }  # fmt: skip
    assert told["tea_kto-alpaca_validation"]["columns"]["kto_tag"] == "label"
    assert told["tea_preference-alpaca"]["ranking"] is True


def test_a_source_with_a_comma_is_one_name(facts: Facts) -> None:
    odd = replace(facts, files=tuple(replace(each, config="a, b") for each in facts.files[:1]))
    other = replace(facts.files[0], path="data/cqia/c/train-0-of-1.jsonl", config="c")
    assert "tea_a-b" in json.loads(dataset_info(replace(odd, files=(*odd.files, other))))


def test_sources_are_drawn_from_as_the_mixture_has_them(facts: Facts) -> None:
    more = tuple(
        replace(each, rows=each.rows * 3) if each.config == "知道" else each for each in facts.files
    )
    told = yaml.safe_load(mixing(replace(facts, files=more)))
    assert told["dataset"] == "tea_知道,tea_茶馆"
    assert told["interleave_probs"] == "0.750000,0.250000"


def test_one_source_needs_no_mixing() -> None:
    assert mixing(replace(FACTS, files=(file("data/cqia/a/train-0-of-1.jsonl"),))) == ""


@pytest.mark.parametrize("rows", [[1, 1, 1], [1, 2, 4], [7], [1, 999_999]])
def test_probabilities_are_one_together(rows: list[int]) -> None:
    found = probabilities(rows)
    assert sum(found) == Decimal(1)
    assert all(abs(float(each) - n / sum(rows)) < 1e-5 for each, n in zip(found, rows, strict=True))
