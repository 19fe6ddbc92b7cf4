"""Everything that an evaluator can obtain of an open campaign, read byte by byte for what it must not say.

Each source is read and counted, so that the test can print what it has read.
"""

import base64
import json
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.contrib.staticfiles.finders import get_finders
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from redis import Redis

from evaluation.models import Campaign

NAMES = ("zebra-base", "yak-tuned", "wolf-rival")
# What else is known of a model: what it was made from, by whom, where it answers, and how.
TRAITS = ("quokka-7b", "numbat-run", "okapi-note", "dingo-place", "tapir-seed")
# Numbers that occur nowhere by chance; every number an evaluator could read something from.
FAR = 7_310_000_000
CHARTS = ("ratings", "outcomes", "bars", "matrix", "board")
ENDS = ("svg", "png", "csv")


def secrets_in(text: str) -> list[str]:
    low = text.lower()
    return [*(word for word in NAMES + TRAITS if word in low), *re.findall(r"7310\d{6}", text)]


@dataclass
class Source:
    """One kind of thing that was read: how many of them, and how many bytes."""

    things: int = 0
    size: int = 0


@dataclass
class Reading:
    """What was read so far, and the secrets found in it, by the name of where they stood."""

    sources: dict[str, Source] = field(default_factory=dict)
    found: dict[str, list[str]] = field(default_factory=dict)

    def take(self, source: str, where: str, text: str) -> None:
        counted = self.sources.setdefault(source, Source())
        counted.things += 1
        counted.size += len(text.encode("utf-8", "replace"))
        if secrets := secrets_in(text):
            self.found[where] = secrets

    def listed(self) -> str:
        """A table of what was read."""
        rows = [
            f"{name:<58} {source.things:>6,} {source.size:>12,}"
            for name, source in self.sources.items()
        ]
        return "\n".join([f"{'read':<58} {'things':>6} {'bytes':>12}", *rows])


def received(answer: Any) -> str:
    """Status, headers, cookies and body of a response."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    headers = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
    said = f"{answer.status_code} {answer.reason_phrase}\n{headers}\n{answer.cookies.output()}"
    return f"{said}\n{body.decode('utf-8', 'replace')}"


# Addresses


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for each in resolver.url_patterns:
        route = prefix + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from patterns(each, route)
        elif isinstance(each, URLPattern):
            yield route


def address(route: str, campaign: Campaign) -> str:
    """A route with its places filled in: this project, this campaign, a chart, a format."""
    values = {"slug": campaign.project.slug, "pk": str(campaign.pk), "number": "1"}
    values |= {"name": "ratings", "form": "svg", "filename": "x", "format": ".json"}
    filled = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: values.get(found[1], "x"), route)
    return "/" + re.sub(r"[\^$\\]|\(\?P.*?\)", "", filled)


def all_addresses(campaign: Campaign) -> list[str]:
    """Every route of the application, the charts and questions of this campaign, and wrong ones."""
    found = [address(route, campaign) for route in patterns(get_resolver())]
    place = f"/p/{campaign.project.slug}"
    inside = f"{place}/evaluate/{campaign.pk}/"
    charts = [f"{inside}{name}.{end}" for name in CHARTS for end in ENDS]
    asked = [f"{inside}?category=问", f"{place}/vote/?all", f"{place}/vote/?how"]
    wrong = [
        f"{place}/vote/{campaign.pk + 1}/",
        f"{place}/vote/x",
        f"{place}/nowhere",
        "/api/nowhere",
    ]
    return [*found, *charts, *asked, *wrong]


def ask_everything(reading: Reading, client: Client, urls: list[str]) -> None:
    """Ask for each address in every way, as a page, a piece and a program would."""
    for url in urls:
        for method in ("get", "post", *(("put", "patch", "delete") if "/api/" in url else ())):
            for headers in ({}, {"HX-Request": "true"}) if "/p/" in url else ({},):
                answer = getattr(client, method)(url, headers=headers)
                text = received(answer)
                reading.take(_kind(url, headers, answer.status_code), f"{method} {url}", text)


def _kind(url: str, headers: dict[str, str], status: int) -> str:
    what = "API answers" if url.startswith("/api/") else "pieces by htmx" if headers else "pages"
    refused = ", refused or missing" if status >= 400 else ""
    return f"{what}{refused}: status, headers, cookies, body"


# What is no answer to a request


def read_static_files(reading: Reading) -> None:
    for finder in get_finders():
        for path, storage in finder.list([]):
            with storage.open(path) as file:
                reading.take("static files", path, file.read().decode("utf-8", "replace"))


def read_logs(reading: Reading, records: list[logging.LogRecord]) -> None:
    """Records with all that was handed to the logger, beside what would be written of them."""
    for record in records:
        text = f"{record.getMessage()} {record.__dict__}"
        reading.take("log records, with their arguments", f"log of {record.name}", text)


def read_sessions(reading: Reading) -> None:
    for session in Session.objects.all():
        reading.take("sessions, decoded", "session", json.dumps(session.get_decoded()))


def read_redis(reading: Reading) -> None:
    """Every key, with its value; bodies of Celery's messages decoded."""
    with Redis.from_url(settings.REDIS_URL, decode_responses=True) as redis:
        for key in redis.scan_iter():
            for value in _values(redis, key):
                reading.take("Redis keys with their values", f"Redis: {key}", f"{key} {value}")


def _values(redis: Any, key: str) -> Iterator[str]:
    ask = {"string": redis.get, "set": redis.smembers, "hash": redis.hgetall}
    kind = redis.type(key)
    if kind == "list":
        yield from (f"{item} {_body(item)}" for item in redis.lrange(key, 0, -1))
    elif kind == "zset":
        yield str(redis.zrange(key, 0, -1))
    elif kind in ask:
        yield str(ask[kind](key))
    else:
        yield str(redis.dump(key))


def _body(item: str) -> str:
    try:
        return base64.b64decode(json.loads(item)["body"]).decode("utf-8", "replace")
    except (ValueError, KeyError, TypeError):
        return ""
