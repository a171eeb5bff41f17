"""Two hundred rooms of visits by video: what each costs, and how soon all are back after a kill."""

import asyncio
import json
import os
import random
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from bench import load
from bench.table import Row
from tests import processes
from tests.processes import Process
from visits.models.visits import new_room
from visits.signalling import tickets
from visits.signalling.room import State

ROOMS, IDLE_SECONDS, CANDIDATES, ROUNDS = 200, 10, 8, 5
SDP, CANDIDATE = "v=0\r\n" + "a=" + "x" * 3_500, {"candidate": "candidate:" + "1" * 110}
CPU_MS, KILOBYTES, BACK_WITHIN, SILENT_WITHIN = 5, 50, 6, 16
ADMITTED = State(1, "admitted")
SITE = "http://127.0.0.1"
PAGES = 3_000


def rows() -> list[Row]:
    """Open the rooms, look at what they cost, kill their process, and let one side fall silent."""
    with processes.rooms(SITE) as process:
        return asyncio.run(_measure(process))


async def _measure(process: Process) -> list[Row]:
    usage = psutil.Process(process.process.pid)
    await _warm_up(process)
    cpu, memory = _cpu(usage), usage.memory_info().rss
    clinic = Clinic(process)
    try:
        await clinic.open()
        spent, grown = _cpu(usage) - cpu, usage.memory_info().rss - memory
        cpu = _cpu(usage)
        await asyncio.sleep(IDLE_SECONDS)
        idle = (_cpu(usage) - cpu) / IDLE_SECONDS
        beside = await asyncio.to_thread(_beside_the_site)
        silent = await _silent(process)
        back = await clinic.killed()
    finally:
        await clinic.close()
    alone = await asyncio.to_thread(_beside_the_site)
    kilobytes = grown / ROOMS / 1024
    milliseconds = spent / ROOMS * 1000
    return [
        Row(
            f"a room of {ROOMS}: two sockets, call set up",
            f"{milliseconds:.1f} ms CPU",
            f"at most {CPU_MS} ms",
            milliseconds <= CPU_MS,
        ),
        Row("the same", f"{kilobytes:.0f} kB", f"at most {KILOBYTES} kB", kilobytes <= KILOBYTES),
        Row(f"{ROOMS} rooms, nobody says anything", f"{idle:.1%} of a core", "2 %", idle <= 0.02),
        Row(
            "all back after kill -9 and a second",
            f"{back:.1f} s",
            f"{BACK_WITHIN} s",
            back <= BACK_WITHIN,
        ),
        Row(
            "a peer that is silent is gone",
            f"{silent:.1f} s",
            f"{SILENT_WITHIN} s",
            silent <= SILENT_WITHIN,
        ),
        Row(
            f"pages a second with {ROOMS} rooms open",
            f"{beside:,.0f} beside {alone:,.0f} without",
            "at least 95 %",
            beside >= 0.95 * alone,
        ),
    ]


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


class Clinic:
    """The browsers of all rooms: each comes again by itself, as a page does."""

    def __init__(self, process: Process) -> None:
        self.process, self.rooms = process, [new_room() for _ in range(ROOMS)]
        self.here: dict[tuple[str, str], ClientConnection] = {}
        self.complete = asyncio.Event()
        self._browsers: list[asyncio.Task[None]] = []

    async def open(self) -> None:
        """Fill all rooms and set up a call in each."""
        for room in self.rooms:
            for seat in ("patient", "clinician"):
                self._browsers.append(asyncio.create_task(self._browse(room, seat)))
        await self.complete.wait()
        await asyncio.gather(*(self._call(room) for room in self.rooms))
        await asyncio.sleep(1)

    async def killed(self) -> float:
        """Kill the process, start it a second later; return when all rooms are complete again."""
        self.complete.clear()
        began = time.perf_counter()
        os.kill(self.process.process.pid, signal.SIGKILL)
        self.here.clear()
        await asyncio.sleep(1)
        again = processes.rooms(SITE, self.process.url.rpartition(":")[2])
        try:
            await self.complete.wait()
            return time.perf_counter() - began
        finally:
            await asyncio.to_thread(again.kill)

    async def close(self) -> None:
        """Close all of them."""
        for browser in self._browsers:
            browser.cancel()
        await asyncio.gather(*self._browsers, return_exceptions=True)

    async def _browse(self, room: str, seat: str) -> None:
        """Sit in a room; come again after half a second, and twice as long each time."""
        wait = 0.5
        while True:
            try:
                async with connect(_address(self.process), origin=SITE, compression=None) as line:
                    ticket = tickets.make(room, seat, ADMITTED)
                    await line.send(json.dumps({"t": "hello", "ticket": ticket}))
                    await line.recv()
                    self.here[room, seat], wait = line, 0.5
                    if len(self.here) == 2 * ROOMS:
                        self.complete.set()
                    async for _ in line:
                        pass
            except (ConnectionClosed, InvalidHandshake, OSError, EOFError):
                pass
            await asyncio.sleep(wait * random.uniform(0.5, 1.5))  # noqa: S311  (no secret)
            wait = min(wait * 2, 8)

    async def _call(self, room: str) -> None:
        clinician, patient = self.here[room, "clinician"], self.here[room, "patient"]
        await clinician.send(json.dumps({"t": "offer", "g": 1, "sdp": SDP, "to": "patient"}))
        await patient.send(json.dumps({"t": "answer", "g": 1, "sdp": SDP, "to": "clinician"}))
        for line, to in ((clinician, "patient"), (patient, "clinician")):
            for _ in range(CANDIDATES):
                said = {"t": "ice", "g": 1, "candidate": CANDIDATE, "to": to}
                await line.send(json.dumps(said))


async def _warm_up(process: Process) -> None:
    """Let the process load what it needs for its first room."""
    line = connect(_address(process), origin=SITE, compression=None)
    async with line as first:
        ticket = tickets.make(new_room(), "patient", ADMITTED)
        await first.send(json.dumps({"t": "hello", "ticket": ticket}))
        await first.recv()


async def _silent(process: Process) -> float:
    """Return after how many seconds the other side hears that a peer does not answer."""
    room = new_room()
    async with connect(_address(process), origin=SITE, compression=None) as waits:
        ticket = tickets.make(room, "clinician", ADMITTED)
        await waits.send(json.dumps({"t": "hello", "ticket": ticket}))
        await waits.recv()
        with _mute(process, tickets.make(room, "patient", ADMITTED)):
            await waits.recv()  # here
            began = time.perf_counter()
            await waits.recv()  # gone
            return time.perf_counter() - began


@contextmanager
def _mute(process: Process, ticket: str) -> Iterator[None]:
    """A browser that says hello, and never reads or answers again: its network is gone."""
    host, port = process.url.removeprefix("http://").split(":")
    said = json.dumps({"t": "hello", "ticket": ticket}).encode()
    head = bytes([0x81, 0xFE]) + len(said).to_bytes(2, "big") + bytes(4)  # a mask of zeros
    with socket.create_connection((host, int(port))) as line:
        line.sendall(
            (
                f"GET /visits/socket HTTP/1.1\r\nHost: {host}\r\nOrigin: {SITE}\r\n"
                "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n"
            ).encode()
        )
        line.recv(1000)
        line.sendall(head + said)
        yield


def _beside_the_site() -> float:
    """Return how many pages a second the site serves now: the best of some rounds."""
    with processes.site(DJANGO_SETTINGS_MODULE="bench.settings", WEB_WORKERS="1") as site:
        port = int(site.url.rsplit(":", 1)[1])
        pages = [load.request("GET", "/faq/", port=port)] * PAGES
        return max(load.send(pages, port=port, connections=4).rate for _ in range(ROUNDS))


def _address(process: Process) -> str:
    return process.url.replace("http", "ws") + "/visits/socket"
