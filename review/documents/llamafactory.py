"""LLaMA-Factory's view of a release: dataset_info.json, and how to mix its sources in training."""

import re
from decimal import Decimal
from typing import Any

import orjson

from review.documents.configs import MAIN, Config
from review.documents.facts import Facts

_ALPACA = {"prompt": "instruction", "query": "input", "system": "system", "history": "history"}
_ROLES = {
    "role_tag": "role",
    "content_tag": "content",
    "user_tag": "user",
    "assistant_tag": "assistant",
    "system_tag": "system",
}
# What each format that LLaMA-Factory can read is to it. The nine fields of CQIA hold no system
# prompt and no earlier turns, so of those it gets the last turn alone.
_FORMATS: dict[str, dict[str, Any]] = {
    MAIN: {"columns": {"prompt": "instruction", "query": "input", "response": "output"}},
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
_PLACES = Decimal("0.000001")


def dataset_info(facts: Facts) -> bytes:
    """dataset_info.json: an entry a config and split, `<slug>_<config>` and, beside train, the split.

    Entries point at the folder itself and name a config of its card, so that shards and Parquet are
    read as `datasets` reads them. LLaMA-Factory finds them with `dataset_dir` set to the folder.
    """
    entries = {
        entry_name(facts.slug, config, split): {
            "script_url": ".",
            "subset": config.name,
            "split": split,
            **_FORMATS[config.format],
        }
        for config in facts.configs
        if config.format in _FORMATS
        for split in config.splits
    }
    return orjson.dumps(entries, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def entry_name(slug: str, config: Config, split: str) -> str:
    """LLaMA-Factory takes names apart at commas."""
    name = re.sub(r"[\s,]+", "-", f"{slug}_{config.name}")
    return name if split == "train" else f"{name}_{split}"


def mixing(facts: Facts) -> str:
    """The arguments by which LLaMA-Factory draws from each source what the mixture has of it.

    One probability a source, its share of the train rows; "" where there is one source or none.
    """
    sources = [
        config
        for config in facts.configs
        if config.format == MAIN and config.name != MAIN and "train" in config.splits
    ]
    if len(sources) < 2:
        return ""
    names = ",".join(entry_name(facts.slug, config, "train") for config in sources)
    shares = probabilities([config.rows("train") for config in sources])
    return (
        f"dataset_dir: .\ndataset: {names}\n"
        f"mix_strategy: interleave_over\ninterleave_probs: {','.join(map(str, shares))}\n"
    )


def probabilities(rows: list[int]) -> list[Decimal]:
    """Shares of the whole to six places, that are 1 together: the largest takes what is left over."""
    shares = [(Decimal(count) / sum(rows)).quantize(_PLACES) for count in rows]
    shares[rows.index(max(rows))] += 1 - sum(shares)
    return shares
