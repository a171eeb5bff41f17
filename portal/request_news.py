"""What somebody is told who asked in their place to have what we keep erased: received, decided.

By mail to the addresses of their account, as they chose; by text where no mail goes and they agreed
to texts. Neither says who we are beyond the neutral name, nor what was kept.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format

from appointments import contact_preferences
from appointments.models import PrivacyRequest, RequestStatus
from appointments.patient_records import request_news
from appointments.patient_records.request_news import Outcome
from core.languages.speaking import speaking
from core.mail import outbox
from core.practice.models import Practice
from core.sms import outbox as texts
from portal.models import ContactPoint, PatientAccount

RECEIVED = "received"


@dataclass(frozen=True)
class _Asker:
    """Who asked, read while there was an account."""

    request: int
    emails: list[str]
    numbers: list[str]
    language: str

    def tell(self, outcome: Outcome) -> None:
        """Tell what became of it. The account may be gone: it leads nowhere."""
        is_done = outcome.status == RequestStatus.DONE
        self.write("done" if is_done else "refused", outcome=outcome)

    def write(self, news: str, *, link: str = "", outcome: Outcome | None = None) -> None:
        """Write it to each address, else to each number."""
        told: dict[str, Any] = {"language": self.language, "news": news, "overtakes": True}
        kept: dict[str, Any] = {
            "is_kept": outcome is not None and outcome.is_kept,
            "kept_until": _day(outcome.kept_until if outcome else None, self.language),
        }
        zone = str(Practice.current().zone)
        for nth, email in enumerate(self.emails):
            keys = self._keys(nth, news)
            outbox.enqueue("portal_request", to=email, link=link, **keys, **told, **kept)
        for nth, number in enumerate([] if self.emails else self.numbers):
            texts.enqueue("portal_request", to=number, zone=zone, **self._keys(nth, news), **told)

    def _keys(self, nth: int, news: str) -> dict[str, Any]:
        about = f"privacy-request:{self.request}:{nth}"
        return {"key": f"{about}:{news}", "about": about}


def received(request: PrivacyRequest, account: PatientAccount) -> None:
    """Tell that it has come: whoever did not ask hears of it before it is done."""
    asker = _asker(request, account)
    with speaking(asker.language):
        asker.write(RECEIVED, link=settings.SITE_URL + reverse("portal:record"))


def register() -> None:
    """Hear what becomes of what patients ask for."""
    request_news.register(_prepare)


def _prepare(request: PrivacyRequest) -> request_news.Tell | None:
    if request.kind != PrivacyRequest.Kind.ERASE:
        return None
    # Who of the staff asked has no account here.
    account = PatientAccount.objects.filter(user=request.asked_by_pk, ended_at=None).first()
    return _asker(request, account).tell if account else None


def _asker(request: PrivacyRequest, account: PatientAccount) -> _Asker:
    own = account.own_record
    chosen = contact_preferences.of(own.pk if own else None)
    points: dict[str, list[str]] = {ContactPoint.Kind.EMAIL: [], ContactPoint.Kind.PHONE: []}
    for point in account.proved:
        points[point.kind].append(point.value)
    return _Asker(
        request.pk,
        points[ContactPoint.Kind.EMAIL] if chosen.by_mail else [],
        points[ContactPoint.Kind.PHONE],
        chosen.language or account.language,
    )


def _day(moment: datetime | None, language: str) -> str:
    if moment is None:
        return ""
    with speaking(language):
        return date_format(moment.astimezone(Practice.current().zone), "DATE_FORMAT")
