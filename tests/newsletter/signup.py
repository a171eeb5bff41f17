"""Signing up for the newsletter as a visitor does, for the tests."""

from django.test import Client

from core.mail.models import OutgoingEmail

SUBSCRIBE = "/newsletter/subscribe/"
OURS = {"Sec-Fetch-Site": "same-origin"}


def sign_up(email: str, *, headers=OURS, network: str = "", **data):
    extra = {"REMOTE_ADDR": network} if network else {}
    client = Client(enforce_csrf_checks=True)
    data = {"email": email, "page": "pages:home"} | data
    return client.post(SUBSCRIBE, data, headers=headers, **extra)


def mails() -> list[OutgoingEmail]:
    return list(OutgoingEmail.objects.filter(template="newsletter_confirm"))
