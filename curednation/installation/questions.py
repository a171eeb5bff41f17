"""What has to be known about a new clinic: each question, its option, what an answer must be."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.environment import Environment
from core.people.phone_numbers import parse_phone
from core.practice.models import US_ZONES
from curednation.backup_settings import PUBLIC_KEY

Answers = dict[str, str]
Text = str | Promise
_HOST = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")
SECURITY = {"starttls": "smtp+tls", "tls": "smtp+ssl", "none": "smtp"}
DATABASE_HERE = "here"


def _line(value: str) -> str:
    if not value or len(value) > 80 or not value.isprintable():
        raise ValidationError(_("Write one line of up to 80 characters."))
    return value


def _short_line(value: str) -> str:
    if len(_line(value)) > 60 or '"' in value:
        raise ValidationError(_("Write up to 60 characters, without quotes."))
    return value


def _domain(value: str) -> str:
    name = value.lower().removeprefix("https://").rstrip("/.")
    if not _HOST.fullmatch(name):
        raise ValidationError(_("Write a name such as www.example.org, without a path."))
    return name


def _phone(value: str) -> str:
    number = parse_phone(value)
    if not number or not number.is_valid():
        raise ValidationError(_("Write a phone number that can be dialled, such as 615-555-0142."))
    return str(number)


def _zone(value: str) -> str:
    zones = dict(US_ZONES)
    if value not in zones:
        raise ValidationError(_("Write one of: %s.") % ", ".join(zones))
    return value


def _email(value: str) -> str:
    validate_email(value)
    return value.lower()


def _port(value: str) -> str:
    if not value.isdecimal() or not 1 <= int(value) <= 65535:
        raise ValidationError(_("Write a number from 1 to 65535."))
    return value


def _security(value: str) -> str:
    if value not in SECURITY:
        raise ValidationError(_("Write one of: %s.") % ", ".join(SECURITY))
    return value


def _host(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9.:-]{1,253}", value):
        raise ValidationError(_("Write the name of a machine, such as smtp.example.org."))
    return value


def _owner(value: str) -> str:
    if value == DATABASE_HERE:
        return value
    return _url(value, "postgres://owner:password@host:5432/name", "postgres", "postgresql")


def _redis(value: str) -> str:
    schemes = ("redis", "rediss", "unix", "redis+socket", "amqp", "amqps")
    return _url(value, "redis://host:6379/0", *schemes)


def _url(value: str, example: str, *schemes: str) -> str:
    try:
        return Environment().url("", example, schemes, default=value)
    except ImproperlyConfigured:
        raise ValidationError(_("Write an address such as %s.") % example) from None


def _recipient(value: str) -> str:
    if not re.fullmatch(PUBLIC_KEY, value):
        raise ValidationError(_("Write a public key of age, which begins with age1."))
    return value


def _anything(value: str) -> str:
    return value


@dataclass(frozen=True)
class Question:
    """One thing to know. Without a default it has to be answered; `""` allows leaving it out."""

    name: str
    text: Text
    check: Callable[[str], str]
    default: str | Callable[[Mapping[str, str]], str] | None = None
    secret: bool = False
    asked: bool = True  # whether a person is asked, too, who named no option

    @property
    def option(self) -> str:
        return f"--{self.name.replace('_', '-')}"

    def usual(self, answers: Mapping[str, str]) -> str | None:
        """Return what is meant where nothing is said; None where something must be."""
        return self.default(answers) if callable(self.default) else self.default

    def read(self, value: str) -> str:
        """Return the answer as it is kept. Raises ValidationError with what to write instead."""
        value = value.strip()
        return value if not value and self.default == "" else self.check(value)


def _usual_security(answers: Mapping[str, str]) -> str:
    return {"465": "tls", "25": "none"}.get(answers["smtp_port"], "starttls")


def _manager(answers: Mapping[str, str]) -> str:
    return answers["manager_email"]


_t: Any = gettext_lazy
QUESTIONS = (
    Question("domain", _t("Name of the site, as people type it"), _domain),
    Question("clinic_name", _t("Name of the clinic, shown on the site"), _line),
    Question(
        "mail_name",
        _t("Name that its mails come from; it must not hint at what you treat"),
        _short_line,
    ),
    Question("phone", _t("Phone number of the clinic"), _phone),
    Question("time_zone", _t("Time zone of the clinic"), _zone, "America/Chicago"),
    Question(
        "from_email",
        _t("E-mail address that its mails come from"),
        _email,
        lambda answers: f"office@{answers['domain'].removeprefix('www.')}",
    ),
    Question("smtp_host", _t("Mail server that sends them (SMTP)"), _host),
    Question("smtp_port", _t("Its port"), _port, "587"),
    Question(
        "smtp_security",
        _t("How it is encrypted: starttls, tls or none"),
        _security,
        _usual_security,
    ),
    Question("smtp_user", _t("Account there; empty if it needs none"), _anything, ""),
    Question("smtp_password", _t("Password there (not shown)"), _anything, "", secret=True),
    Question("manager_name", _t("Name of the first manager"), _line),
    Question("manager_email", _t("Their e-mail address, to which the invitation goes"), _email),
    Question(
        "privacy_email",
        _t("Who keeps the daily mail that proves the audit trail"),
        _email,
        _manager,
    ),
    Question("alert_email", _t("Who is told when something is wrong"), _email, _manager),
    Question(
        "database_owner_url",
        _t(
            "Database: “here” makes one in PostgreSQL on this machine; or the address of an empty "
            "one, with the account that owns it"
        ),
        _owner,
        DATABASE_HERE,
    ),
    Question("broker_url", _t("Broker"), _redis, "redis://127.0.0.1:6379/0", asked=False),
    Question("cache_url", _t("Cache"), _redis, "redis://127.0.0.1:6380/0", asked=False),
    Question(
        "trusted_proxies", _t("Addresses of the proxies"), _line, "127.0.0.1,::1", asked=False
    ),
    Question(
        "media_root",
        _t("Folder of uploaded pictures"),
        _line,
        "/var/lib/curednation/media",
        asked=False,
    ),
    Question(
        "backup_recipient",
        _t("Public key that backups are encrypted to; `manage.py backup_key` makes one"),
        _recipient,
        "",
        asked=False,
    ),
)


def usual_settings(answers: Mapping[str, str]) -> Answers:
    """Return what stands in the environment file unless an operator has written otherwise."""
    folder = PurePosixPath(answers["media_root"]).parent
    return {"BACKUP_DIR": str(folder / "backups")}


def settings_of(answers: Mapping[str, str]) -> Answers:
    """Return the environment that follows, without keys and without the database."""
    account = ""
    if answers["smtp_user"]:
        password = quote(answers["smtp_password"], safe="")
        account = f"{quote(answers['smtp_user'], safe='')}:{password}@"
    scheme = SECURITY[answers["smtp_security"]]
    key = answers["backup_recipient"]
    backups = {"BACKUP_RECIPIENTS": key} if key else {}
    return backups | {
        "SITE_URL": f"https://{answers['domain']}",
        "ALLOWED_HOSTS": answers["domain"],
        "TRUSTED_PROXIES": answers["trusted_proxies"],
        "BROKER_URL": answers["broker_url"],
        "CACHE_URL": answers["cache_url"],
        "EMAIL_URL": f"{scheme}://{account}{answers['smtp_host']}:{answers['smtp_port']}",
        "DEFAULT_FROM_EMAIL": answers["from_email"],
        "PRIVACY_OFFICER_EMAIL": answers["privacy_email"],
        "ALERT_EMAIL": answers["alert_email"],
        "ALERT_STATE_FILE": str(PurePosixPath(answers["media_root"]).parent / "alerts.json"),
        "MEDIA_ROOT": answers["media_root"],
    }
