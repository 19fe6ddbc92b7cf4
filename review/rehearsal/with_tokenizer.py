"""How many tokens a tokenizer makes of a release's conversations, and what a cut-off takes away.

Run by itself: `python -I with_tokenizer.py FOLDER '{"tokenizer": DIR, "cut_off": 2048}'`. It needs
the packages tokenizers, jinja2 and pyarrow, not transformers. Prints JSON.
"""

import json
import sys
from collections.abc import Iterator
from importlib.metadata import version
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from jinja2.ext import loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment
from pyarrow import parquet
from tokenizers import Tokenizer
from zstandard import ZstdDecompressor

ENDINGS = (".parquet", ".jsonl", ".jsonl.zst")
BATCH = 500  # conversations at a time


def rehearse(folder: Path, options: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """One result a split of the `messages` format: tokens in all, quantiles, and what is cut off.

    The conversation is put into the tokenizer's own chat template where it has one, else its texts
    are counted one after another; `template` says which.
    """
    place = Path(options["tokenizer"])
    tokenizer = Tokenizer.from_file(str(place / "tokenizer.json"))
    tokenizer.no_truncation()
    template = _template(place)
    for split, paths in _splits(folder / "data" / "messages").items():
        lengths: list[int] = []
        for rows in _batches(paths):
            texts = [_text(template, row) for row in rows]
            found = tokenizer.encode_batch(texts, add_special_tokens=template is None)
            lengths += [len(each.ids) for each in found]
        yield {
            "name": f"messages/{split}",
            "template": template is not None,
            **_figures(lengths, options["cut_off"]),
        }


def _figures(lengths: list[int], cut_off: int) -> dict[str, int]:
    """Quantiles are those of the nearest rank."""
    ordered = sorted(lengths) or [0]
    over = [length - cut_off for length in lengths if length > cut_off]
    return {
        "rows": len(lengths),
        "tokens": sum(lengths),
        "median": ordered[(len(ordered) - 1) // 2],
        "p95": ordered[max(0, -(-len(ordered) * 95 // 100) - 1)],
        "longest": ordered[-1],
        "cut": len(over),
        "tokens_cut": sum(over),
    }


def _template(place: Path) -> Any:
    """The chat template as transformers would render it: in a sandbox, blocks trimmed."""
    source = _template_source(place)
    if not source:
        return None
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols]
    )
    environment.globals["raise_exception"] = _refuse
    return environment.from_string(source)


def _template_source(place: Path) -> str:
    if (place / "chat_template.jinja").is_file():
        return (place / "chat_template.jinja").read_text("utf-8")
    if not (place / "tokenizer_config.json").is_file():
        return ""
    named = json.loads((place / "tokenizer_config.json").read_bytes()).get("chat_template") or ""
    if isinstance(named, list):  # several, by name
        named = {each["name"]: each["template"] for each in named}.get("default", "")
    return str(named)


def _refuse(message: str) -> None:
    raise ValueError(message)


def _text(template: Any, row: list[dict[str, str]]) -> str:
    if template is None:
        return "\n".join(message["content"] for message in row)
    return str(template.render(messages=row, add_generation_prompt=False))


def _splits(place: Path) -> dict[str, list[Path]]:
    """The files of each split, all of one kind."""
    for ending in ENDINGS:
        splits: dict[str, list[Path]] = {}
        for path in sorted(place.glob(f"*/*-of-*{ending}")):
            splits.setdefault(path.name.partition("-")[0], []).append(path)
        if splits:
            return splits
    return {}


def _batches(paths: list[Path]) -> Iterator[list[list[dict[str, str]]]]:
    for path in paths:
        if path.suffix == ".parquet":
            for batch in parquet.ParquetFile(path).iter_batches(BATCH, columns=["messages"]):
                yield batch.column(0).to_pylist()
        else:
            yield from _lines(path)


def _lines(path: Path) -> Iterator[list[list[dict[str, str]]]]:
    with path.open("rb") as file:
        raw = ZstdDecompressor().stream_reader(file) if path.suffix == ".zst" else file
        batch = []
        for line in TextIOWrapper(raw, "utf-8", newline="\n"):
            batch.append(json.loads(line)["messages"])
            if len(batch) == BATCH:
                yield batch
                batch = []
        yield batch


if __name__ == "__main__":
    results = list(rehearse(Path(sys.argv[1]), json.loads(sys.argv[2])))
    print(json.dumps({"version": version("tokenizers"), "results": results}))
