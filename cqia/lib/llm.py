"""Asking a model: any server that speaks OpenAI's /v1/chat/completions, vLLM above all.

`complete` asks once, `complete_many` keeps many requests in flight; `llm_fake.FakeModel` has both
for tests. An answer is known by `payload_hash`, so that a rerun asks only for what is missing.
"""

import asyncio
import hashlib
import random
import time
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from queue import SimpleQueue
from ssl import SSLContext
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson

from cqia.lib.background import BackgroundLoop
from cqia.lib.errors import CqiaError
from cqia.lib.model_errors import BODY_SHOWN, ModelAnswerUnreadable, ModelRefused, ModelUnreachable
from cqia.lib.retry_after import retry_after_s
from cqia.lib.text import excerpt

RETRIES = 4
"""How often a request is sent again after 408, 429, 5xx or a lost connection. Default of ours."""

LONGEST_PAUSE_S = 60.0
"""The longest pause before the next try, whatever Retry-After asks for. Default of ours."""

_FIRST_PAUSE_S = 0.5
BUSY = (429, 502, 503, 504)  # a server that cannot now, but may later
_TRY_AGAIN = {408, 429, 500, 502, 503, 504}

__all__ = [
    "BUSY",
    "Answer",
    "Completion",
    "Endpoint",
    "ModelAnswerUnreadable",
    "ModelRefused",
    "ModelUnreachable",
    "Prompt",
    "TokenLogprob",
    "complete",
    "complete_many",
    "payload_hash",
]

Message = Mapping[str, str]


@dataclass(frozen=True)
class Endpoint:
    """A model on a server. `base_url` is as OpenAI's clients take it; without a path, /v1 is meant.

    Raises CqiaError for an address that is not http or https.
    """

    base_url: str
    model: str
    api_key: str = field(default="", repr=False)
    timeout_s: float = 120.0
    concurrency: int = 32
    max_tokens: int = 1024

    def __post_init__(self) -> None:
        parts = urlsplit(self.base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise CqiaError("model_address", {"url": excerpt(self.base_url, 200)})

    @property
    def url(self) -> str:
        base = self.base_url.rstrip("/")
        return f"{base}{'' if urlsplit(base).path else '/v1'}/chat/completions"


@dataclass(frozen=True)
class Prompt:
    """What is asked, and how. With `schema` (JSON Schema) the answer is JSON of that shape.

    `top_logprobs` asks for the log-probabilities of that many tokens at each place;
    `max_tokens` overrides the endpoint's.
    """

    messages: Sequence[Message]
    schema: Mapping[str, Any] | None = None
    temperature: float = 0.0
    seed: int | None = None
    top_logprobs: int | None = None
    max_tokens: int | None = None


@dataclass(frozen=True)
class TokenLogprob:
    """A token of the answer, and what else could have stood there, by log-probability."""

    token: str
    logprob: float
    top: Mapping[str, float]


@dataclass(frozen=True)
class Completion:
    """An answer. `model` is the name the server gives; tokens are None where it does not count."""

    text: str
    model: str
    prompt_tokens: int | None
    completion_tokens: int | None
    seconds: float
    finish_reason: str
    logprobs: Sequence[TokenLogprob] | None = None


Answer = tuple[int, Completion | Exception]


def complete(endpoint: Endpoint, prompt: Prompt) -> Completion:
    """Ask once. Raises ModelUnreachable, ModelRefused or ModelAnswerUnreadable."""
    ((_, answer),) = complete_many(endpoint, [prompt], 1)
    if isinstance(answer, Exception):
        raise answer
    return answer


def complete_many(
    endpoint: Endpoint, prompts: Iterable[Prompt], concurrency: int | None = None
) -> Generator[Answer, None, None]:
    """(place in `prompts`, answer or error) as they come in, not in order.

    Up to `concurrency` requests (or the endpoint's) are in flight, also while the caller works on
    an answer. `prompts` is read on the caller's thread, no further ahead than twice that number.
    To stop, close the iterator: what is in flight is cancelled.
    """
    limit = concurrency or endpoint.concurrency
    done: SimpleQueue[Answer] = SimpleQueue()
    waiting = 0
    connections = _Connections(endpoint, limit)
    with BackgroundLoop(connections.stop, connections.close) as background:
        for index, prompt in enumerate(prompts):
            background.run(connections.answer(index, prompt, done))
            waiting += 1
            while waiting and (waiting >= 2 * limit or not done.empty()):
                yield done.get()
                waiting -= 1
        for _ in range(waiting):
            yield done.get()


def payload_hash(endpoint: Endpoint, prompt: Prompt) -> str:
    """SHA-256 of all that decides the answer: model, messages, parameters; not the address."""
    canonical = orjson.dumps(_payload(endpoint, prompt), option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(canonical).hexdigest()


class _Connections:
    """Asks an endpoint, over so many connections at once.

    Each has a client of its own: a pool of many looks through all of them at each request, which
    at 256 takes ten times as long as the request.
    """

    def __init__(self, endpoint: Endpoint, count: int) -> None:
        self.endpoint = endpoint
        self.stopped = False
        self.clients = [_client(endpoint) for _ in range(count)]
        self.free: asyncio.LifoQueue[httpx.AsyncClient] = asyncio.LifoQueue()
        for client in self.clients:
            self.free.put_nowait(client)

    async def answer(self, index: int, prompt: Prompt, done: SimpleQueue[Answer]) -> None:
        client = await self.free.get()
        try:
            body = orjson.dumps(_payload(self.endpoint, prompt))
            done.put((index, await self._persist(client, body)))
        except Exception as error:
            # Whatever went wrong: the caller waits for one answer to each prompt.
            done.put((index, error))
        finally:
            self.free.put_nowait(client)

    def stop(self) -> None:
        """Begin nothing more."""
        self.stopped = True

    async def close(self) -> None:
        for client in self.clients:
            await client.aclose()

    async def _persist(self, client: httpx.AsyncClient, body: bytes) -> Completion:
        for attempt in range(RETRIES + 1):
            begun = time.monotonic()
            if self.stopped:
                raise ModelUnreachable(self.endpoint.url, "closed")
            try:
                response = await self._post(client, body)
            except ModelUnreachable as error:
                if attempt == RETRIES or isinstance(error.__cause__, httpx.ReadTimeout):
                    # A model that is too slow would only be slower if asked twice.
                    raise
                await asyncio.sleep(_pause(attempt, ""))
                continue
            if response.status_code not in _TRY_AGAIN or attempt == RETRIES:
                break
            await asyncio.sleep(_pause(attempt, response.headers.get("Retry-After", "")))
        return _read(response, time.monotonic() - begun)

    async def _post(self, client: httpx.AsyncClient, body: bytes) -> httpx.Response:
        try:
            headers = {"Content-Type": "application/json"}
            return await client.post(self.endpoint.url, content=body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            reason = str(error) or type(error).__name__
            raise ModelUnreachable(self.endpoint.url, reason) from error


def _client(endpoint: Endpoint) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        headers={"Authorization": f"Bearer {endpoint.api_key}"} if endpoint.api_key else {},
        limits=httpx.Limits(max_connections=1, max_keepalive_connections=1),
        timeout=httpx.Timeout(endpoint.timeout_s, connect=min(10.0, endpoint.timeout_s)),
        follow_redirects=False,
        verify=_tls(),
    )


def _payload(endpoint: Endpoint, prompt: Prompt) -> dict[str, Any]:
    payload: dict[str, Any] = {
        "model": endpoint.model,
        "messages": [dict(message) for message in prompt.messages],
        "temperature": prompt.temperature,
        "max_tokens": prompt.max_tokens or endpoint.max_tokens,
    }
    if prompt.seed is not None:
        payload["seed"] = prompt.seed
    if prompt.top_logprobs is not None:
        payload |= {"logprobs": True, "top_logprobs": prompt.top_logprobs}
    if prompt.schema is not None:
        shape = {"name": "answer", "strict": True, "schema": dict(prompt.schema)}
        payload["response_format"] = {"type": "json_schema", "json_schema": shape}
    return payload


def _read(response: httpx.Response, seconds: float) -> Completion:
    if response.status_code != 200:
        raise ModelRefused(response.status_code, response.text)
    try:
        body = orjson.loads(response.content)
        choice = body["choices"][0]
        text = choice["message"]["content"]
        usage = body.get("usage") or {}
        if not isinstance(text, str):
            raise TypeError("message.content is not text")
        return Completion(
            text=text,
            model=str(body.get("model", "")),
            prompt_tokens=usage.get("prompt_tokens"),
            completion_tokens=usage.get("completion_tokens"),
            seconds=seconds,
            finish_reason=str(choice.get("finish_reason") or ""),
            logprobs=_logprobs(choice),
        )
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise ModelAnswerUnreadable(f"{error!r}: {response.text[:BODY_SHOWN]}") from error


def _logprobs(choice: Mapping[str, Any]) -> list[TokenLogprob] | None:
    content = (choice.get("logprobs") or {}).get("content")
    if content is None:
        return None
    return [
        TokenLogprob(
            token["token"],
            token["logprob"],
            {other["token"]: other["logprob"] for other in token.get("top_logprobs") or []},
        )
        for token in content
    ]


def _pause(attempt: int, retry_after: str) -> float:
    """Seconds to the next try: what the server asks for, else doubling; spread by up to a half."""
    wanted = retry_after_s(retry_after) or _FIRST_PAUSE_S * 2**attempt
    return min(wanted * random.uniform(1.0, 1.5), LONGEST_PAUSE_S)  # noqa: S311 - no secret


@lru_cache(maxsize=1)
def _tls() -> SSLContext:
    # Reading the certificates takes longer than a short request.
    return httpx.create_ssl_context()
