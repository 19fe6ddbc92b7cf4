"""The user that PostgreSQL runs as: it refuses root."""

import os
import pwd
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class NoAccount(Exception):
    """PostgreSQL cannot be run for this user; the message says what to do."""


@dataclass(frozen=True)
class Account:
    """How to start a program as another user; nothing to do for everybody but root."""

    user: pwd.struct_passwd | None = None
    through: tuple[str, ...] = ()  # a program that changes the user, put before the command

    def popen(self, command: list[str]) -> dict[str, Any]:
        """Arguments for subprocess.Popen."""
        if self.user is None or self.through:
            return {"args": [*self.through, *command]}
        return {
            "args": command,
            "user": self.user.pw_uid,
            "group": self.user.pw_gid,
            "extra_groups": [],
        }

    def own(self, path: Path) -> None:
        """Hand a file or folder to the user."""
        if self.user is not None:
            os.chown(path, self.user.pw_uid, self.user.pw_gid)


def account_for(data: Path, program: Path) -> Account:
    """The account under which `program` can run on the folder `data`.

    Under root that is the owner of `data`, else `postgres`, else `nobody`; no user is created. A
    folder closed to it (root's own home, say) is opened by lending this one process tree the
    right to pass through, with setpriv; permissions of the machine's folders stay as they are.
    """
    if os.geteuid() != 0:
        return Account()
    user = _owner(data) or _named("postgres", "_postgres", "nobody")
    if _open_to_all(program) and _open_to_all(data):
        return Account(user)
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise NoAccount(
            f"PostgreSQL refuses to run as root, and the user {user.pw_name} cannot reach "
            f"{data.parent} and {program.parent}. Run as an ordinary user, move the project to "
            "a folder open to all, install setpriv (util-linux), or set CQIA_DATABASE_URL."
        )
    ids = (f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups")
    right = ("--inh-caps=-all,+dac_override", "--ambient-caps=-all,+dac_override")
    # Without it access(2), by which PostgreSQL looks for its programs, would not heed the right.
    heeded = "--securebits=+no_setuid_fixup"
    return Account(user, (setpriv, *ids, *right, heeded, "--"))


def _owner(data: Path) -> pwd.struct_passwd | None:
    uid = data.stat().st_uid if data.exists() else 0
    return pwd.getpwuid(uid) if uid else None


def _named(*names: str) -> pwd.struct_passwd:
    for name in names:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise NoAccount("PostgreSQL refuses to run as root, and this machine has no user nobody.")


def _open_to_all(path: Path) -> bool:
    return all(parent.stat().st_mode & 0o001 for parent in path.resolve().parents)
