"""docker-compose.yml and Dockerfile, as far as they can be checked without a Docker engine."""

import json
import re
import shlex
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from django.core.management import get_commands

from cqia.celery import app
from cqia.embedded.programs import web, workers

ROOT = Path(__file__).resolve().parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
DOCKERFILE = re.sub(r"\\\n", " ", (ROOT / "Dockerfile").read_text())
OURS = ["migrate", "web", "worker-cpu", "worker-gpu", "beat"]
READ = re.compile(r"""(?:env\.\w+\(|environ(?:\.get\(|\[))["'](CQIA_\w+)""")


def instructions(name: str) -> list[str]:
    """The arguments of each instruction of the Dockerfile with that name."""
    return re.findall(rf"^{name} (.+)$", DOCKERFILE, re.MULTILINE)


def command(service: str) -> list[str]:
    words = COMPOSE["services"][service].get("command") or json.loads(instructions("CMD")[0])
    return [str(word) for word in words]


def variables_read() -> set[str]:
    sources = (ROOT / "cqia").rglob("*.py")
    return {name for source in sources for name in READ.findall(source.read_text())}


def test_it_fits_the_schema_of_compose() -> None:
    vendored = files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    jsonschema.validate(COMPOSE, json.loads(vendored.read_text()))


def test_it_runs_every_part_and_vllm_only_when_asked() -> None:
    services = COMPOSE["services"]
    assert set(services) == {*OURS, "postgres", "redis", "vllm"}
    assert {name: it["profiles"] for name, it in services.items() if "profiles" in it} == {
        "vllm": ["gpu"]
    }


def test_it_runs_what_cqia_up_runs() -> None:
    """Queues, names and pools are those of the embedded workers."""
    embedded = {service.name: service.command for service in workers()}
    for name in ("worker-cpu", "worker-gpu"):
        ours = command(name)[1:-2]  # less the program and the log level
        assert ours == embedded[name][embedded[name].index("-A") :][: len(ours)]
    assert web("0.0.0.0", 8000).command[2:7] == command("web")[:5]


@pytest.mark.parametrize("service", OURS)
def test_its_commands_exist(service: str) -> None:
    program, *arguments = command(service)
    if program == "python":
        assert (ROOT / arguments[0]).is_file()
        assert arguments[1] in get_commands()
    elif program == "celery":
        assert arguments[:2] == ["-A", app.main]
        assert arguments[2] in ("worker", "beat")
    else:
        assert (program, arguments[-1]) == ("gunicorn", "cqia.wsgi")


def test_its_queues_are_the_queues_of_the_tasks() -> None:
    app.loader.import_default_modules()
    served = {
        arguments[arguments.index("-Q") + 1]
        for arguments in map(command, OURS)
        if "-Q" in arguments
    }
    own = [task for name, task in app.tasks.items() if not name.startswith("celery.")]
    assert {getattr(task, "queue", None) or app.conf.task_default_queue for task in own} <= served


@pytest.mark.parametrize("service", OURS)
def test_it_sets_only_variables_that_are_read(service: str) -> None:
    given = set(COMPOSE["services"][service]["environment"])
    assert given <= variables_read()
    assert {"CQIA_SECRET_KEY", "CQIA_DATABASE_URL", "CQIA_REDIS_URL"} <= given


def test_it_has_no_password_of_its_own() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    for secret in ("CQIA_SECRET_KEY", "CQIA_DATABASE_PASSWORD"):
        assert re.search(rf"\$\{{{secret}:\?", text)
        assert not re.search(rf"\$\{{{secret}:-", text)


def test_it_pins_every_image() -> None:
    images = [service["image"] for service in COMPOSE["services"].values()]
    assert [image for image in images if not re.search(r":v?\d+\.\d+", image)] == []


def test_its_volumes_are_declared() -> None:
    used = {
        volume.split(":")[0]
        for service in COMPOSE["services"].values()
        for volume in service.get("volumes", [])
    }
    assert used == set(COMPOSE["volumes"])


def test_the_image_copies_files_that_exist() -> None:
    copied = [path for line in instructions("COPY") for path in line.split()[:-1]]
    assert [path for path in copied if not (ROOT / path).exists()] == []
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    wanted = {name.rstrip("*") for name in packages["packages"]["find"]["include"]}
    assert wanted | {"templates", "static", "locale", "manage.py"} <= set(copied)


def test_the_image_installs_only_what_is_locked() -> None:
    installs = [line for line in instructions("RUN") for line in line.split("&&")]
    pips = [shlex.split(line) for line in installs if line.strip().startswith("pip install")]
    assert [line for line in pips if not {"--require-hashes", "--no-deps"} & set(line)] == []


def test_the_image_runs_as_an_ordinary_user() -> None:
    assert instructions("USER") == ["cqia"]
    assert "useradd --system" in DOCKERFILE
