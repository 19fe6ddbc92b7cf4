"""The command `cqia`: `cqia up`, and every management command by its own name."""

import argparse
import os
import sys


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    arguments = sys.argv[1:] if argv is None else argv
    if arguments[:1] == ["up"]:
        return _up(arguments[1:])
    return _manage(arguments)


def _up(arguments: list[str]) -> int:
    from cqia.embedded.up import Options, up  # `cqia import` needs none of it

    parser = argparse.ArgumentParser("cqia up", description="Start CQIA and keep it running.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--port", type=_port, help="port of the pages (8000, or the next free one)")
    parser.add_argument("--no-demo", action="store_true", help="do not load the demo project")
    chosen = parser.parse_args(arguments)
    return up(Options(host=chosen.host, port=chosen.port, demo=not chosen.no_demo))


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port (1 to 65535)")
    return int(text)


def _manage(arguments: list[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cqia.settings")
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    try:
        execute_from_command_line(["cqia", *arguments])
    except OperationalError as error:
        print(f"The database does not answer; is `cqia up` running? {error}", file=sys.stderr)
        return 1
    return 0
