"""The mails that messages owe: to the patient that there is something new, to staff a count.

None says from whom, to whom or about what. Whoever has no e-mail address is told by text, where the
clinic sends texts and they have agreed to them.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Min, Q
from django.urls import reverse

from appointments import contact_preferences
from appointments.contact_preferences import Preferences
from core.languages.speaking import speaking
from core.mail import outbox, waiting_counts
from core.signed_links import absolute_url
from core.sms import consents
from core.sms import outbox as texts
from messaging import expected_answers, staff_rights
from messaging.models import Message, Thread
from portal.models import ContactPoint, PatientAccount

# More that is written meanwhile is told of by the same mail, and what is read is told of by none.
PAUSE = timedelta(minutes=30)
AT_MOST_ONE_IN = timedelta(minutes=30)


def about_account(account: PatientAccount) -> str:
    """Return what groups the mails to one account about its messages."""
    return f"messages:{account.pk}"


def tell_patient(thread: Thread, message: Message) -> None:
    """Tell the reader that there is something new: by mail, and by text where they agreed to."""
    account = thread.account
    if account is None or account.ended_at or thread.patient.is_restricted:
        return
    language = _chosen(account).language or account.language
    with speaking(language):
        link = absolute_url(reverse("messaging:threads"))
    told: dict[str, Any] = {"language": language, "link": link, "overtakes": True}
    told |= {"key": f"message-new:{message.pk}", "about": about_account(account)}
    if address := address_of(account):
        wait = outbox.delay(about=told["about"], longest=PAUSE)
        outbox.enqueue("message_new", to=address, wait=wait, **told)
    if number := number_of(account):
        zone = str(expected_answers.zone_of(account.own_record))
        texts.enqueue("message_new", to=number, wait=PAUSE, zone=zone, **told)


def drop_for_patient(thread: Thread) -> None:
    """Send nothing more about what was read, unless something else is unread."""
    if thread.account is None:
        return
    mine = Message.objects.unread_by_patient().filter(thread__account=thread.account)
    if not mine.exists():
        outbox.drop(about=about_account(thread.account))
        texts.drop(about=about_account(thread.account))


def is_told(account: PatientAccount) -> bool:
    """Return whether anything tells this account's person of an answer."""
    return bool(address_of(account)) or consents.in_force(number_of(account))


def address_of(account: PatientAccount) -> str:
    """Return where they are mailed: the address proved last; empty without one, or if they chose
    to get no mails."""
    return _last(account, ContactPoint.Kind.EMAIL) if _chosen(account).by_mail else ""


def number_of(account: PatientAccount) -> str:
    """Return the number proved last; empty without one. Whether texts go there is for consents."""
    return _last(account, ContactPoint.Kind.PHONE)


def _last(account: PatientAccount, kind: str) -> str:
    return next((point.value for point in reversed(account.proved) if point.kind == kind), "")


def _chosen(account: PatientAccount) -> Preferences:
    own = account.own_record
    return contact_preferences.of(own.pk if own else None)


def tell_staff(thread: Thread, now: datetime) -> None:
    """Tell whoever is to answer that messages wait: a count, since when, and a link.

    Once in half an hour for each of them: what came meanwhile is in the count.
    """
    turn = int(now.timestamp() // AT_MOST_ONE_IN.total_seconds())
    for person in _who_answers(thread):
        waiting = Thread.objects.waiting().of_teams(staff_rights.teams_of(person))
        waiting = waiting.filter(Q(assigned=person) | Q(assigned=None))
        first = waiting.aggregate(first=Min("waiting_since"))["first"] or now
        waiting_counts.tell(
            "staff_messages_waiting",
            key=f"staff-messages:{turn}:{person.pk}",
            to=person.email,
            about=f"staff-messages:{person.pk}",
            overtakes=True,
            count=max(waiting.order_by().count(), 1),
            first=first,
            page=reverse("admin:messages_inbox"),
        )


def _who_answers(thread: Thread) -> list:
    """Return who has taken it; where nobody has, everybody of its team."""
    if thread.assigned is not None and thread.assigned.is_active:
        return [thread.assigned]
    return list(staff_rights.members(thread.team).exclude(email=""))
