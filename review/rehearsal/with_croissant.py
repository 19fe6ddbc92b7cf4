"""croissant.json as mlcroissant validates it, and its record sets as mlcroissant reads them.

Run by itself in any Python that has mlcroissant: `python -I with_croissant.py FOLDER '{"rows": 0}'`.
Prints JSON; ends with status 3 where it is not installed.
"""

import json
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any


def rehearse(folder: Path, options: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The validation, warnings counted as errors; then of each record set the first `rows`, 0 for all."""
    name = "croissant.json"
    mlcroissant = import_module("mlcroissant")
    try:
        dataset = mlcroissant.Dataset(str(folder / name))
    except mlcroissant.ValidationError as error:
        yield {"name": name, "error": str(error)}
        return
    issues = dataset.metadata.ctx.issues
    found = sorted(issues.errors | issues.warnings)
    yield {"name": name, "error": "; ".join(found)} if found else {"name": name, "as": "1.1"}
    for record_set in dataset.metadata.record_sets:
        try:
            rows = islice(dataset.records(record_set.uuid), options.get("rows") or None)
            yield {"name": record_set.uuid, "rows": sum(1 for _ in rows)}
        except Exception as error:  # whatever it says is the result
            yield {"name": record_set.uuid, "error": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    if find_spec("mlcroissant") is None:
        sys.exit(3)
    results = list(rehearse(Path(sys.argv[1]), json.loads(sys.argv[2])))
    print(json.dumps({"version": version("mlcroissant"), "results": results}))
