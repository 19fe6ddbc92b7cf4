"""A model server that speaks as much of the protocol as the judge needs."""

import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from annotation.judge_templates import CRITERIA
from cqia.lib.llm import TokenLogprob

Script = Callable[[dict[str, Any]], tuple[int, str]]


def verdict(overall: object, reason: str = "清楚", **scores: object) -> str:
    """What a judge writes; criteria not named get a 7."""
    criteria = {name: scores.get(name, 7) for name in CRITERIA}
    return json.dumps({"reason": reason, **criteria, "overall": overall}, ensure_ascii=False)


def tokens_of(text: str) -> list[TokenLogprob]:
    """A token a character, each certain."""
    return [TokenLogprob(character, 0.0, {character: 0.0}) for character in text]


class FakeServer:
    """`script` says (status, text); with `logprobs` each character is a certain token."""

    def __init__(self, logprobs: bool = True) -> None:
        self.all_asked: list[dict[str, Any]] = []
        self.script: Script = lambda payload: (200, verdict(9))
        self.logprobs = logprobs
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                payload = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                server.all_asked.append(payload)
                status, body = server.answer(payload)
                self.send_response(status)
                self.end_headers()
                self.wfile.write(json.dumps(body).encode())

            def log_message(self, *_: object) -> None: ...

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.http.server_port}/v1"
        Thread(target=self.http.serve_forever, args=(0.01,), daemon=True).start()

    def answer(self, payload: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        status, text = self.script(payload)
        choice: dict[str, Any] = {"message": {"content": text}, "finish_reason": "stop"}
        if self.logprobs and payload.get("logprobs"):
            tops = [{"token": each.token, "logprob": 0.0} for each in tokens_of(text)]
            choice["logprobs"] = {"content": [{**top, "top_logprobs": [top]} for top in tops]}
        usage = {"prompt_tokens": 100, "completion_tokens": 20}
        return status, {"model": "judge-1", "choices": [choice], "usage": usage}

    @property
    def asked(self) -> list[dict[str, Any]]:
        """Without the trial question that begins a job."""
        return [one for one in self.all_asked if "一加一等于几？" not in user_of(one)]

    def stop(self) -> None:
        self.http.shutdown()
        self.http.server_close()


def user_of(payload: dict[str, Any]) -> str:
    return str(payload["messages"][1]["content"])
