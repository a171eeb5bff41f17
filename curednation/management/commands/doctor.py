"""`manage.py doctor`: tries everything that a clinic stands on, and says what to do."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from core.monitoring import certificate, checks, services
from core.monitoring.results import CheckResult, Level, is_healthy
from curednation.doctor import backups, clock, configuration, public_site, rooms, sender, texts

WORDS = {Level.OK: "fine", Level.WARNING: "look", Level.ERROR: "wrong"}
Check = Callable[[], Iterable[CheckResult]]


class Command(BaseCommand):
    """Prints a line for each thing, and what to do where it is not as it should be."""

    help = (
        "Try everything that the clinic stands on: database, roles, broker, workers, beat, mail, "
        "DNS, certificate, clock, disk, backups, keys. Ends with 1 where something is broken."
    )
    requires_system_checks = ()  # they are among what it tells

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--mail-to", metavar="ADDRESS", help="send a real mail there")

    def handle(self, *, mail_to: str | None, **options: Any) -> None:
        if mail_to:
            try:
                validate_email(mail_to)
            except ValidationError:
                raise CommandError(_("%s is no e-mail address.") % mail_to) from None
        found = []
        for result in self._examine(mail_to):
            found.append(result)
            self.stdout.write(f"{WORDS[result.level]:<6} {result.sentence}")
            if not result.is_fine and result.advice:
                self.stdout.write(f"       → {result.advice}")
            self.stdout.flush()
        wrong = sum(each.level is Level.ERROR for each in found)
        look = sum(each.level is Level.WARNING for each in found)
        self.stdout.write(f"\n{len(found)} tried: {wrong} wrong, {look} to look at.")
        if not is_healthy(found):
            raise SystemExit(1)

    def _examine(self, mail_to: str | None) -> Iterable[CheckResult]:
        looked = checks.run()
        away = any(each.name == services.DATABASE and not each.is_fine for each in looked)
        if not away:
            certificate.look()  # what `watch` does once an hour
            looked = checks.run()
        yield from looked
        rest: list[Check] = [
            configuration.check_names,
            configuration.check_keys,
            clock.check_clock_is_kept,
        ]
        if not away:
            rest += [configuration.check_settings, configuration.check_time_limits]
            rest += [configuration.check_records]
            rest += [configuration.check_staff, backups.check_backups]
        rest += [] if away else [rooms.check_socket]
        rest += [public_site.check_site, sender.check_dns, texts.check_texts]
        rest += [partial(sender.check_mail, mail_to)] if mail_to else []
        for check in rest:
            yield from self._tried(check)
        if not mail_to:
            sentence = _("No mail was tried.")
            advice = _("Name an address of yours: `doctor --mail-to you@example.org`.")
            yield CheckResult("smtp", Level.WARNING, sentence, advice)

    def _tried(self, check: Check) -> list[CheckResult]:
        try:
            return list(check())
        except Exception as error:  # one that breaks must not hide the others
            sentence = _("This could not be tried: %s.") % type(error).__name__
            return [CheckResult("doctor", Level.WARNING, sentence)]
