"""A Hugging Face endpoint that speaks as much of the hub's protocol as publishing needs."""

import base64
import hashlib
import json
import re
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

Answer = tuple[int, Any]


class FakeHub:
    """Repositories in memory: `files` by repository and path, as they stand after the last commit.

    `refuse` may give an answer of its own to a request (method, path), None to let it through.
    """

    def __init__(self, token: str) -> None:
        self.token = token
        self.files: dict[str, dict[str, bytes]] = {}
        self.private: dict[str, bool] = {}
        self.tags: list[tuple[str, str]] = []
        self.messages: list[str] = []
        self.stored: dict[str, bytes] = {}  # large files by SHA-256
        self.put = 0  # how many large files were sent
        self.refuse: Callable[[str, str], Answer | None] = lambda method, path: None
        handler = type("Handler", (Handler,), {"hub": self})
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        Thread(target=self.http.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        self.http.shutdown()
        self.http.server_close()

    def answer(self, method: str, path: str, body: bytes) -> Answer:
        for verb, pattern, act in _ROUTES:
            if verb == method and (found := re.fullmatch(pattern, path)):
                return act(self, *found.groups(), body)
        return 404, {"error": f"{method} {path} is not known here"}

    def create(self, body: bytes) -> Answer:
        asked = json.loads(body)
        repo = f"{asked['organization']}/{asked['name']}"
        if repo in self.files:
            return 409, {"url": f"{self.url}/datasets/{repo}"}
        self.files[repo] = {}
        self.private[repo] = asked.get("visibility") == "private"
        return 200, {"url": f"{self.url}/datasets/{repo}"}

    def preupload(self, repo: str, body: bytes) -> Answer:
        modes = [
            {
                "path": file["path"],
                "uploadMode": "lfs" if file["path"].startswith("data/") else "regular",
                "shouldIgnore": False,
            }
            for file in json.loads(body)["files"]
        ]
        return 200, {"files": modes}

    def batch(self, repo: str, body: bytes) -> Answer:
        objects = json.loads(body)["objects"]
        for each in objects:
            if each["oid"] not in self.stored:
                each["actions"] = {"upload": {"href": f"{self.url}/lfs/{each['oid']}"}}
        return 200, {"transfer": "basic", "objects": objects}

    def store(self, oid: str, body: bytes) -> Answer:
        if hashlib.sha256(body).hexdigest() != oid:
            return 400, {"error": "the content has another SHA-256"}
        self.stored[oid] = body
        self.put += 1
        return 200, {}

    def validate(self, body: bytes) -> Answer:
        return 200, {"errors": [], "warnings": []}

    def tree(self, repo: str, body: bytes) -> Answer:
        paths = self.files[repo].items()
        return 200, [
            {"type": "file", "path": path, "size": len(content), "oid": ""}
            for path, content in paths
        ]

    def commit(self, repo: str, body: bytes) -> Answer:
        for line in body.splitlines():
            said = json.loads(line)
            value = said["value"]
            if said["key"] == "header":
                self.messages.append(value["summary"])
            elif said["key"] == "file":
                self.files[repo][value["path"]] = base64.b64decode(value["content"])
            elif said["key"] == "lfsFile":
                self.files[repo][value["path"]] = self.stored[value["oid"]]
            elif said["key"] == "deletedFile":
                del self.files[repo][value["path"]]
        oid = hashlib.sha256(body).hexdigest()[:40]
        url = f"{self.url}/datasets/{repo}/commit/{oid}"
        return 200, {"commitUrl": url, "commitOid": oid}

    def tag(self, repo: str, body: bytes) -> Answer:
        self.tags.append((repo, json.loads(body)["tag"]))
        return 200, {}


_REPO = r"([\w.-]+/[\w.-]+)"
_ROUTES: list[tuple[str, str, Callable[..., Answer]]] = [
    ("POST", "/api/repos/create", FakeHub.create),
    ("POST", f"/api/datasets/{_REPO}/preupload/main", FakeHub.preupload),
    ("POST", f"/datasets/{_REPO}.git/info/lfs/objects/batch", FakeHub.batch),
    ("PUT", "/lfs/([0-9a-f]{64})", FakeHub.store),
    ("POST", "/api/validate-yaml", FakeHub.validate),
    ("GET", f"/api/datasets/{_REPO}/tree/main", FakeHub.tree),
    ("POST", f"/api/datasets/{_REPO}/commit/main", FakeHub.commit),
    ("POST", f"/api/datasets/{_REPO}/tag/main", FakeHub.tag),
]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: FakeHub

    def respond(self) -> None:
        body, path = self._body(), self.path.partition("?")[0]
        refused = self.hub.refuse(self.command, path)
        if refused is None and not self._may(path):
            refused = 401, {"error": "Invalid credentials"}
        status, said = refused or self.hub.answer(self.command, path, body)
        self._send(status, json.dumps(said).encode())

    do_GET = do_POST = do_PUT = respond

    def _may(self, path: str) -> bool:
        """Uploads go to addresses that were handed out, as on the hub: without the token."""
        given = self.headers.get("Authorization")
        return path.startswith("/lfs/") or given == f"Bearer {self.hub.token}"

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...
