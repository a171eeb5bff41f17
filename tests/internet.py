"""A small internet on this machine: names, public addresses, and a site behind all of them.

Nothing else can be reached: a connection to any other address than loopback fails the test.
"""

import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

REAL_LOOKUP, REAL_CONNECT = socket.getaddrinfo, socket.socket.connect
Speak = Callable[[socket.socket], None]


class Internet:
    """`names`: what a name leads to, for each look-up in turn; the last answer is kept.

    `looked_up`, `connected` and `requests` say what was done; `certified` names have https.
    """

    def __init__(self, patch: pytest.MonkeyPatch, folder: Path, certified: list[str]) -> None:
        self.names: dict[str, list[list[str]]] = {}
        self.looked_up: list[str] = []
        self.connected: list[str] = []
        self.requests: list[tuple[str, str]] = []  # (Host, path)
        self.posts: list[tuple[dict[str, str], bytes]] = []  # headers and body of each POST
        self.greeted: list[str | None] = []  # the names that TLS was opened for
        self.status, self.location = 200, ""
        self.servers = {80: self._server(), 443: self._server()}
        self._encrypt(self.servers[443], folder, certified)
        patch.setenv("SSL_CERT_FILE", str(folder / "certificate.pem"))
        patch.setattr(socket, "getaddrinfo", self._look_up)
        patch.setattr(socket.socket, "connect", lambda s, where: self._connect(s, where))

    def __enter__(self) -> Self:
        for server in self.servers.values():
            threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for server in self.servers.values():
            server.shutdown()
            server.server_close()

    def _server(self) -> ThreadingHTTPServer:
        internet = self

        class Site(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                internet.posts.append((dict(self.headers), self.rfile.read(length)))
                self.do_GET()

            def do_GET(self) -> None:
                internet.requests.append((self.headers["Host"], self.path))
                self.send_response(internet.status)
                self.send_header("Location", internet.location)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
        server.handle_error = lambda *_: None  # somebody who does not trust us hangs up
        return server

    def _encrypt(self, server: ThreadingHTTPServer, folder: Path, names: list[str]) -> None:
        key, certificate = _certificate(names)
        (folder / "key.pem").write_bytes(key)
        (folder / "certificate.pem").write_bytes(certificate)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
        context.sni_callback = lambda _socket, name, _context: self.greeted.append(name)
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )

    def _look_up(self, host, port, *args, **kwargs):
        if host not in self.names:
            return REAL_LOOKUP(host, port, *args, **kwargs)
        self.looked_up.append(host)
        answers = self.names[host]
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        return [
            (
                socket.AF_INET6 if ":" in address else socket.AF_INET,
                socket.SOCK_STREAM,
                6,
                "",
                (address, port, 0, 0) if ":" in address else (address, port),
            )
            for address in found
        ]

    def _connect(self, opened: socket.socket, where) -> None:
        if not isinstance(where, tuple):
            return REAL_CONNECT(opened, where)
        self.connected.append(where[0])
        if where[1] in self.servers:
            where = self.servers[where[1]].server_address
        assert ipaddress.ip_address(where[0]).is_loopback, "nothing outside is ever a target"
        return REAL_CONNECT(opened, where)


def _certificate(names: list[str]) -> tuple[bytes, bytes]:
    key = ec.generate_private_key(ec.SECP256R1())
    named = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "tests")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(named)
        .issuer_name(named)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=2))
        .not_valid_after(now + datetime.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(n) for n in names]), False)
        .add_extension(x509.BasicConstraints(True, None), True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    kind = serialization.PrivateFormat.PKCS8
    return (
        key.private_bytes(pem, kind, serialization.NoEncryption()),
        certificate.public_bytes(pem),
    )
