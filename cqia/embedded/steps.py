"""What has to be done once before the web server starts, and again only when its sources changed.

A step is stamped with a digest of its sources. On an ordinary start every stamp fits, and Django is
not even imported before the web server is.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cqia import environment as env
from cqia.embedded import home, postgres

APPS = ("cqia/accounts", "annotation", "review", "evaluation")


@dataclass(frozen=True)
class Step:
    """A management command and the digest under which it has been done."""

    name: str
    says: str
    command: tuple[str, ...]
    digest: str
    product: Path | None = None  # a folder without which the step is not done

    @property
    def _stamp(self) -> Path:
        return home.path() / "stamps" / self.name

    @property
    def output(self) -> Path:
        """What the command says goes here."""
        return home.path() / "logs" / f"{self.name}.log"

    def is_done(self) -> bool:
        if self.product is not None and not self.product.exists():
            return False
        return self._stamp.exists() and self._stamp.read_text() == self.digest

    def mark_done(self) -> None:
        self._stamp.parent.mkdir(exist_ok=True)
        self._stamp.write_text(self.digest)


def collect_static() -> Step:
    files = sorted((home.PROJECT / "static").rglob("*"))
    states = (f"{file} {file.stat().st_size} {file.stat().st_mtime_ns}" for file in files)
    command = ("collectstatic", "--noinput", "--clear", "--verbosity", "0")
    digest = _digest([*states, _packages()])
    says = "Collecting style sheets and scripts"
    return Step("static", says, command, digest, product=home.path() / "static")


def migrate() -> Step:
    names = (
        str(file.relative_to(home.PROJECT))
        for app in APPS
        for file in sorted((home.PROJECT / app / "migrations").glob("*.py"))
    )
    command = ("migrate", "--noinput", "--verbosity", "0")
    says = "Bringing the database up to date"
    return Step("migrate", says, command, _digest([*names, _packages(), _database()]))


def load_demo() -> Step:
    """The demo is loaded once for a database, and not again when it has changed since."""
    return Step("demo", "Loading the demo project", ("load_demo",), _digest([_database()]))


def _database() -> str:
    """Tells one database from another: its address, or the moment our own was made."""
    made = postgres.data_folder() / "PG_VERSION"
    own = env.text("CQIA_DATABASE_URL")
    return own or str(made.stat().st_mtime_ns)


def demo_accounts() -> Step:
    return Step(
        "accounts", "Noting the demo accounts", ("load_demo", "--accounts"), _digest([_database()])
    )


def _packages() -> str:
    """Installed packages bring migrations and static files of their own."""
    lock = home.PROJECT / "requirements.lock"
    return lock.read_text() if lock.exists() else ""


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
