"""The site as granian serves it: a request takes one of our threads once all of it is here.

Pages are plain WSGI in a few threads, each with its database connection. A WSGI server lets a
thread wait for a body that trickles, or for a browser that reads slowly, so that as many visitors
as there are threads stop the site. Here both wait in granian, whose own interface is RSGI: waiting
costs no thread, and a body that is too large or too slow is turned away before it has one.
"""

import asyncio
import io
import queue
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any
from wsgiref.types import WSGIApplication, WSGIEnvironment

from django.conf import settings
from django.db import close_old_connections

from core.database.waiting import waiting
from curednation import request_body
from curednation.wsgi import application as pages

NOT_AS_FIELDS = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}


class Threads:
    """Serves a WSGI application by RSGI, in `count` threads."""

    def __init__(self, application: WSGIApplication, *, count: int) -> None:
        self.application, self.count = application, count
        waiting.shared = True  # with so few threads not all of them may wait for one row
        self.jobs: queue.SimpleQueue[tuple[Callable[[], Any], asyncio.Future]] = queue.SimpleQueue()

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        for number in range(self.count):
            threading.Thread(target=self._work, name=f"web-{number}", daemon=True).start()

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        environ = environ_of(scope)
        if request_body.has_body(environ):
            try:
                body = await self._body(environ, protocol)
            except request_body.BodyRefused as refusal:
                await request_body.reject(protocol, refusal, environ["PATH_INFO"])
                return
            environ["wsgi.input"] = io.BytesIO(body)
            environ["CONTENT_LENGTH"] = str(len(body))  # one that came in chunks had none
        await self._in_thread(lambda: self._answer(environ, protocol))

    async def _body(self, environ: WSGIEnvironment, protocol: Any) -> bytes:
        max_bytes = request_body.MAX_BYTES
        if request_body.content_length(environ) > max_bytes and request_body.may_send_more(environ):
            max_bytes = await self._in_thread(lambda: _max_bytes(environ))
        return await request_body.read(environ, protocol, max_bytes)

    def _in_thread(self, do: Callable[[], Any]) -> asyncio.Future:
        done = self.loop.create_future()
        self.jobs.put((do, done))
        return done

    def _work(self) -> None:
        while True:
            do, done = self.jobs.get()
            result = error = None
            try:
                result = do()
            except BaseException as raised:  # whatever it is, the next visitor is served
                error = raised
            self.loop.call_soon_threadsafe(_tell, done, result, error)
            del do, done, result, error

    def _answer(self, environ: WSGIEnvironment, protocol: Any) -> None:
        status, headers = "500", []

        def start_response(line: str, fields: list, _exc_info: Any = None) -> Any:
            nonlocal status, headers
            status, headers = line, fields

        parts = self.application(environ, start_response)
        try:
            if isinstance(parts, File) and parts.name:
                protocol.response_file(int(status[:3]), headers, parts.name)
            else:
                protocol.response_bytes(int(status[:3]), headers, b"".join(parts))
        finally:
            if hasattr(parts, "close"):
                parts.close()


class File:
    """PEP 3333's file wrapper: what is left of a file is the answer. `name` where that is all."""

    def __init__(self, file: Any, block_size: int = 65536) -> None:
        self.file, self.block_size = file, block_size
        name = getattr(file, "name", None)
        whole = isinstance(name, str) and name.startswith("/") and file.tell() == 0
        self.name = name if whole else ""

    def __iter__(self) -> Iterator[bytes]:
        return iter(lambda: self.file.read(self.block_size), b"")

    def close(self) -> None:
        self.file.close()


def _max_bytes(environ: WSGIEnvironment) -> int:
    """Return how many bytes this sender may send; for a thread of ours, outside of a request."""
    try:
        return request_body.max_bytes(environ)
    finally:
        close_old_connections()


def _tell(done: asyncio.Future, result: Any, error: BaseException | None) -> None:
    if done.done():
        return
    if error is None:
        done.set_result(result)
    else:
        done.set_exception(error)


def environ_of(scope: Any) -> WSGIEnvironment:
    """Return what PEP 3333 asks for, from RSGI's scope.

    A header with an underscore in its name is left out: it would pass for the one with a dash,
    which a proxy has set.
    """
    host, _, port = scope.server.rpartition(":")
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.file_wrapper": File,
    }
    for name, value in scope.headers.items():
        if "_" not in name:
            key = _key(name)
            joint = ";" if name == "cookie" else ","
            environ[key] = f"{environ[key]}{joint}{value}" if key in environ else value
    if "HTTP_HOST" not in environ and scope.authority:
        environ["HTTP_HOST"] = scope.authority
    return environ


def _key(name: str) -> str:
    return NOT_AS_FIELDS.get(name) or f"HTTP_{name.replace('-', '_').upper()}"


application = Threads(pages, count=settings.WEB_THREADS)
