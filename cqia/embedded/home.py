"""Where an installation keeps its data, its secrets and the addresses of its servers.

Reading never starts anything: `cqia up` writes `run.json`, every other process reads it.
Both servers listen on 127.0.0.1 behind a generated password. A Unix socket would be private
without one, but its path may hold only about 100 bytes, and under root PostgreSQL runs as
another user: TCP is one way that works for every folder and every user.
"""

import json
import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TypedDict

from cqia import environment as env

PROJECT = Path(__file__).resolve().parents[2]
# Taken when free, so that addresses stay the same from one start to the next.
POSTGRES_PORT = 25431
REDIS_PORT = 26371


class Run(TypedDict, total=False):
    """What the last `cqia up` of this home used; the lock, not this file, says whether it runs."""

    pid: int
    postgres_port: int
    redis_port: int
    web_url: str


def path() -> Path:
    """CQIA_HOME, else `.cqia` in the project folder. Not created here."""
    return Path(os.environ.get("CQIA_HOME") or PROJECT / ".cqia").expanduser().resolve()


def ensure() -> Path:
    """Create the home. Others may pass through it (PostgreSQL under root does), not list it."""
    place = path()
    if not place.exists():
        place.mkdir(parents=True)
        place.chmod(0o711)
    return place


def secret(name: str) -> str:
    """The secret kept in `<home>/<name>`, made on first use and readable by its owner only."""
    file = path() / name
    if not file.exists():
        _write_private(ensure() / name, secrets.token_urlsafe(48), replace=False)
    return file.read_text()


def read_run() -> Run:
    """What the last `cqia up` wrote, or an empty record before the first."""
    try:
        run: Run = json.loads((path() / "run.json").read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return run


def write_run(run: Run) -> None:
    _write_private(ensure() / "run.json", json.dumps(run, indent=1), replace=True)


def database_url() -> str:
    """CQIA_DATABASE_URL, else the embedded server's `postgresql://…`, running or not."""
    if url := env.text("CQIA_DATABASE_URL"):
        return url
    port = read_run().get("postgres_port", POSTGRES_PORT)
    return f"postgresql://cqia:{secret('database-password')}@127.0.0.1:{port}/cqia"


def redis_url() -> str:
    """CQIA_REDIS_URL, else the embedded server's `redis://…`, running or not."""
    if url := env.text("CQIA_REDIS_URL"):
        return url
    port = read_run().get("redis_port", REDIS_PORT)
    return f"redis://:{secret('redis-password')}@127.0.0.1:{port}/0"


def secret_key() -> str:
    """CQIA_SECRET_KEY, else the key made for this home."""
    return env.text("CQIA_SECRET_KEY") or secret("secret-key")


def _write_private(file: Path, text: str, *, replace: bool) -> None:
    """Write mode 0600 and all at once: a reader sees the old text or the new, never half."""
    handle, name = tempfile.mkstemp(dir=file.parent)  # mkstemp makes it 0600
    with os.fdopen(handle, "w") as out:
        out.write(text)
    if replace:
        os.replace(name, file)
        return
    with suppress(FileExistsError):  # another process was first; its text stands
        os.link(name, file)
    os.unlink(name)
