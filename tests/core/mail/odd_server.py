"""A mail server that breaks the rules: it answers as told, hangs, trickles, or drops the line."""

import socket
import threading
import time
from typing import Self

HANG, DROP, TRICKLE = "hang", "drop", "trickle"


class OddServer:
    """`OddServer(mail="552 Too big")` answers MAIL so, and everything else as it should.

    The words are banner, ehlo, auth, mail, rcpt, data, end (of the message) and quit. `received`
    holds the messages that it took.
    """

    def __init__(self, **answers: str) -> None:
        self.answers = {
            "banner": "220 odd",
            "ehlo": "250-odd\r\n250 AUTH PLAIN",
            "data": "354 Go on",
            "end": "250 Taken",
            "quit": "221 Bye",
        } | answers
        self.received: list[bytes] = []
        self._ended = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._socket.close()

    def _serve(self) -> None:
        while not self._ended.is_set():
            try:
                client, _address = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=[client], daemon=True).start()

    def _talk(self, client: socket.socket) -> None:
        with client, client.makefile("rb") as lines:
            try:
                word = "banner"
                while self._answer(client, word):
                    if word == "data" and self.answers["data"].startswith("354"):
                        self._take(lines)
                        word = "end"
                    else:
                        word = lines.readline()[:4].decode().lower().strip()
                    if not word:
                        return
            except OSError:
                return

    def _take(self, lines) -> None:
        message = b"".join(iter(lines.readline, b".\r\n"))
        self.received.append(message)

    def _answer(self, client: socket.socket, word: str) -> bool:
        text = self.answers.get(word, "250 OK")
        if text == HANG:
            return not self._ended.wait(30)
        if text == DROP:
            return False
        if text == TRICKLE:
            while not self._ended.is_set():
                client.sendall(b"250-more\r\n")
                time.sleep(0.1)
        client.sendall(f"{text}\r\n".encode())
        return True
