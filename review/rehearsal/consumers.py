"""The consumers: each is a program of its own, run by the Python in which it is installed."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NOT_INSTALLED = 3  # the status a program ends with where its package is not there
_ASK_EVERY = 2.0  # seconds between two looks at whether to go on
_LAST_WORDS = 2000  # characters of what a program said before it failed


class Outcome(TypedDict):
    """What came of one consumer. `error` is about all of it; each result may have one of its own."""

    id: str
    version: str
    installed: bool
    error: str
    results: list[dict[str, Any]]


@dataclass(frozen=True)
class Consumer:
    id: str
    name: str
    description: str | Promise
    wants_tokenizer: bool = False

    @property
    def program(self) -> Path:
        return Path(__file__).with_name(f"with_{self.id}.py")

    def try_on(
        self, folder: Path, options: dict[str, Any], go_on: Callable[[], None] = lambda: None
    ) -> Outcome:
        """Run on a release's folder; `go_on` is called every now and then, and may raise.

        `options`: cut_off in tokens, rows of each split (0 for all), tokenizer (a folder or "").
        """
        with (
            tempfile.TemporaryDirectory() as home,
            subprocess.Popen(
                [_python(self), "-I", self.program, folder, json.dumps(options)],
                env=_surroundings(home),
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            ) as process,
        ):
            try:
                said, complained = _wait(process, go_on)
            except BaseException:
                process.kill()
                raise
        return self._outcome(process.returncode, said, complained)

    def _outcome(self, status: int, said: str, complained: str) -> Outcome:
        outcome = Outcome(id=self.id, version="", installed=True, error="", results=[])
        if status == NOT_INSTALLED:
            outcome["installed"] = False
        elif status:
            outcome["error"] = complained[-_LAST_WORDS:].strip() or f"status {status}"
        else:
            # Packages print what they like before it; the last line is ours.
            told = json.loads(said.strip().rpartition("\n")[2])
            outcome["version"], outcome["results"] = told["version"], told["results"]
        return outcome


CONSUMERS = (
    Consumer("datasets", "datasets", _("Loads every file, and every config of the card.")),
    Consumer("croissant", "mlcroissant", _("Validates croissant.json, and reads rows by it.")),
    Consumer("trl", "TRL", _("Prepares SFT, preference and KTO files up to the first batch.")),
    Consumer("llamafactory", "LLaMA-Factory", _("Converts every entry of dataset_info.json.")),
    Consumer(
        "tokenizer",
        "tokenizers",
        _("Counts tokens, and what a cut-off takes away."),
        wants_tokenizer=True,
    ),
)


def _python(consumer: Consumer) -> str:
    """The tokenizer's packages are CQIA's own; the others may have an environment of theirs."""
    if consumer.wants_tokenizer:
        return sys.executable
    return settings.CONSUMERS_PYTHON or sys.executable


def _surroundings(home: str) -> dict[str, str]:
    """No network, no graphics card, nothing left behind, and none of our secrets."""
    return {
        "PATH": os.environ.get("PATH", ""),
        "LANG": "C.UTF-8",
        "HOME": home,
        "HF_HOME": home,
        "HF_HUB_OFFLINE": "1",
        "CUDA_VISIBLE_DEVICES": "",
        "TOKENIZERS_PARALLELISM": "false",
    }


def _wait(process: subprocess.Popen[str], go_on: Callable[[], None]) -> tuple[str, str]:
    while True:
        try:
            return process.communicate(timeout=_ASK_EVERY)
        except subprocess.TimeoutExpired:
            go_on()
