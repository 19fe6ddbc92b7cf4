"""A real vLLM on the CPU with a tiny model: `make .venv-vllm/installed` installs it."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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


class VllmServer:
    """An OpenAI-compatible endpoint, whose engine can be killed and started again."""

    def __init__(self, folder: Path, model: str = "tiny") -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.base_url = f"{self.url}/v1"
        self.folder, self.model = folder, model

    def start(self) -> None:
        """Returns when it answers."""
        with open(self.folder / "log", "wb") as log:
            self.engine = subprocess.Popen(
                _command(self.folder / "model", self.model, self.port),
                env={**os.environ, **OFFLINE},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        _wait(self.engine, self.port, self.folder / "log")

    def kill(self) -> None:
        """As when the machine loses power: kill -9 of all its processes."""
        with suppress(ProcessLookupError):
            os.killpg(self.engine.pid, signal.SIGKILL)
        self.engine.wait()


@contextmanager
def running(folder: Path, model: str = "tiny", seed: int = 1) -> Iterator[VllmServer]:
    """An engine with a model of random weights, made anew in `folder`; other weights by the seed."""
    make = [str(PYTHON), str(ROOT / "tests" / "vllm_model.py"), str(folder / "model"), str(seed)]
    subprocess.run(make, check=True, env={**os.environ, **OFFLINE}, capture_output=True)
    server = VllmServer(folder, model)
    try:
        server.start()
        yield server
    finally:
        server.kill()


@pytest.fixture(scope="session")
def vllm_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VllmServer]:
    """An engine that runs until the last test has ended; skips where vLLM is not installed."""
    if not PYTHON.exists():
        pytest.skip("vLLM is not installed: make .venv-vllm/installed")
    with running(tmp_path_factory.mktemp("vllm")) as server:
        yield server


def _command(model: Path, name: str, port: int) -> list[str]:
    entry = "vllm.entrypoints.openai.api_server"
    options = {"model": str(model), "served-model-name": name, "port": str(port)}
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
