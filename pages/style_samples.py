"""Made-up people and times, with which /dev/style/ shows the templates of the pages."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from django.forms import Form

from appointments.models import Provider, Service
from appointments.scheduling.states import STATES
from appointments.templatetags.clinic import spoken
from articles.pictures.figures import all_figures, inline_figures
from contact.forms import CallBackForm, MessageForm

ZONE = "America/Chicago"
START = datetime(2026, 11, 10, 14, 30, tzinfo=ZoneInfo(ZONE))
FREE = (3, 10, 0, 7, 4, 1, 0)  # times on each day of a week


def samples() -> dict[str, Any]:
    """Return what the templates of /dev/style/ are rendered with. Reads no database."""
    service = Service(name="First visit", slug="first-visit", minutes=45, price_cents=18000)
    return {
        "empty_form": CallBackForm(),
        "wrong_form": MessageForm({"email": "jordan@example"}),
        "disabled_form": _disabled(CallBackForm(initial={"name": "Jordan"}, auto_id="off_%s")),
        "provider": _provider("Dana Whitlow", "PMHNP"),
        "people": [_listed("Dana Whitlow", "PMHNP"), _listed("Marcus Oyelaran", "MD", new=False)],
        "service": service,
        "services": [service, Service(name="Follow-up", minutes=20, price_cents=9500)],
        "state": STATES["TN"],
        "hold": _hold(),
        "slot_calendar": _week(),
        "figure": _figure(),
        "crisis": SimpleNamespace(kind="suicide", language=""),
    }


def _figure() -> str:
    address = all_figures()[0].address
    return inline_figures(f'<figure><img src="{address}" alt="A figure"></figure>')


def _disabled(form: Form) -> Form:
    for field in form.fields.values():
        field.disabled = True
    return form


def _provider(name: str, credentials: str, *, new: bool = True) -> Provider:
    return Provider(
        name=name,
        slug="somebody",
        credentials=credentials,
        languages="English, Spanish",
        about="Listens first.",
        accepts_new=new,
    )


def _listed(name: str, credentials: str, *, new: bool = True) -> SimpleNamespace:
    return SimpleNamespace(
        provider=_provider(name, credentials, new=new),
        spoken=spoken("English, Spanish"),
        states=["TN"],
        state_names="Tennessee",
    )


def _hold() -> SimpleNamespace:
    return SimpleNamespace(
        uid="00000000-0000-4000-8000-000000000000",
        zone=ZONE,
        place=STATES["TN"],
        local_start=START,
        local_held_until=START - timedelta(hours=3),
        extended=False,
    )


def _week() -> SimpleNamespace:
    monday = START.date() - timedelta(days=START.weekday())
    days = [
        SimpleNamespace(date=monday + timedelta(days=number), count=count, url="", chosen=count > 9)
        for number, count in enumerate(FREE)
    ]
    return SimpleNamespace(
        page="#booking",
        fragment="",
        monday=monday,
        sunday=days[-1].date,
        week=days,
        week_before=None,
        week_after=SimpleNamespace(url=""),
        provider=None,
        cards=[True],
    )
