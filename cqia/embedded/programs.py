"""What `cqia up` runs. docker-compose.yml runs the same programs, one in each container."""

import signal
import sys
from pathlib import Path

from cqia.embedded import home, postgres, redis
from cqia.embedded.supervisor import Service

# A worker under root is warned about at length; whoever starts CQIA as root knows.
CELERY = [
    sys.executable,
    "-W",
    "ignore::UserWarning:celery.platforms",
    "-m",
    "celery",
    "--quiet",
    "-A",
    "cqia",
]
WORKER = ["--without-gossip", "--without-mingle", "--loglevel", "WARNING"]


def servers(run: home.Run, settings: dict[str, str] | None = None) -> list[Service]:
    """The embedded servers on the ports of `run`; those with an address of your own are left out.

    `settings` are settings of PostgreSQL on top of ours.
    """
    services = []
    if "postgres_port" in run:
        services.append(
            Service(
                "postgres",
                postgres.command(run["postgres_port"], settings or {}),
                _log("postgres"),
                postgres.account(),
                ask_to_end=signal.SIGINT,  # SIGTERM would wait for every client to leave
                patience=30,  # killed earlier, it would only have to recover at the next start
                before_start=postgres.clear_leftovers,
            )
        )
    if "redis_port" in run:
        services.append(
            Service(
                "redis",
                redis.command(run["redis_port"]),
                _log("redis"),
                before_start=redis.clear_leftovers,
            )
        )
    return services


def web(host: str, port: int) -> Service:
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    command = [sys.executable, "-m", "gunicorn", "-c", "python:cqia.web", "-b", bind]
    access = ["--access-logfile", str(_log("access"))]
    return Service("web", [*command, *access, "cqia.wsgi"], _log("web"))


def workers() -> list[Service]:
    """One queue for work of our own, one for work that waits on a model server, and the clock."""
    cpu = ["worker", "-n", "cpu@%h", "-Q", "cpu", "-c", "2", *WORKER]
    gpu = ["worker", "-n", "gpu@%h", "-Q", "gpu", "-P", "threads", "-c", "4", *WORKER]
    beat = ["beat", "--pidfile=", "--loglevel", "WARNING"]
    commands = {"worker-cpu": cpu, "worker-gpu": gpu, "beat": beat}
    return [Service(name, [*CELERY, *command], _log(name)) for name, command in commands.items()]


def _log(name: str) -> Path:
    return home.path() / "logs" / f"{name}.log"
