"""The process's side of Valkey: it hears what the site says, and keeps there who is where.

Nothing waits for it longer than a second, and nothing needs it: without it a ticket that was used
is remembered here, and what the site says comes with the next tickets.
"""

import asyncio
import logging
from collections.abc import Callable
from time import monotonic
from typing import Any

from django.conf import settings
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from visits.signalling import channel, tickets

log = logging.getLogger(__name__)
PATIENCE = 1.0  # seconds
AGAIN_AFTER = 1.0
QUIET = 5.0  # who has heard nothing for so long asks whether anybody is there
AWAY = (RedisError, OSError, TimeoutError)


class Valkey:
    """`hear` gets what is published; `lost` is called when the channel is heard no more, `again`
    when it is heard anew; `here` says who is in which room."""

    def __init__(
        self,
        *,
        hear: Callable[[bytes], None],
        lost: Callable[[], None],
        again: Callable[[], None],
        here: Callable[[], dict[str, str]],
    ) -> None:
        self.hears = False
        self._hear, self._lost, self._again, self._here = hear, lost, again, here
        self._used: dict[str, float] = {}
        self._changes: dict[str, str] = {}
        self._writer: asyncio.Task[None] | None = None
        address = settings.CACHES["default"]["LOCATION"]
        options: dict[str, Any] = {"socket_connect_timeout": PATIENCE, "retry": None}
        self._talk = Redis.from_url(address, socket_timeout=PATIENCE, **options)
        # Whoever listens waits for as long as nobody says anything.
        self._ear = Redis.from_url(address, socket_timeout=None, health_check_interval=0, **options)

    async def listen(self) -> None:
        """Hear what is published, for ever, and through every pause of the service."""
        had_heard = False
        while True:
            try:
                async with self._ear.pubsub(ignore_subscribe_messages=True) as pubsub:
                    await pubsub.subscribe(channel.name())
                    await self._write_all()
                    self.hears = True
                    if had_heard:
                        self._again()
                    had_heard = True
                    await self._hear_all(pubsub)
            except AWAY as error:
                if self.hears:
                    log.warning("Valkey is away (%s).", type(error).__name__)
                    self.hears = False
                    self._lost()
            await asyncio.sleep(AGAIN_AFTER)

    async def _hear_all(self, pubsub: PubSub) -> None:
        """Hear until nobody answers any more. Raises TimeoutError then: one that hangs says nothing
        either."""
        was_asked = False
        while True:
            message = await pubsub.get_message(timeout=QUIET)
            if message is None and was_asked:
                raise TimeoutError
            was_asked = message is None
            if message is None:
                await pubsub.ping()
            elif message["type"] == "message":
                self._hear(message["data"])

    async def use(self, nonce: str) -> bool:
        """Return whether nobody has used this ticket yet; from now on somebody has."""
        now = monotonic()
        self._used = {each: until for each, until in self._used.items() if until > now}
        if nonce in self._used:
            return False
        seconds = int(tickets.VALID_FOR.total_seconds()) + 5
        self._used[nonce] = now + seconds
        try:
            key = channel.nonce_key(nonce)
            return bool(await self._talk.set(key, b"1", nx=True, ex=seconds))
        except AWAY:
            return True

    def keep_here(self, room: str, seats: str) -> None:
        """Keep for the site who is in a room, as soon as may be; nobody waits for it."""
        self._changes[room] = seats
        if self._writer is None or self._writer.done():
            self._writer = asyncio.get_running_loop().create_task(self._write())

    async def _write(self) -> None:
        while self._changes and self.hears:
            changes, self._changes = self._changes, {}
            taken = {room: seats for room, seats in changes.items() if seats}
            free = [room for room, seats in changes.items() if not seats]
            try:
                async with self._talk.pipeline(transaction=False) as pipe:
                    if taken:
                        pipe.hset(channel.here_key(), mapping=taken)
                    if free:
                        pipe.hdel(channel.here_key(), *free)
                    await pipe.execute()
            except AWAY:
                return  # all is written anew when Valkey is heard again

    async def _write_all(self) -> None:
        """Write the whole of it: a predecessor, or a Valkey that was away, knows something else."""
        self._changes = {}
        here = self._here()
        async with self._talk.pipeline(transaction=True) as pipe:
            pipe.delete(channel.here_key())
            if here:
                pipe.hset(channel.here_key(), mapping=here)
            await pipe.execute()
