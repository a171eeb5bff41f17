"""Send a test message the way of every e-mail: outbox, broker, worker, mail server."""

from time import monotonic, sleep
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from core.mail import test_message
from core.mail.models import EmailStatus, OutgoingEmail
from core.people.email_addresses import validate_address


class Command(BaseCommand):
    help = "Send a test message to ADDRESS and say what became of it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", metavar="ADDRESS")
        parser.add_argument("--wait", type=float, default=30, help="seconds to wait for an answer")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            validate_address(options["address"])
        except ValidationError as error:
            raise CommandError(error.messages[0]) from None
        email = test_message.send(options["address"])
        deadline = monotonic() + options["wait"]
        while not _answered(email) and monotonic() < deadline:
            sleep(0.2)
            email.refresh_from_db()
        if email.status != EmailStatus.SENT:
            raise CommandError(_trouble(email))
        self.stdout.write(_("Sent: the mail server has taken it."))


def _answered(email: OutgoingEmail) -> bool:
    return email.status in (EmailStatus.SENT, EmailStatus.FAILED) or bool(email.last_error)


def _trouble(email: OutgoingEmail) -> str:
    if email.last_error:
        return email.last_error
    if email.attempts:
        return _("The mail server has not answered yet. The outbox in the admin will say more.")
    return _("No worker has taken it yet. Do the broker and a worker run?")
