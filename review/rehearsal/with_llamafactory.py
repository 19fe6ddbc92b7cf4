"""LLaMA-Factory's own parser, loader and converter over the entries of a release's dataset_info.json.

Run by itself in any Python that has it: `python -I with_llamafactory.py FOLDER '{}'`. Prints JSON;
ends with status 3 where it is not installed. Its package asks for older versions of its readers than
are about; its own data code runs with the newer ones, so its check of versions is left out.
"""

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from importlib import import_module
from importlib.machinery import ModuleSpec
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any


def rehearse(folder: Path, options: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """One result an entry: the rows it converted, and how many it could make nothing of.

    Of each entry the first `rows` are converted, 0 for all.
    """
    os.environ["DISABLE_VERSION_CHECK"] = "1"
    _do_without("torchaudio")
    loader = import_module("llamafactory.data.loader")
    parser = import_module("llamafactory.data.parser")
    arguments = import_module("llamafactory.hparams").DataArguments
    data = arguments(dataset_dir=str(folder), max_samples=options.get("rows") or None)
    with tempfile.TemporaryDirectory() as place:
        model = SimpleNamespace(cache_dir=place, hf_hub_token=None)
        training = SimpleNamespace(local_process_index=0, dataloader_num_workers=0)
        for entry in json.loads((folder / "dataset_info.json").read_bytes()):
            try:
                (found,) = parser.get_dataset_list([entry], str(folder))
                rows = loader._load_single_dataset(found, model, data, training)
            except Exception as error:  # whatever it says is the result
                yield {"name": entry, "error": f"{type(error).__name__}: {error}"}
                continue
            # A row that it cannot read it says in its log, and goes on with empty hands.
            empty = sum(not row["_prompt"] or not row["_response"] for row in rows)
            yield {"name": entry, "rows": len(rows), "empty": empty, "as": found.formatting}


def _do_without(name: str) -> None:
    """It loads this one for sound alone, at its start, and a release of text holds none."""
    if find_spec(name) is None:
        module = ModuleType(name)
        module.__spec__ = ModuleSpec(name, None)
        sys.modules[name] = module


if __name__ == "__main__":
    if find_spec("llamafactory") is None:
        sys.exit(3)
    results = list(rehearse(Path(sys.argv[1]), json.loads(sys.argv[2])))
    print(json.dumps({"version": version("llamafactory"), "results": results}))
