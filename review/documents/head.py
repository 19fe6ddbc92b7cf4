"""The YAML head of a dataset card: what the Hub and `datasets` read of a release."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import yaml

from review.documents.configs import Config, configs
from review.documents.facts import Facts
from review.documents.features import features


def head(facts: Facts, schemas: Mapping[str, pa.Schema]) -> str:
    """The head without its dashes, keys in a fixed order."""
    found = configs(facts.files)
    described = {
        "pretty_name": facts.name,
        "language": ["zh"],
        "license": "cc",
        "configs": [_config(config) for config in found],
        "dataset_info": [_info(config, schemas[config.format]) for config in found],
    }
    return yaml.safe_dump(described, allow_unicode=True, sort_keys=False, width=1000)


def _config(config: Config) -> dict[str, Any]:
    return {
        "config_name": config.name,
        "data_files": [
            {"split": split, "path": _one_or_many(config.patterns(split))}
            for split in config.splits
        ],
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
