"""A path between two browsers that a test can cut or make lossy: media goes through it by UDP.

Chromium's own emulation of a bad network leaves WebRTC alone. So each candidate that a page hears
of is replaced by a port of ours, which passes datagrams on to it, as a NAT would.
"""

import random
import selectors
import socket
import threading
from contextlib import suppress

from playwright.sync_api import BrowserContext

Address = tuple[str, int]
# Candidates come one by one; those that stand in a description come once more by themselves.
THROUGH_US = """(() => {
    const pc = RTCPeerConnection.prototype, {addIceCandidate, setRemoteDescription} = pc;
    pc.addIceCandidate = async function (candidate) {
        const line = await window.throughPath(candidate?.candidate ?? '');
        if (line) await addIceCandidate.call(this, {...candidate, candidate: line});
    };
    pc.setRemoteDescription = function ({type, sdp}) {
        const without = sdp.replace(/a=candidate:.*\\r\\n/g, '');
        return setRemoteDescription.call(this, {type, sdp: without});
    };
})()"""


class UdpPath:
    """Passes datagrams on, from a thread of its own.

    `loss` is the share that it drops, 0 to 1. With `only_checks` it lets the browsers' looks for a
    path through and nothing else, as some firewalls do. Whatever a relay passes on goes past it
    with `spares_relays`.
    """

    def __init__(self, *, spares_relays: bool = False) -> None:
        self.loss = 0.0
        self.only_checks = False
        self.spares_relays = spares_relays
        self._selector = selectors.DefaultSelector()
        self._doors: dict[Address, Address] = {}
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "UdpPath":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(5)
        for each in self._sockets:
            each.close()

    def lead_through(self, context: BrowserContext) -> None:
        """Have the pages of a browser's context reach others through this path alone."""
        context.expose_function("throughPath", self.candidate)
        context.add_init_script(THROUGH_US)

    def candidate(self, line: str) -> str:
        """Return the candidate with a port of ours in the place of its own; empty for TCP."""
        parts = line.split(" ")
        if len(parts) < 8 or parts[2].lower() != "udp":
            return ""
        if self.spares_relays and "relay" in parts:
            return line
        parts[4], port = self._door((parts[4], int(parts[5])))
        return " ".join([*parts[:5], str(port), *parts[6:]])

    def _door(self, target: Address) -> Address:
        with self._lock:
            if target not in self._doors:
                door = self._socket(target[0])
                upstreams: dict[Address, socket.socket] = {}
                self._selector.register(door, selectors.EVENT_READ, (target, upstreams))
                self._doors[target] = door.getsockname()[:2]
            return self._doors[target]

    def _socket(self, host: str) -> socket.socket:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        made = socket.socket(family, socket.SOCK_DGRAM)
        made.bind((host, 0))
        made.setblocking(False)
        self._sockets.append(made)
        return made

    def _run(self) -> None:
        while not self._over.is_set():
            for key, _ in self._selector.select(0.05) if self._selector.get_map() else ():
                self._pass_on(key.fileobj, key.data)
            if not self._selector.get_map():
                self._over.wait(0.02)

    def _pass_on(self, door: socket.socket, data: tuple) -> None:
        with suppress(BlockingIOError, ConnectionError):
            while True:
                datagram, source = door.recvfrom(65_536)
                if random.random() < self.loss or (self.only_checks and datagram[0] > 3):
                    continue
                if len(data) == 3:  # an answer: out of the door that the question came in by
                    _, inner, back = data
                    inner.sendto(datagram, back)
                else:
                    self._upstream(door, data, source[:2]).sendto(datagram, data[0])

    def _upstream(self, door: socket.socket, data: tuple, source: Address) -> socket.socket:
        target, upstreams = data
        if source not in upstreams:
            upstreams[source] = self._socket(target[0])
            with self._lock:
                answer = (target, door, source)
                self._selector.register(upstreams[source], selectors.EVENT_READ, answer)
        return upstreams[source]
