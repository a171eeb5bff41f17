"""A tiny IMAP server (RFC 3501) for tests: one user, one folder, what our reader asks of it."""

import re
import socketserver
import threading
from typing import Self

USER, PASSWORD = "returns@example.org", "p@ss word"


class ImapServer:
    """server.url; server.add(octets); server.flags: uid → flags; server.mails: uid → octets."""

    def __init__(self) -> None:
        self.mails: dict[int, bytes] = {}
        self.flags: dict[int, set[str]] = {}
        self.offers = ""  # more capabilities, such as UIDPLUS
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        user, password = USER.replace("@", "%40"), PASSWORD.replace("@", "%40").replace(" ", "%20")
        self.url = f"imap://{user}:{password}@127.0.0.1:{self._server.server_address[1]}/INBOX"

    def add(self, octets: bytes) -> int:
        uid = 100 + len(self.mails)
        self.mails[uid], self.flags[uid] = octets.replace(b"\n", b"\r\n"), set()
        return uid

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def _handler(box: ImapServer) -> type[socketserver.StreamRequestHandler]:
    class Session(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.say("* OK ready")
            while line := self.rfile.readline().decode().strip():
                tag, _, command = line.partition(" ")
                answer = self.answer(command)
                self.say(f"{tag} {answer}")
                if command.upper() == "LOGOUT":
                    return

        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

        def answer(self, command: str) -> str:
            words = command.split(" ")
            if command == "CAPABILITY":
                self.say(f"* CAPABILITY IMAP4rev1 {box.offers}".strip())
            elif words[0] == "LOGIN":
                if command != f'LOGIN {USER} "{PASSWORD}"':
                    return "NO wrong password"
            elif words[0] == "SELECT":
                if words[1] != '"INBOX"':
                    return "NO no such folder"
                self.say(f"* {len(box.mails)} EXISTS")
            elif words[:2] == ["UID", "SEARCH"]:
                first, last = map(int, words[2].split(":"))
                asked = list(box.mails)[first - 1 : last]
                without = {"\\Seen", *words[5:6]}  # UNSEEN UNKEYWORD …
                unseen = [str(uid) for uid in asked if not without & box.flags[uid]]
                self.say(f"* SEARCH {' '.join(unseen)}".strip())
            elif words[:2] == ["UID", "FETCH"]:
                self.fetch(int(words[2]), command)
            elif words[:2] == ["UID", "STORE"]:
                box.flags[int(words[2])] |= set(re.findall(r"\\?\w+", command.partition("(")[2]))
            elif command == "EXPUNGE" or words[:2] == ["UID", "EXPUNGE"]:
                named = (
                    [int(uid) for uid in words[2].split(",")] if words[0] == "UID" else box.mails
                )
                for uid in [uid for uid in named if "\\Deleted" in box.flags[uid]]:
                    del box.mails[uid], box.flags[uid]
            elif command == "LOGOUT":
                self.say("* BYE")
            else:
                return "BAD what?"
            return "OK done"

        def fetch(self, uid: int, command: str) -> None:
            most = int(re.findall(r"<0\.(\d+)>", command)[0])
            octets = box.mails[uid][:most]
            self.say(f"* 1 FETCH (UID {uid} BODY[]<0> {{{len(octets)}}}")
            self.wfile.write(octets)
            self.say(")")

    return Session
