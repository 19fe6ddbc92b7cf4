import json
import threading
import time
from collections.abc import Callable, Iterator
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from cqia.lib import llm
from cqia.lib.errors import CqiaError
from cqia.lib.llm import (
    Endpoint,
    ModelAnswerUnreadable,
    ModelRefused,
    ModelUnreachable,
    Prompt,
    TokenLogprob,
    complete,
    complete_many,
    payload_hash,
)
from cqia.lib.llm_fake import FakeModel
from cqia.lib.retry_after import retry_after_s

Reply = tuple[int, Any, dict[str, str]]


class Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """A client that goes away is what some of the tests are about."""


class Server:
    """A model server on this machine that answers as `script(request, number)` says."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.now = self.most = 0
        self.lock = threading.Lock()
        self.script: Callable[[dict[str, Any], int], Reply] = lambda request, _: answer("好")
        self.httpd = Quiet(("127.0.0.1", 0), self.handler())
        self.base_url = f"http://127.0.0.1:{self.httpd.server_address[1]}"

    def handler(server: "Server") -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with server.lock:
                    server.requests.append(body)
                    server.headers.append({"path": self.path, **dict(self.headers)})
                    server.now += 1
                    server.most = max(server.most, server.now)
                    number = len(server.requests)
                status, data, headers = server.script(body, number)
                with server.lock:
                    server.now -= 1
                content = data if isinstance(data, bytes) else json.dumps(data).encode()
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(content))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: Any) -> None:
                pass

        return Handler


def late(seconds: float) -> Reply:
    time.sleep(seconds)
    return answer("晚")


def answer(text: str, **more: Any) -> Reply:
    choice = {"message": {"content": text}, "finish_reason": "stop", **more}
    usage = {"prompt_tokens": 3, "completion_tokens": 1}
    return 200, {"model": "demo-7b", "choices": [choice], "usage": usage}, {}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(llm, "_FIRST_PAUSE_S", 0.001)
    server = Server()
    thread = threading.Thread(target=server.httpd.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.httpd.shutdown()
    server.httpd.server_close()
    thread.join()


@pytest.fixture
def endpoint(server: Server) -> Endpoint:
    return Endpoint(server.base_url, "demo", api_key="secret", timeout_s=5, max_tokens=9)


def ask(text: str = "你好", **options: Any) -> Prompt:
    return Prompt([{"role": "user", "content": text}], **options)


def test_it_reads_an_answer(endpoint: Endpoint) -> None:
    found = complete(endpoint, ask())
    assert (found.text, found.model, found.finish_reason) == ("好", "demo-7b", "stop")
    assert (found.prompt_tokens, found.completion_tokens, found.logprobs) == (3, 1, None)
    assert 0 < found.seconds < 5


def test_it_asks_as_openai_does(endpoint: Endpoint, server: Server) -> None:
    complete(endpoint, ask())
    assert server.headers[0]["path"] == "/v1/chat/completions"
    assert server.headers[0]["Authorization"] == "Bearer secret"
    assert server.requests[0] == {
        "model": "demo",
        "messages": [{"role": "user", "content": "你好"}],
        "temperature": 0.0,
        "max_tokens": 9,
    }


def test_it_asks_with_schema_seed_and_logprobs(endpoint: Endpoint, server: Server) -> None:
    complete(endpoint, ask(schema={"type": "object"}, seed=7, top_logprobs=2, max_tokens=1))
    sent = server.requests[0]
    assert (sent["seed"], sent["logprobs"], sent["top_logprobs"]) == (7, True, 2)
    assert sent["max_tokens"] == 1
    assert sent["response_format"]["json_schema"]["schema"] == {"type": "object"}


def test_it_reads_logprobs(endpoint: Endpoint, server: Server) -> None:
    top = [{"token": "8", "logprob": -0.1}, {"token": "7", "logprob": -2.5}]
    content = [{"token": "8", "logprob": -0.1, "top_logprobs": top}]
    server.script = lambda *_: answer("8", logprobs={"content": content})
    assert complete(endpoint, ask()).logprobs == [TokenLogprob("8", -0.1, {"8": -0.1, "7": -2.5})]


@pytest.mark.parametrize(
    ("base_url", "url"),
    [
        ("http://h:1", "http://h:1/v1/chat/completions"),
        ("http://h:1/v1/", "http://h:1/v1/chat/completions"),
        ("https://h/api/v4", "https://h/api/v4/chat/completions"),
    ],
)
def test_it_builds_the_address(base_url: str, url: str) -> None:
    assert Endpoint(base_url, "m").url == url


@pytest.mark.parametrize("url", ["", "ftp://h", "file:///etc/passwd", "http://", "h:1/v1"])
def test_it_refuses_other_addresses(url: str) -> None:
    with pytest.raises(CqiaError) as raised:
        Endpoint(url, "m")
    assert raised.value.code == "model_address"


def test_it_keeps_the_key_out_of_sight() -> None:
    assert "secret" not in repr(Endpoint("http://h", "m", api_key="secret"))


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_it_tries_again(endpoint: Endpoint, server: Server, status: int) -> None:
    server.script = lambda _, number: answer("好") if number == 3 else (status, {}, {})
    assert complete(endpoint, ask()).text == "好"
    assert len(server.requests) == 3


def test_it_gives_up_after_some_tries(endpoint: Endpoint, server: Server) -> None:
    server.script = lambda *_: (503, b"loading", {})
    with pytest.raises(ModelRefused) as raised:
        complete(endpoint, ask())
    assert raised.value.params == {"status": 503, "body": "loading"}
    assert len(server.requests) == 1 + llm.RETRIES


def test_it_waits_as_long_as_the_server_asks(endpoint: Endpoint, server: Server) -> None:
    server.script = lambda _, n: answer("好") if n == 2 else (429, {}, {"Retry-After": "1"})
    begun = time.monotonic()
    complete(endpoint, ask())
    assert 1 <= time.monotonic() - begun < 3


def test_it_never_waits_too_long() -> None:
    assert llm._pause(0, "9999") == llm.LONGEST_PAUSE_S
    assert llm._pause(30, "") == llm.LONGEST_PAUSE_S
    assert 0.5 <= llm._pause(0, "Wed, 21 Oct 2026 07:28:00 GMT") <= 0.75


@pytest.mark.parametrize("status", [400, 401, 404, 302])
def test_it_takes_no_for_an_answer(endpoint: Endpoint, server: Server, status: int) -> None:
    there = {"Location": f"{server.base_url}/elsewhere"}
    server.script = lambda *_: (status, b"too long " * 200, there)
    with pytest.raises(ModelRefused) as raised:
        complete(endpoint, ask())
    assert raised.value.params["status"] == status
    assert len(str(raised.value.params["body"])) <= 500
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "body",
    [b"<html>", b"", b"[]", {}, {"choices": []}, {"choices": [{"message": {"content": None}}]}],
)
def test_it_names_an_unreadable_answer(endpoint: Endpoint, server: Server, body: Any) -> None:
    server.script = lambda *_: (200, body, {})
    with pytest.raises(ModelAnswerUnreadable):
        complete(endpoint, ask())


def test_it_names_a_server_that_is_not_there(server: Server) -> None:
    gone = Endpoint("http://127.0.0.1:9", "demo")
    with pytest.raises(ModelUnreachable) as raised:
        complete(gone, ask())
    assert raised.value.params["url"] == "http://127.0.0.1:9/v1/chat/completions"


def test_it_ends_when_the_time_is_up(server: Server) -> None:
    server.script = lambda *_: late(0.5)
    with pytest.raises(ModelUnreachable) as raised:
        complete(Endpoint(server.base_url, "demo", timeout_s=0.1), ask())
    assert "ReadTimeout" in str(raised.value.params["reason"])
    assert len(server.requests) == 1


def test_it_asks_many_at_once_and_answers_each(endpoint: Endpoint, server: Server) -> None:
    def script(request: dict[str, Any], _: int) -> Reply:
        time.sleep(0.02)
        text = request["messages"][0]["content"]
        return (400, {}, {}) if text == "7" else answer(text * 2)

    server.script = script
    found = dict(complete_many(endpoint, (ask(str(n)) for n in range(40)), 8))
    assert isinstance(found.pop(7), ModelRefused)
    assert {n: one.text for n, one in found.items() if isinstance(one, llm.Completion)} == {
        n: str(n) * 2 for n in range(40) if n != 7
    }
    assert 4 <= server.most <= 8


def test_it_goes_on_while_the_caller_works(endpoint: Endpoint, server: Server) -> None:
    answers = complete_many(endpoint, (ask() for _ in range(16)), 8)
    next(answers)
    deadline = time.monotonic() + 20
    while len(server.requests) < 15 and time.monotonic() < deadline:
        time.sleep(0.05)  # the caller asks for nothing meanwhile
    assert len(server.requests) >= 15
    assert len(list(answers)) == 15


def test_it_reads_prompts_no_further_than_it_needs(endpoint: Endpoint) -> None:
    read: list[int] = []
    prompts = (read.append(n) or ask() for n in range(1000))  # type: ignore[func-returns-value]
    answers = complete_many(endpoint, prompts, 4)
    next(answers)
    assert len(read) <= 8
    answers.close()


def test_it_stops_when_it_is_closed(endpoint: Endpoint, server: Server) -> None:
    server.script = lambda _, n: answer("好") if n == 1 else late(1)
    answers = complete_many(endpoint, (ask() for _ in range(50)), 2)
    next(answers)
    begun = time.monotonic()
    answers.close()
    assert time.monotonic() - begun < 0.9
    assert len(server.requests) <= 4


def test_it_knows_an_answer_by_what_decides_it() -> None:
    here, there = Endpoint("http://a", "m"), Endpoint("http://b", "m", api_key="k", timeout_s=1)
    assert payload_hash(here, ask()) == payload_hash(there, ask())
    others = [ask("别的"), ask(seed=1), ask(temperature=0.5), ask(schema={}), ask(max_tokens=5)]
    hashes = {payload_hash(here, prompt) for prompt in [ask(), *others]}
    assert len(hashes | {payload_hash(Endpoint("http://a", "n"), ask())}) == 7


def test_it_has_a_fake_of_the_same_interface() -> None:
    fake = FakeModel(lambda prompt: ModelRefused(400, "") if prompt.seed else "好")
    endpoint = Endpoint("http://h", "demo")
    assert fake.complete(endpoint, ask()).text == "好"
    with pytest.raises(ModelRefused):
        fake.complete(endpoint, ask(seed=1))
    answers = dict(fake.complete_many(endpoint, [ask(seed=1), ask()]))
    assert isinstance(answers[0], ModelRefused)
    assert isinstance(answers[1], llm.Completion)
    assert len(fake.asked) == 4


def test_it_understands_a_date_to_wait_for() -> None:
    soon = formatdate(time.time() + 20, usegmt=True)
    assert 15 <= retry_after_s(soon) <= 20
    assert retry_after_s("3") == 3
    assert retry_after_s("soon") == retry_after_s("") == 0
