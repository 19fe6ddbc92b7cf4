"""A real vLLM on the CPU with a tiny model: `make .venv-vllm/installed` installs it."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ROOT / ".venv-vllm" / "bin" / "python"
PATIENCE = 300  # seconds; on two busy cores the engine needs a minute or two
OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "VLLM_NO_USAGE_STATS": "1",
    "VLLM_CPU_KVCACHE_SPACE": "1",  # GiB
}


@dataclass(frozen=True)
class VllmServer:
    """An OpenAI-compatible endpoint."""

    base_url: str
    model: str


@pytest.fixture(scope="session")
def vllm_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VllmServer]:
    """An engine that runs until the last test has ended; skips where vLLM is not installed."""
    if not PYTHON.exists():
        pytest.skip("vLLM is not installed: make .venv-vllm/installed")
    folder = tmp_path_factory.mktemp("vllm")
    make = [PYTHON, ROOT / "tests" / "vllm_model.py", folder / "model"]
    subprocess.run(make, check=True, env={**os.environ, **OFFLINE}, capture_output=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with open(folder / "log", "wb") as log:
        engine = subprocess.Popen(
            _command(folder / "model", port),
            env={**os.environ, **OFFLINE},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        _wait(engine, port, folder / "log")
        yield VllmServer(f"http://127.0.0.1:{port}/v1", "tiny")
    finally:
        with suppress(ProcessLookupError):
            os.killpg(engine.pid, signal.SIGKILL)
        engine.wait()


def _command(model: Path, port: int) -> list[str]:
    entry = "vllm.entrypoints.openai.api_server"
    options = {"model": str(model), "served-model-name": "tiny", "port": str(port)}
    options |= {"host": "127.0.0.1", "max-model-len": "4096", "max-num-seqs": "16"}
    # Random weights would fill the room that JSON leaves for blanks.
    options["structured-outputs-config"] = '{"backend": "xgrammar", "disable_any_whitespace": true}'
    words = [part for name, value in options.items() for part in (f"--{name}", value)]
    return [str(PYTHON), "-m", entry, "--enforce-eager", *words]


def _wait(engine: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        assert engine.poll() is None, log.read_text()[-1500:]
        try:
            if httpx.get(f"http://127.0.0.1:{port}/health", timeout=5).is_success:
                return
        except httpx.HTTPError:
            pass
        time.sleep(1)
    pytest.fail(f"vLLM does not answer after {PATIENCE} s:\n{log.read_text()[-1500:]}")
