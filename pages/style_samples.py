"""Made-up people and times, with which /dev/style/ shows the templates of the pages."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.forms import Form
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from appointments.forms.cancel import CancelForm
from appointments.forms.waitlist import AgreeForm
from appointments.models import Appointment, Patient, Provider, Service, WaitlistEntry
from appointments.scheduling import time_zones
from appointments.scheduling.availability import Grid, Slot
from appointments.scheduling.slot_calendar import SlotCalendar
from appointments.scheduling.states import STATES
from appointments.templatetags.clinic import spoken
from appointments.waitlist.links import PrivatePlaceLink
from articles.article_page.rendering import render_prose
from articles.models import Topic
from articles.pictures.figures import inline_figures
from articles.seed_library import LIBRARY, read_file
from contact.forms import CallBackForm, MessageForm
from pages.templatetags.icons import icon

ZONE = "America/Chicago"
START = datetime(2026, 11, 10, 14, 30, tzinfo=ZoneInfo(ZONE))
NOW = START - timedelta(hours=30)
FREE = (  # hours from START, on each day
    *(0, 0.75, 3, 4.5, 5, 23, 24, 24.75, 25.5, 26, 47, 48, 70, 71, 72, 73, 74, 96, 97, 168, 192),
    *(191, 216, 340, 364),
)
# In each language the same article, with call-outs, a table and sources.
READING = {"en": "what-is-naltrexone.md", "es": "es/que-es-la-naltrexona.md"}


def samples(language: str) -> dict[str, Any]:
    """Return what the templates of /dev/style/ are rendered with. Reads no database."""
    service, other = _services()
    dana, marcus = _provider("Dana Whitlow", "PMHNP"), _provider("Marcus Oyelaran", "MD", new=False)
    visit = _visit(service, dana)
    entry = WaitlistEntry(service=service, state="TN", zone=ZONE)
    return {
        "empty_form": CallBackForm(),
        "wrong_form": MessageForm({"email": "jordan@example"}),
        "disabled_form": _disabled(CallBackForm(initial={"name": "Jordan"}, auto_id="off_%s")),
        "failed": _("The times could not be loaded. Nothing was booked or changed."),
        "provider": dana,
        "people": [_listed(dana), _listed(marcus)],
        "service": service,
        "services": [service, other],
        "state": STATES["TN"],
        "hold": _hold(),
        "times": _calendar({dana: FREE, marcus: FREE[::2]}),
        "none_free": _calendar({dana: (), marcus: ()}),
        "none_of_one": _calendar({dana: (), marcus: FREE}, provider=dana),
        "nobody": _calendar({}),
        "nearest": [
            (Slot(START + timedelta(hours=hours), who), START + timedelta(hours=hours))
            for hours, who in ((1, dana), (2.5, marcus), (23, dana))
        ],
        "zone": ZONE,
        "zone_words": time_zones.words(ZONE),
        "zone_choices": time_zones.choices(ZONE),
        "appointment": visit,
        "by_phone": _visit(other, marcus),
        "cancel_form": CancelForm(),
        "no_texts": AgreeForm(texts=[]),
        "link": PrivatePlaceLink(entry),
        "entry": entry,
        "offer": SimpleNamespace(provider=dana, local_start=START, local_until=START),
        "articles": _articles(language),
        "prose": _prose(language),
        "crisis": SimpleNamespace(kind="suicide", language=""),
        "mails": _mails(),
        "code": language,
    }


def _services() -> tuple[Service, Service]:
    first = Service(
        name="First visit",
        slug="first-visit",
        minutes=45,
        price_cents=18000,
        invitation="We have not met",
        summary="We talk, and decide together.",
        i18n={
            "name_es": "Primera cita",
            "invitation_es": "No nos conocemos todavía",
            "summary_es": "Hablamos y decidimos en conjunto.",
        },
    )
    later = Service(
        name="Follow-up",
        slug="follow-up",
        minutes=20,
        price_cents=9500,
        channel=Service.Channel.PHONE,
        invitation="We have met",
        i18n={"name_es": "Cita de seguimiento", "invitation_es": "Ya nos conocemos"},
    )
    return first, later


def _visit(service: Service, provider: Provider) -> Appointment:
    return Appointment(
        service=service,
        provider=provider,
        patient=Patient(first_name="Jordan"),
        state="TN",
        zone=ZONE,
        starts_at=START,
        ends_at=START + timedelta(minutes=service.minutes),
        price_cents=service.price_cents,
        phone="+16155550117",
    )


def _calendar(
    free: dict[Provider, Iterable[float]], provider: Provider | None = None
) -> SlotCalendar:
    starts = {
        who: sorted(int((START + timedelta(hours=each)).timestamp()) for each in hours)
        for who, hours in free.items()
    }
    return SlotCalendar(
        Grid(starts),
        zone=ZoneInfo(ZONE),
        now=NOW,
        page="#booking",
        fragment="",
        provider=provider,
        horizon=NOW + timedelta(days=40),
    )


def _articles(language: str) -> list[SimpleNamespace]:
    """Return some that come along, as their cards show them."""
    kinds = [("pill", ""), ("glass", "honey"), ("people", "clay")]
    folder = LIBRARY if language == settings.LANGUAGE_CODE else LIBRARY / language
    files = sorted(folder.glob("*.md"))[: len(kinds)]
    return [
        SimpleNamespace(
            online=SimpleNamespace(title=said.title, summary=said.summary, minutes=6),
            topic=Topic(name="Opioids", icon=drawn, tint=tint, i18n={"name_es": "Opioides"}),
            get_absolute_url="#reading",
        )
        for said, (drawn, tint) in zip(
            (read_file(path, language).content for path in files), kinds, strict=True
        )
    ]


def _prose(language: str) -> str:
    said = read_file(LIBRARY / READING.get(language, READING["en"]), language).content
    return inline_figures(render_prose(said.body, 0, icon, "").html)


def _mails() -> list[str]:
    """Return the names of all e-mails, where the site can show them: in development."""
    try:
        reverse("devstack:mail_list")
    except NoReverseMatch:
        return []
    folder = settings.BASE_DIR / "templates/mail"
    return sorted(path.stem for path in folder.glob("[!_]*.html"))


def _disabled(form: Form) -> Form:
    for field in form.fields.values():
        field.disabled = True
    return form


def _provider(name: str, credentials: str, *, new: bool = True) -> Provider:
    slug = name.lower().replace(" ", "-")
    return Provider(
        pk=len(slug),
        name=name,
        slug=slug,
        credentials=credentials,
        languages="English, Spanish",
        about="Listens first.",
        video_room="https://rooms.example.org/a",
        i18n={"about_es": "Primero escucha."},
        accepts_new=new,
    )


def _listed(provider: Provider) -> SimpleNamespace:
    return SimpleNamespace(
        provider=provider,
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
