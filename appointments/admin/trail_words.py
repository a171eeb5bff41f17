"""Rows of the audit trail as lines to read: who did what to whose records, when and from where."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.apps import apps
from django.db.models import Model
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from appointments.admin import practice_time
from appointments.emails import visit_outbox
from appointments.models import Appointment, Consent, Patient, WaitlistEntry
from appointments.templatetags.appointments import clock
from core.api.models import ApiKey
from core.database import database_time
from core.mail.models import OutgoingEmail
from core.staff.audit.disclosures import Shown
from core.staff.audit.sentences import sentence
from core.staff.models import PATIENT, AuditEvent, User, is_of_patient
from core.validation.primary_keys import parse_key

NAME = ("first_name", "last_name")  # all that is read of a person
NAMED = 3  # records of one row that its sentence names; of more it says how many
Key = tuple[str, str]  # model and key of a record


@dataclass
class Line:
    """One thing that somebody did, or did several times in a row on one day."""

    event: AuditEvent  # the newest
    since: datetime
    words: str
    zone: ZoneInfo
    times: int = 1

    @property
    def when(self) -> str:
        """ "Tue, Nov 24, 2026, 2:30 pm"; of several the first, too."""
        last = self.event.at.astimezone(self.zone)
        words = practice_time.format_date(last)
        if self.times == 1:
            return f"{words}, {clock(last)}"
        first = clock(self.since.astimezone(self.zone))
        return f"{words}, {first}" + (f" – {clock(last)}" if clock(last) != first else "")


class Words:
    """What the rows of a page are called, read with few queries whatever their number."""

    def __init__(
        self,
        events: Sequence[AuditEvent],
        only: Shown | None = None,
        whose: object = "",
        people: Iterable[dict] = (),
    ) -> None:
        """Read who did these rows, and who `people` are, which `by_person` has counted.

        With `only` each row speaks of these records alone: they are those of `whose`.
        """
        people = [*people, *map(vars, events)]
        self.zone = practice_time.zone()
        self.only = only
        self._whose = whose
        self._mine = {model: set(pks) for model, pks in (only or {}).items()}
        self._users = dict(_by_key(User, (each["user_pk"] for each in people)))
        self._keys = dict(_by_key(ApiKey, (each["api_key"] for each in people)))
        self._read: dict[Key, str] = {}

    def learn(self, wanted: dict[str, set[str]]) -> None:
        """Read what these records are called."""
        for model, pks in wanted.items():
            reader = READERS.get(model)
            found = reader(pks, self.zone) if reader else {}
            for pk in pks:
                self._read[model, pk] = found.get(pk) or _unknown(model, pk)

    @property
    def named(self) -> list[Key]:
        """The records of which a name was read."""
        return list(self._read)

    def records(self, event: AuditEvent) -> list[str]:
        """Return the keys in the row that are meant: all, or those of `only`."""
        if self.only is None:
            return event.object_pks
        mine = self._mine.get(event.model, set())
        return [pk for pk in event.object_pks if pk in mine]

    def record(self, model: str, pk: str) -> str:
        """Return what one record is called that was read."""
        return self._read[model, pk]

    def _many(self, model: str, count: int) -> str:
        """ "100 appointments", or "17 appointments of Emmett Alder"."""
        words = f"{count} {_model_words(model, many=True)}"
        return (
            _("%(many)s of %(name)s") % {"many": words, "name": self._whose} if self.only else words
        )

    def who(self, event: AuditEvent) -> str:
        """Return the name of who did it; of a program its key's name; of a stranger that."""
        return self.person(event.user_pk, event.email, event.api_key)

    def person(self, user_pk: int | None, email: str, api_key: int | None) -> str:
        """Return the name for these three of a row."""
        if api_key:
            key = self._keys.get(api_key)
            return _("The program “%(name)s”") % {"name": key or api_key}
        if is_of_patient(email):
            return str(PATIENT)
        return str(self._users.get(user_pk or 0) or email or _("Somebody unknown"))

    def sentence(self, event: AuditEvent) -> str:
        """Return the row in words."""
        pks, shown = self.records(event), len(event.object_pks)
        if len(pks) > NAMED:
            what = [self._many(event.model, len(pks))]
        else:
            what = [self._read[event.model, pk] for pk in pks]
        # Of several on a page nobody knows which it was opened for.
        action = "list" if event.action == "view" and shown > 1 else event.action
        words = sentence(action, self.who(event), what)
        if self.only is not None and shown > len(pks):
            words += " " + _("(%(count)s of %(shown)s)") % {"count": len(pks), "shown": shown}
        return f"{words}."


def lines(events: Sequence[AuditEvent], words: Words) -> list[Line]:
    """Return a line for each row, and one for those that say the same one after the other."""
    wanted = defaultdict(set)
    for event in events:
        pks = words.records(event)
        if len(pks) <= NAMED:
            wanted[event.model].update(pks)
    words.learn(wanted)
    found: list[Line] = []
    last = None
    for event in events:  # the newest first
        day = event.at.astimezone(words.zone).date()
        what = (event.action, event.model, words.records(event))
        same = (day, event.who, what, event.network)
        if found and same == last:
            found[-1].times += 1
            found[-1].since = event.at
        else:
            made = Line(event, event.at, words.sentence(event), words.zone)
            found.append(made)
        last = same
    return found


# ── what records are called ──


def _unknown(model: str, pk: str) -> str:
    """ "article 12", also of a row that is gone."""
    return f"{_model_words(model)} {pk}"


def _model_words(model: str, *, many: bool = False) -> str:
    try:
        opts = apps.get_model(model)._meta
    except (LookupError, ValueError):
        return model
    return str(opts.verbose_name_plural if many else opts.verbose_name)


def _by_key(model: type[Model], pks: Iterable[object]) -> Iterable[tuple[int, str]]:
    wanted = {pk for pk in pks if pk}
    rows = model._default_manager.filter(pk__in=wanted).values_list("pk", "name")
    return rows if wanted else ()


def _numbers(pks: Iterable[str]) -> set[int]:
    return {parse_key(pk) for pk in pks} - {0}


def _patients(pks: Iterable[str], zone: ZoneInfo) -> dict[str, str]:
    rows = Patient.objects.filter(pk__in=_numbers(pks)).only(*NAME).order_by()
    return {str(row.pk): _("%(name)s’s record") % {"name": row} for row in rows}


def _visits(pks: Iterable[str], zone: ZoneInfo) -> dict[str, str]:
    rows = Appointment.objects.filter(pk__in=_numbers(pks)).select_related("patient")
    rows = rows.only("starts_at", *(f"patient__{field}" for field in NAME)).order_by()
    return {str(row.pk): visit_words(row, zone) for row in rows}


def visit_words(visit: Appointment, zone: ZoneInfo) -> str:
    """Return "Emmett Alder’s visit of December 15", with the year where it is not this one."""
    local = visit.starts_at.astimezone(zone)
    form = pgettext("day in a sentence", "F j")
    if local.year != database_time.now().astimezone(zone).year:
        form = pgettext("day of another year in a sentence", "F j, Y")
    facts = {"name": visit.patient, "day": date_format(local, form, use_l10n=False)}
    if visit.patient is None:
        return _("somebody’s visit of %(day)s") % facts
    return _("%(name)s’s visit of %(day)s") % facts


def _places(pks: Iterable[str], zone: ZoneInfo) -> dict[str, str]:
    rows = WaitlistEntry.objects.filter(pk__in=_numbers(pks)).only(*NAME).order_by()
    return {str(row.pk): _("%(name)s’s place on the waitlist") % {"name": row} for row in rows}


def _consents(pks: Iterable[str], zone: ZoneInfo) -> dict[str, str]:
    consents = Consent.objects.filter(pk__in=_numbers(pks)).order_by()
    of_visits = dict(consents.values_list("pk", "appointment"))
    visits = _visits(map(str, of_visits.values()), zone)
    return {
        str(pk): _("a consent given for %(what)s") % {"what": visits[str(visit)]}
        for pk, visit in of_visits.items()
    }


def _mails(pks: Iterable[str], zone: ZoneInfo) -> dict[str, str]:
    """The mails by what they are about: an address or a subject is nobody's name."""
    rows = OutgoingEmail.objects.filter(pk__in=_numbers(pks)).order_by()
    mails = dict(rows.values_list("pk", "about"))
    visits = _visits((about.removeprefix(visit_outbox.ABOUT) for about in mails.values()), zone)
    found = {}
    for pk, about in mails.items():
        visit = visits.get(about.removeprefix(visit_outbox.ABOUT))
        if about.startswith("waitlist"):
            found[str(pk)] = _("an e-mail about a place on the waitlist")
        elif visit:
            found[str(pk)] = _("an e-mail about %(what)s") % {"what": visit}
        else:
            found[str(pk)] = _("an e-mail")
    return found


def _staff(pks: Iterable[str], zone: ZoneInfo) -> dict[str, str]:
    rows = User.objects.filter(pk__in=_numbers(pks))
    return {str(row.pk): _("%(name)s’s account") % {"name": row} for row in rows}


READERS: dict[str, Callable[[Iterable[str], ZoneInfo], dict[str, str]]] = {
    "appointments.patient": _patients,
    "appointments.appointment": _visits,
    "appointments.waitlistentry": _places,
    "appointments.consent": _consents,
    "mail.outgoingemail": _mails,
    "staff.user": _staff,
}
