"""Each file of a release as `datasets` loads it, and each config of its card with every row.

Run by itself in any Python that has datasets: `python -I with_datasets.py FOLDER '{}'`. Prints
JSON; ends with status 3 where it is not installed.
"""

import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

BUILDERS = {".parquet": "parquet", ".jsonl": "json", ".zst": "json", ".csv": "csv"}


def rehearse(folder: Path, options: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A result a file, then one a config and split.

    Where the card states the rows of a split, `datasets` itself refuses another number.
    """
    load = import_module("datasets").load_dataset
    names = import_module("datasets").get_dataset_config_names
    with tempfile.TemporaryDirectory() as place:
        for path in sorted((folder / "data").rglob("*")):
            if builder := BUILDERS.get(path.suffix):
                one = partial(load, builder, data_files=str(path), split="train", cache_dir=place)
                yield from _tried(path.relative_to(folder).as_posix(), one)
        for config in names(str(folder)):
            yield from _tried(config, partial(load, str(folder), config, cache_dir=place))


def _tried(name: str, load: Callable[[], Any]) -> Iterator[dict[str, Any]]:
    try:
        loaded = load()
        splits = loaded if isinstance(loaded, dict) else {"": loaded}
        for split, rows in splits.items():
            named = f"{name}/{split}" if split else name
            yield {"name": named, "rows": len(rows), "columns": rows.column_names}
    except Exception as error:  # whatever it says is the result
        yield {"name": name, "error": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    if find_spec("datasets") is None:
        sys.exit(3)
    results = list(rehearse(Path(sys.argv[1]), json.loads(sys.argv[2])))
    print(json.dumps({"version": version("datasets"), "results": results}))
