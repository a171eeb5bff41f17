"""A web server on loopback that keeps what it is sent: a webhook's, a ping's, or Sentry's."""

import gzip
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, Self

import brotli


class Received(NamedTuple):
    path: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    def events(self) -> list[dict[str, Any]]:
        """The events of an envelope of Sentry's: https://develop.sentry.dev/sdk/envelopes/."""
        lines = self.unpacked().split(b"\n")
        heads = [(json.loads(lines[i]), lines[i + 1]) for i in range(1, len(lines) - 1, 2)]
        return [json.loads(payload) for head, payload in heads if head["type"] == "event"]

    def text(self) -> str:
        return self.unpacked().decode() + str(self.headers)

    def unpacked(self) -> bytes:
        unpack = {"gzip": gzip.decompress, "br": brotli.decompress}
        return unpack.get(self.headers.get("content-encoding", ""), bytes)(self.body)


class WebServer:
    """`with WebServer() as server:`; `server.url`, `server.received`, `server.status`."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.status = 200
        keep, server = self.received.append, self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                keep(Received(self.path, headers, body))
                self.send_response(server.status)
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def wait_for(self, count: int, *, seconds: float = 15) -> list[Received]:
        """Return what came as soon as it is so much. Fails after so many seconds."""
        deadline = time.monotonic() + seconds
        while len(self.received) < count:
            assert time.monotonic() < deadline, f"{len(self.received)} of {count} came"
            time.sleep(0.02)
        return self.received
