"""A visit that takes place about now, who holds it, and sockets as browsers open them."""

import json
from contextlib import ExitStack
from datetime import timedelta
from typing import Any, Self

from django.test import Client
from django.urls import reverse
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from appointments import links
from appointments.models import Appointment
from core.database import database_time
from core.staff.models import User
from tests.core.staff.people import make_staff
from tests.factories import make_appointment
from tests.processes import Process
from visits import encounter
from visits.signalling import tickets
from visits.signalling.room import State

PATIENCE = 10  # seconds for what happens at once


def make_visit_now(*, begun: int = 5, **values: Any) -> Appointment:
    """A booked visit of half an hour that began so many minutes ago."""
    return make_appointment(
        starts_at=database_time.now() - timedelta(minutes=begun),
        **values,
    )


def make_clinician(appointment: Appointment | None = None, **fields: Any) -> User:
    """A clinician; with an appointment the one whose calendar it stands in."""
    user = make_staff("clinician", **fields)
    if appointment:
        appointment.provider.account = user
        appointment.provider.save()
    return user


def address(appointment: Appointment, name: str) -> str:
    return reverse(f"visits:{name}", args=[links.token(appointment)])


def ask(appointment: Appointment, name: str = "ticket", **data: Any) -> Any:
    """POST as the patient's page does; return the answer, of a ticket its JSON."""
    answer = Client().post(
        address(appointment, name), data, headers={"Sec-Fetch-Site": "same-origin"}
    )
    return answer.json() if name in ("ticket", "phone") else answer


def make_ticket(room: str, seat: str, phase: str = "admitted", number: int = 1, **more: Any) -> str:
    return tickets.make(room, seat, State(number, phase, **more))


def ticket_of(appointment: Appointment, seat: str) -> str:
    return encounter.ticket(encounter.open_room(appointment), seat)


class Socket:
    """One socket as a browser opens it, to the rooms of a test."""

    def __init__(self, rooms: Process, *, origin: str | None = "", **options: Any) -> None:
        address = rooms.url.replace("http", "ws") + "/visits/socket"
        origin = rooms.site_url if origin == "" else origin
        self._connecting = connect(address, origin=origin, compression=None, **options)

    @classmethod
    def seated(cls, stack: ExitStack, rooms: Process, ticket: str) -> Self:
        """Sit down with a ticket; what `you` said is `.you`."""
        socket = stack.enter_context(cls(rooms))
        socket.say("hello", ticket=ticket)
        socket.you = socket.hear("you")
        return socket

    def say(self, kind: str, **fields: Any) -> None:
        self.socket.send(json.dumps({"t": kind} | fields))

    def hear(self, kind: str = "") -> dict[str, Any]:
        """Return the next message, of that kind where one is named."""
        while True:
            said = json.loads(self.socket.recv(timeout=PATIENCE))
            if not kind or said["t"] == kind:
                return said

    def closed_with(self, patience: float = PATIENCE) -> int | None:
        """Read on until it is closed; return the code."""
        try:
            while True:
                self.socket.recv(timeout=patience)
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else None

    def hears_nothing(self) -> bool:
        """Whether nothing is on its way: what is asked now is answered first."""
        try:
            self.socket.recv(timeout=0.3)
        except TimeoutError:
            return True
        return False

    def __enter__(self) -> Self:
        self.socket = self._connecting.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._connecting.__exit__(*error)
