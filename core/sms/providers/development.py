"""The provider of a development machine: texts become mails, which its mail catcher keeps."""

from django.core.mail import EmailMessage
from django.http import HttpRequest

from core.sms.providers.base import Provider, Received, Report, Taken


class Development(Provider):
    """Nothing leaves the machine: what is sent is read at /dev/mail/."""

    name = "development"

    def send(self, *, to: str, text: str, reference: str) -> Taken:
        """Put the text beside the mails."""
        address = f"text-to-{to.lstrip('+')}@phone.invalid"
        EmailMessage(f"Text to {to}", text, "texts@phone.invalid", [address]).send()
        return Taken(reference)

    def read(self, request: HttpRequest) -> list[Report | Received]:
        """Return nothing: nobody reports anything here."""
        raise ValueError("Nobody reports to a development machine")
