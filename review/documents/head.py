"""The YAML head of a dataset card: what the Hub and `datasets` read of a release."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import yaml

from review.documents.configs import MAIN, Config
from review.documents.facts import Facts
from review.documents.features import features


def head(facts: Facts, schemas: Mapping[str, pa.Schema]) -> str:
    """The head without its dashes, keys in a fixed order."""
    licence = facts.licence
    other = {"license_name": licence.name, "license_link": licence.address} if licence.name else {}
    described = {
        "pretty_name": " ".join(facts.name.split()),
        "language": ["zh"],
        "license": licence.hub,
        **other,
        "task_categories": ["text-generation"],
        "annotations_creators": ["expert-generated"],
        "size_categories": [size_category(facts.rows)],
        "tags": ["instruction-tuning", "human-verified"],
        "configs": [_config(config) for config in facts.configs],
        "dataset_info": [_info(config, schemas[config.format]) for config in facts.configs],
    }
    return yaml.safe_dump(described, allow_unicode=True, sort_keys=False, width=1000)


def _config(config: Config) -> dict[str, Any]:
    return {
        "config_name": config.name,
        "data_files": [
            {"split": split, "path": _one_or_many(config.patterns(split))}
            for split in config.splits
        ],
        **({"default": True} if config.name == MAIN else {}),
    }


def _one_or_many(patterns: list[str]) -> str | list[str]:
    return patterns[0] if len(patterns) == 1 else patterns


def _info(config: Config, schema: pa.Schema) -> dict[str, Any]:
    return {
        "config_name": config.name,
        "features": features(schema),
        # The bytes are those of the files; how many they are in memory depends on the reader.
        "splits": [
            {
                "name": split,
                "num_bytes": sum(file.size for file in files),
                "num_examples": config.rows(split),
            }
            for split, files in config.splits.items()
        ],
        "download_size": config.size,
        "dataset_size": config.size,
    }


def size_category(rows: int) -> str:
    """The Hub's size category of a number of rows."""
    steps = [
        (1_000, "n<1K"),
        (10_000, "1K<n<10K"),
        (100_000, "10K<n<100K"),
        (1_000_000, "100K<n<1M"),
        (10_000_000, "1M<n<10M"),
    ]
    return next((name for limit, name in steps if rows < limit), "10M<n<100M")
