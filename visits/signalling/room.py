"""One room: who is in it, what holds in it, and what each event makes it say. Pure.

A room is made by the first ticket and forgotten with its last socket. What is lost with the process
is found again in the tickets that everybody comes back with: they say what holds by the database.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from visits.signalling.protocol import CLINICIAN, PATIENT, Code, Message, Refused, write

PEOPLE = (PATIENT, CLINICIAN)
# In these the two may see each other; in the others nothing is passed on.
TOGETHER = ("admitted", "live")


class State(NamedTuple):
    """What holds in a room by the database. The one with the larger number is the newer."""

    number: int
    phase: str
    guests: tuple[str, ...] = ()  # those who were let in


class Send(NamedTuple):
    """Send this text to the socket in that seat."""

    seat: str
    text: str


class Close(NamedTuple):
    """Close this socket, whatever seat it has."""

    socket: object
    code: Code


Effect = Send | Close


@dataclass(slots=True)
class Room:
    """Sockets by their seats, what holds, and the newest generation of each pair of seats."""

    state: State
    sockets: dict[str, object] = field(default_factory=dict)
    # Seats whose socket has gone and whom the others still take to be here.
    leaving: set[str] = field(default_factory=set)
    generations: dict[frozenset[str], int] = field(default_factory=dict)

    def enter(self, seat: str, socket: object, state: State) -> list[Effect]:
        """Give `seat` to a socket; whoever had it is told that it was taken over.

        Raises Refused for a ticket that is older than what holds.
        """
        if state.number < self.state.number:
            raise Refused(Code.TICKET, "The ticket is older than what holds.")
        effects = self.learn(state)
        if (former := self.sockets.get(seat)) is not None:
            effects.append(Close(former, Code.TAKEN_OVER))
        self.sockets[seat] = socket
        self.leaving.discard(seat)
        self._forget_generations(seat)
        return effects + self._tell(seat, {"t": "here", "seat": seat})

    def seen_by(self, seat: str) -> list[str]:
        """Return the other seats that are taken, as far as `seat` may know."""
        if not self._may_look(seat):
            return []
        return sorted((self.sockets.keys() | self.leaving) - {seat})

    def phase_for(self, seat: str) -> str:
        """Return what holds for that seat: a guest waits until they are let in themselves."""
        waits = seat not in PEOPLE and seat not in self.state.guests
        return "waiting" if waits and self.state.phase in TOGETHER else self.state.phase

    def learn(self, state: State) -> list[Effect]:
        """Take what holds now by the database, unless it is older, and tell whom it concerns."""
        if state.number <= self.state.number:
            return []
        before = {seat: self.phase_for(seat) for seat in self.sockets}
        self.state = state
        changed = [seat for seat in self.sockets if self.phase_for(seat) != before[seat]]
        return [effect for seat in changed for effect in self._turn(seat)]

    def _turn(self, seat: str) -> list[Effect]:
        """Tell a seat what holds; and a guest who was just let in, who is here."""
        effects: list[Effect] = [Send(seat, self.phase_text(seat))]
        if seat not in PEOPLE and self._is_in(seat):
            effects += [Send(seat, write({"t": "here", "seat": s})) for s in self.seen_by(seat)]
        return effects

    def phase_text(self, seat: str) -> str:
        """Return the message that says what holds."""
        return write({"t": "phase", "phase": self.phase_for(seat)})

    def end(self, code: Code, seats: Iterable[str]) -> list[Effect]:
        """Close the sockets of these seats, which are free at once."""
        gone = [seat for seat in seats if seat in self.sockets]
        effects: list[Effect] = [Close(self.sockets.pop(seat), code) for seat in gone]
        guests = [seat for seat in gone if seat not in PEOPLE]  # without whom the others go on
        return effects + [told for s in guests for told in self._tell(s, {"t": "gone", "seat": s})]

    def lost(self, seat: str, socket: object) -> bool:
        """Note that a socket has gone; return False where another has its seat already."""
        if self.sockets.get(seat) is not socket:
            return False
        del self.sockets[seat]
        self.leaving.add(seat)
        return True

    def gone(self, seat: str) -> list[Effect]:
        """Say that a seat is empty, unless somebody has come back to it meanwhile."""
        if seat not in self.leaving:
            return []
        self.leaving.discard(seat)
        return self._tell(seat, {"t": "gone", "seat": seat})

    def say(self, seat: str, message: Message) -> list[Effect]:
        """Pass a message on. Raises Refused before both were let in; to ask is free, because a
        guest does not know which other guest was."""
        if message.kind == "bye":
            return self._tell(seat, {"t": "bye", "from": seat})
        to_is_in = self._is_in(message.to)
        if not self._is_in(seat) or not (to_is_in or message.kind == "again"):
            raise Refused(Code.ROLE, "Nobody was let in yet.")
        if not to_is_in or message.to not in self.sockets or not self._is_current(seat, message):
            return []
        return [Send(message.to, message.text(seat))]

    @property
    def is_empty(self) -> bool:
        return not self.sockets and not self.leaving

    def _is_current(self, seat: str, message: Message) -> bool:
        """Whether it is of the pair's newest generation, which an offer may begin."""
        pair = frozenset((seat, message.to))
        newest = self.generations.get(pair, message.generation)
        if message.kind == "again":  # it asks for what is to come
            return True
        if message.kind == "offer":
            self.generations[pair] = newest = max(newest, message.generation)
        return message.generation == newest

    def _forget_generations(self, seat: str) -> None:
        """A page that was loaded anew counts from the beginning."""
        for pair in [pair for pair in self.generations if seat in pair]:
            del self.generations[pair]

    def _is_in(self, seat: str) -> bool:
        return self.phase_for(seat) in TOGETHER

    def _may_look(self, seat: str) -> bool:
        return seat in PEOPLE or seat in self.state.guests

    def _tell(self, about: str, said: dict[str, object]) -> list[Effect]:
        text = write(said)
        others = [seat for seat in self.sockets if seat != about and self._may_look(seat)]
        return [Send(seat, text) for seat in others]
