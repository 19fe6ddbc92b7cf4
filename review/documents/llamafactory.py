"""dataset_info.json: the release's formats as LLaMA-Factory reads them, by its own names."""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from review.documents.configs import Config, DataFile, configs

_ALPACA = {"prompt": "instruction", "query": "input", "system": "system", "history": "history"}
_ROLES = {
    "role_tag": "role",
    "content_tag": "content",
    "user_tag": "user",
    "assistant_tag": "assistant",
    "system_tag": "system",
}
# What each format that LLaMA-Factory can read is to it.
_FORMATS: dict[str, dict[str, Any]] = {
    "alpaca": {"columns": {**_ALPACA, "response": "output"}},
    "sharegpt": {
        "formatting": "sharegpt",
        "columns": {"messages": "conversations", "system": "system"},
    },
    "messages": {
        "formatting": "sharegpt",
        "columns": {"messages": "messages"},
        "tags": _ROLES,
    },
    "preference-alpaca": {
        "ranking": True,
        "columns": {**_ALPACA, "chosen": "chosen", "rejected": "rejected"},
    },
    "kto-alpaca": {"columns": {**_ALPACA, "response": "output", "kto_tag": "label"}},
}


def dataset_info(files: Iterable[DataFile], slug: str) -> bytes:
    """The file: one entry a format and split, named `<slug>_<format>` and, beside train, the split.

    Entries point at the folder itself and name a config of its card, so that shards and Parquet are
    read as `datasets` reads them. LLaMA-Factory looks such a folder up from its `dataset_dir`.
    """
    entries = {
        entry_name(slug, config, split): _entry(config, split)
        for config in configs(files)
        if config.name in _FORMATS
        for split in config.splits
    }
    return orjson.dumps(entries, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def entry_name(slug: str, config: Config, split: str) -> str:
    name = f"{slug}_{config.name}"
    return name if split == "train" else f"{name}_{split}"


def _entry(config: Config, split: str) -> dict[str, Any]:
    return {"script_url": ".", "subset": config.name, "split": split, **_FORMATS[config.name]}
