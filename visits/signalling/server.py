"""The process of the rooms: sockets, what Valkey says, and nothing else. No database.

What it forgets when it is killed, everybody brings along in their next ticket.
"""

import asyncio
import contextlib
import json
import logging
import secrets
from collections import Counter
from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager
from http import HTTPStatus
from time import monotonic
from typing import Any

from django.conf import settings
from websockets.asyncio.server import Server, ServerConnection, broadcast, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode
from websockets.http11 import Request, Response
from websockets.typing import Origin

from core.guard import client_ip
from visits.signalling import protocol, tickets, turn
from visits.signalling.channel import News
from visits.signalling.protocol import Code, Refused
from visits.signalling.room import Close, Effect, Room, Send
from visits.signalling.tickets import Ticket
from visits.signalling.valkey import Valkey

log = logging.getLogger(__name__)
PATH = "/visits/socket"
HELLO_WITHIN = 5.0  # seconds
GONE_AFTER = 3.0  # a page that is loaded again says no farewell
TICKETS_COME_WITHIN = tickets.VALID_FOR.total_seconds() + 5.0
LONGEST = 4 * 3600.0  # then even who was signed out or moved meanwhile has to come again
STRANGERS = 4  # sockets of one network that have not shown a ticket
DEAF_FOR = 5.0  # while Valkey is away, who waits comes again so often, and hears so of changes


class Signalling:
    """Rooms by their names, and the sockets in them."""

    def __init__(self) -> None:
        self.rooms: dict[str, Room] = {}
        self.strangers: Counter[str] = Counter()
        # Of each room that something was said of: the newest number, and until when a ticket that
        # was made before may still come.
        self._told: dict[str, tuple[int, float]] = {}
        self.name = secrets.token_hex(4)
        self.valkey = Valkey(
            hear=self.hear, lost=self.heard_no_more, again=self.heard_again, here=self.here
        )
        self._tasks: set[asyncio.Task[Any]] = set()

    def serve(self, host: str, port: int) -> AbstractAsyncContextManager[Server]:
        """Return the server, to be entered: `async with`."""
        return serve(
            self.handle,
            host,
            port,
            origins=origins(),
            process_request=self.admit_request,
            compression=None,
            max_size=protocol.LARGEST,
            max_queue=4,
            ping_interval=8,
            ping_timeout=6,
            close_timeout=1,
            open_timeout=HELLO_WITHIN,
            server_header=None,
        )

    def admit_request(self, connection: ServerConnection, request: Request) -> Response | None:
        """Refuse what is not for a room, and a network with too many sockets that say nothing."""
        if request.path == "/healthz":
            return connection.respond(HTTPStatus.OK, self.health())
        if request.path != PATH:
            return connection.respond(HTTPStatus.NOT_FOUND, "Nothing is here.\n")
        network = _network(connection, request.headers)
        if network and self.strangers[network] >= STRANGERS:
            return connection.respond(HTTPStatus.TOO_MANY_REQUESTS, "Too many at once.\n")
        return None

    def health(self) -> str:
        """Return how many are here, and whether Valkey is heard, as JSON."""
        sockets = sum(len(room.sockets) for room in self.rooms.values())
        said = {"rooms": len(self.rooms), "sockets": sockets, "hears": self.valkey.hears}
        return protocol.write(said)

    async def handle(self, socket: ServerConnection) -> None:
        """Serve one socket until it is closed."""
        try:
            async with asyncio.timeout(LONGEST):
                ticket = await self._greet(socket)
                await self._sit(socket, ticket)
        except Refused as refused:
            said = {"t": "error", "code": int(refused.code), "why": refused.why}
            await _send(socket, protocol.write(said))
            await socket.close(refused.code, refused.why)
        except TimeoutError:
            await socket.close(Code.RESTART)
        except ConnectionClosed:
            pass

    async def _greet(self, socket: ServerConnection) -> Ticket:
        """Return the ticket of the first message. Raises Refused."""
        request = socket.request
        network = _network(socket, request.headers if request else Headers())
        self.strangers[network] += 1
        try:
            async with asyncio.timeout(HELLO_WITHIN):
                text = await socket.recv()
        except TimeoutError:
            raise Refused(Code.LATE, "No ticket came.") from None
        finally:
            self.strangers[network] -= 1
            if not self.strangers[network]:
                del self.strangers[network]
        ticket = tickets.read(protocol.read_hello(text))
        if ticket is None or not await self.valkey.use(ticket.nonce):
            raise Refused(Code.TICKET, "The ticket has ended, or was used.")
        # What was said while it was on its way, when nobody sat in its room yet, it does not know.
        if ticket.state.number < self._told.get(ticket.room, (0,))[0]:
            raise Refused(Code.TICKET, "The ticket is older than what holds.")
        return ticket

    async def _sit(self, socket: ServerConnection, ticket: Ticket) -> None:
        """Seat a socket and pass on what it says."""
        room = self.rooms.setdefault(ticket.room, Room(ticket.state))
        effects = room.enter(ticket.seat, socket, ticket.state)
        self._keep_here(ticket.room)
        try:
            await _send(socket, self._welcome(room, ticket.seat))
            self._do(room, effects)
            self._unheard(ticket.room)
            await self._listen(socket, room, ticket.seat)
        finally:
            if room.lost(ticket.seat, socket):
                # Who answered no ping has been away for as long as that already.
                sent = socket.protocol.close_sent
                is_silent = sent and sent.code == CloseCode.INTERNAL_ERROR
                asyncio.get_running_loop().call_later(
                    0 if is_silent else GONE_AFTER, self._gone, ticket.room, room, ticket.seat
                )

    async def _listen(self, socket: ServerConnection, room: Room, seat: str) -> None:
        second, said = monotonic(), 0
        async for text in socket:
            if monotonic() - second >= 1:
                second, said = monotonic(), 0
            said += 1
            if said > protocol.A_SECOND:
                raise Refused(Code.TOO_MANY, "Too many messages.")
            if message := protocol.read(text, seat):
                self._do(room, room.say(seat, message))

    def _welcome(self, room: Room, seat: str) -> str:
        return protocol.write(
            {
                "t": "you",
                "seat": seat,
                "phase": room.phase_for(seat),
                "here": room.seen_by(seat),
                "ice": turn.ice_servers(),
                "server": self.name,
            }
        )

    def _gone(self, name: str, room: Room, seat: str) -> None:
        """Three seconds have passed: whoever has not come back has gone."""
        self._do(room, room.gone(seat))
        if room.is_empty and self.rooms.get(name) is room:
            del self.rooms[name]
        self._keep_here(name)

    # ── what the site says ────────────────────────────────────────────────────

    def hear(self, text: bytes) -> None:
        """Take what the site has published; what cannot be read is left."""
        try:
            news = News.read(json.loads(text))
        except (ValueError, KeyError, TypeError):
            log.warning("What was published to the rooms cannot be read.")
            return
        self._note(news)
        if room := self.rooms.get(news.room):
            self._do(room, room.learn(news.state))
            if news.close:
                self._do(room, room.end(news.close, news.seats))
                self._keep_here(news.room)
                if room.is_empty:
                    self.rooms.pop(news.room, None)

    def _note(self, news: News) -> None:
        now = monotonic()
        self._told = {room: told for room, told in self._told.items() if told[1] > now}
        newest = max(news.state.number, self._told.get(news.room, (0,))[0])
        self._told[news.room] = newest, now + TICKETS_COME_WITHIN

    def heard_no_more(self) -> None:
        """Note that Valkey has gone: what the site changes now comes with tickets only."""
        for name in list(self.rooms):
            self._unheard(name)

    def heard_again(self) -> None:
        """Have everybody come anew: while Valkey was away, something may have been said."""
        for name in list(self.rooms):
            self._send_for_tickets(name)

    def _unheard(self, name: str) -> None:
        """While Valkey is away, have who waits here come again soon, for what the site knows."""
        room = self.rooms.get(name)
        if room and not self.valkey.hears and room.state.phase == "waiting":
            loop = asyncio.get_running_loop()
            loop.call_later(DEAF_FOR, self._send_for_tickets, name)

    def _send_for_tickets(self, name: str) -> None:
        if room := self.rooms.get(name):
            for socket in list(room.sockets.values()):
                self._do(room, [Close(socket, Code.RESTART)])

    # ── what leaves ───────────────────────────────────────────────────────────

    def _do(self, room: Room, effects: Iterable[Effect]) -> None:
        """Carry effects out, in order for each socket, and wait for nobody.

        Who reads slowly is closed by the ping they do not answer, and has sent little till then.
        """
        for effect in effects:
            if isinstance(effect, Send):
                socket = room.sockets.get(effect.seat)
                if isinstance(socket, ServerConnection):
                    broadcast([socket], effect.text)
            elif isinstance(effect.socket, ServerConnection):
                self._later(effect.socket.close(effect.code))

    def _later(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def here(self) -> dict[str, str]:
        """Return who is in which room, as Valkey keeps it for the site."""
        return {name: self._seats(room) for name, room in self.rooms.items() if room.sockets}

    def _keep_here(self, name: str) -> None:
        room = self.rooms.get(name)
        self.valkey.keep_here(name, self._seats(room) if room else "")

    @staticmethod
    def _seats(room: Room) -> str:
        return ",".join(sorted(room.sockets.keys() | room.leaving))


async def _send(socket: ServerConnection, text: str) -> None:
    with contextlib.suppress(ConnectionClosed):  # its own handler sees to that
        await socket.send(text)


def origins() -> list[Origin]:
    """Return where pages of ours come from. A socket from anywhere else is refused."""
    scheme, _, host = settings.SITE_URL.partition("://")
    port = host.rpartition(":")[2] if ":" in host.rpartition("]")[2] else ""
    hosts = [
        f"{each}:{port}" if port else each for each in settings.ALLOWED_HOSTS if "*" not in each
    ]
    found = dict.fromkeys([settings.SITE_URL, *(f"{scheme}://{each}" for each in hosts)])
    return [Origin(each) for each in found]


def _network(socket: ServerConnection, headers: Headers) -> str:
    """Return what sockets are counted by; nothing for this machine, whoever stands behind it."""
    peer = socket.remote_address
    forwarded = ",".join(headers.get_all("X-Forwarded-For"))
    address = client_ip.behind_proxies(str(peer[0]) if peer else "", forwarded)
    return "" if client_ip.is_loopback(address) else client_ip.network_of(address)


async def run(host: str, port: int, stop: asyncio.Event) -> None:
    """Serve until `stop` is set; then everybody is told to come again."""
    signalling = Signalling()
    async with asyncio.TaskGroup() as group:
        listener = group.create_task(signalling.valkey.listen())
        async with signalling.serve(host, port) as server:
            log.info("Rooms are open on port %d.", port)
            await stop.wait()
            await _close(server)
        listener.cancel()


async def _close(server: Server) -> None:
    server.close(code=Code.RESTART)
    await server.wait_closed()
