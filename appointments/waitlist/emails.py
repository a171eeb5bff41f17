"""The mails of the waitlist: name, time, practice, phone, one link, no more."""

import uuid
from datetime import timedelta
from functools import partial
from typing import Any

from appointments import contact_preferences
from appointments.booking import patients
from appointments.calls import call_list
from appointments.contact_preferences import Preferences
from appointments.emails import visit_texts
from appointments.models import Patient, WaitlistEntry, WaitlistOffer
from appointments.scheduling import time_zones
from appointments.waitlist import links
from core.languages.speaking import speaking
from core.mail import outbox
from core.people import email_addresses
from core.sms import outbox as texts

# Who joins again and again has the link to the place from the first mail on.
LONGEST_PAUSE = timedelta(hours=6)


def all_about(entry: WaitlistEntry) -> list[str]:
    """What groups all mails about this place in line."""
    return [f"waitlist:{entry.pk}", *(_about(offer) for offer in entry.offers.all())]


def about_asked(email: str) -> str:
    """What groups the mails that ask an address whether it wants one more place."""
    return f"waitlist-asked:{email_addresses.keyed_hash(email)}"


def joined(entry: WaitlistEntry, *, at_once: bool = False) -> None:
    """Where the place in line is; or whether it shall be one, where the address has many.

    Those questions are one mail for each address: its link leads to the others as well. `at_once`:
    the address has had no mail about it.
    """
    if not entry.email:
        return  # the desk has put them in line while they were on the phone
    about = _about_place(entry, entry.email)
    wait = timedelta(0) if at_once else outbox.delay(about=about, longest=LONGEST_PAUSE)
    with speaking(entry.language):
        said: dict[str, Any] = {"name": entry.greeting_name, "link": links.absolute(entry)}
    outbox.enqueue(
        "waitlist_joined",
        key=f"appointment-waitlist:{uuid.uuid4()}",
        to=entry.email,
        about=about,
        overtakes=True,
        wait=wait,
        unsent=_is_restricted(entry),
        language=entry.language,
        or_else=[("waitlist_joined", said | {"is_asked": not entry.is_asked})],
        is_asked=entry.is_asked,
        **said,
    )


def offered(offer: WaitlistOffer, *, again: bool = False) -> None:
    """Or `again`: to the address of the place as it has been corrected."""
    key = f"appointment-offer:{offer.pk}"
    _offer_by_text(offer)
    _about_offer(
        "waitlist_offer",
        offer,
        f"{key}:{email_addresses.keyed_hash(offer.entry.email)[:16]}" if again else key,
        until=offer.local_until,
        not_after=offer.until,
    )


def _offer_by_text(offer: WaitlistOffer) -> None:
    """To who agreed to texts, beside the mail or the call."""
    entry = offer.entry
    if not entry.by_text or _is_restricted(entry):
        return
    texts.enqueue(
        "waitlist_offer",
        key=f"text-offer:{offer.pk}",
        to=entry.phone,
        about=_about(offer),
        not_after=offer.until,
        language=entry.language,
        zone=entry.zone,
        until=offer.local_until,
        link=partial(links.for_text, offer),
        **visit_texts.moment_words(offer.local_start, entry.zone, entry.language),
    )


def taken(offer: WaitlistOffer) -> None:
    """Somebody was faster. The offer itself is not sent any more if it still waits."""
    key = f"appointment-offer-taken:{offer.pk}"
    texts.drop(about=_about(offer))
    is_mailed = offer.entry.email and _chosen(offer.entry).by_mail
    if not is_mailed and not call_list.was_told("waitlist_offer", offer):
        call_list.drop(about=_about(offer))
        return
    _about_offer("waitlist_offer_taken", offer, key, overtakes=True)


def drop(entry: WaitlistEntry, email: str) -> None:
    """Send nothing more about the place to an address that it has no more."""
    outbox.drop(about=_about_place(entry, email))
    for offer in entry.offers.all():
        withdraw(offer)


def withdraw(offer: WaitlistOffer) -> None:
    """Do not send an offer that nobody waits for any more."""
    outbox.drop(about=_about(offer))
    texts.drop(about=_about(offer))
    call_list.drop(about=_about(offer))


def _about_offer(template: str, offer: WaitlistOffer, key: str, **options: Any) -> None:
    chosen = _chosen(offer.entry)
    is_mailed = offer.entry.email and chosen.by_mail
    if not is_mailed and _is_restricted(offer.entry):
        return
    if not is_mailed:
        for_call = ("overtakes", "not_after")
        known = {name: options[name] for name in for_call if name in options}
        known.setdefault("not_after", offer.starts_at)
        call_list.add(template, key=key, about=_about(offer), offer=offer, **known)
        return
    language = chosen.language or offer.entry.language
    with speaking(language):
        outbox.enqueue(
            template,
            key=key,
            to=offer.entry.email,
            about=_about(offer),
            name=offer.entry.greeting_name,
            starts=offer.local_start,
            zone=time_zones.words(offer.entry.zone),
            link=links.absolute(offer.entry),
            unsent=_is_restricted(offer.entry),
            language=language,
            **options,
        )


def _chosen(entry: WaitlistEntry) -> Preferences:
    return contact_preferences.of_any(patients.known_as(entry.person))


def _is_restricted(entry: WaitlistEntry) -> bool:
    """Whether nobody is mailed about it: the record of who waits is restricted."""
    return Patient.objects.restricted().filter(match_key=entry.person).exists()


def _about_place(entry: WaitlistEntry, email: str) -> str:
    if entry.is_asked:
        return about_asked(email)
    return f"waitlist:{entry.pk}"


def _about(offer: WaitlistOffer) -> str:
    return f"waitlist-offer:{offer.pk}"
