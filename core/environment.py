"""The variables of the environment, read so that a wrong value is refused in plain words.

Every method raises ImproperlyConfigured. A value that is empty counts as left out.
"""

import ipaddress
import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, NoReturn
from urllib.parse import SplitResult, parse_qsl, urlsplit

import environ
import limits
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

from core.broker_address import are_sentinels
from core.sms import provider_address

TRUE, FALSE = ("1", "on", "true", "yes"), ("0", "off", "false", "no")


def refuse(variable: str, sentence: str) -> NoReturn:
    """Raise ImproperlyConfigured with a sentence about this variable."""
    raise ImproperlyConfigured(f"{variable} {sentence}")


def database_options(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, Any]:
    """Return libpq's options: ours, and those that an address names, which win.

    Of `options`, the server's own parameters, each counts by itself: PostgreSQL takes the last
    word on every one of them.
    """
    both = (str(each.get("options", "")).strip() for each in (ours, theirs))
    options = " ".join(filter(None, both))
    return {**ours, **theirs} | ({"options": options} if options else {})


class Environment:
    """The variables that the project reads, each by one call that names it.

    `asked` are the names that all readers have asked for, set or not.
    """

    asked: ClassVar[set[str]] = set()

    def __init__(self) -> None:
        self.reader = environ.Env()

    def text(self, variable: str, *, default: str = "") -> str:
        """Return the value as it is written."""
        self.asked.add(variable)
        return self.reader.str(variable, default="") or default

    def words(self, variable: str, *, default: Iterable[str] = ()) -> list[str]:
        """Return a list of words, written with commas between them."""
        found = [word.strip() for word in self.text(variable).split(",") if word.strip()]
        return found or list(default)

    def flag(self, variable: str, *, default: bool) -> bool:
        """Return whether it is `on`, as opposed to `off`."""
        value = self.text(variable).lower()
        if value and value not in (*TRUE, *FALSE):
            refuse(variable, f"is {value!r}: write `on` or `off`.")
        return value in TRUE if value else default

    def number(self, variable: str, *, default: int, least: int = 0, most: int = 10**6) -> int:
        """Return a whole number from `least` to `most`."""
        value = self.text(variable, default=str(default))
        if not value.isascii() or not value.isdecimal() or not least <= int(value) <= most:
            refuse(variable, f"is {value!r}: write a whole number from {least} to {most}.")
        return int(value)

    def choice(self, variable: str, options: Iterable[str], *, default: str) -> str:
        """Return one of these words."""
        value = self.text(variable, default=default)
        if value not in options:
            refuse(variable, f"is {value!r}: write one of {', '.join(options)}.")
        return value

    def date(self, variable: str) -> str:
        """Return a day as `2026-11-30`, or nothing."""
        value = self.text(variable)
        try:
            return date.fromisoformat(value).isoformat() if value else ""
        except ValueError:
            refuse(variable, f"is {value!r}: write a day as in 2026-11-30.")

    def rate(self, variable: str, *, default: str) -> str:
        """Return so many times in a span, such as `30/hour` or `60/10minutes`."""
        value = self.text(variable, default=default)
        try:
            limits.parse(value)
        except ValueError:
            refuse(variable, f"is {value!r}: write how often in how long, as in 30/hour.")
        return value

    def networks(self, variable: str) -> list[str]:
        """Return addresses and networks, such as `10.0.0.0/8,2001:db8::/32`."""
        found = self.words(variable)
        for word in found:
            try:
                ipaddress.ip_network(word)
            except ValueError:
                refuse(variable, f"holds {word!r}: write addresses or networks as in 10.0.0.0/8.")
        return found

    def url(self, variable: str, example: str, schemes: Iterable[str], *, default: str) -> str:
        """Return the address of a service. Its password is never part of the sentence."""
        value = self.text(variable, default=default)
        if not value:
            refuse(variable, f"is not set: write an address such as {example}.")
        parts = _split(value)
        if parts is None or parts.scheme not in schemes or not (parts.netloc or parts.path):
            refuse(variable, f"is not an address this site can use: write one such as {example}.")
        return value

    def broker(self, variable: str, *, default: str) -> str:
        """Return the address of Celery's broker: Redis, several behind Sentinel, or RabbitMQ."""
        value = self.text(variable, default=default)
        if not value.startswith("sentinel:"):
            known = ("redis", "rediss", "redis+socket", "amqp", "amqps")
            return self.url(variable, "redis://host:6379/0", known, default=default)
        if not are_sentinels(value):
            refuse(
                variable,
                "is no address of Sentinels: write one such as "
                "sentinel://:password@host1:26379/0;sentinel://:password@host2:26379/0.",
            )
        return value

    def database(self, variable: str, *, default: str) -> dict[str, Any]:
        """Return a PostgreSQL database as Django's settings name it."""
        example = "postgres://user:password@host:5432/name"
        url = self.url(variable, example, ("postgres", "postgresql"), default=default)
        database = self.reader.db_url_config(url)
        # libpq's own way to name a socket's folder; Django wants it as HOST.
        host = database.setdefault("OPTIONS", {}).pop("host", "")
        database["HOST"] = database["HOST"] or host
        if not database["NAME"]:
            refuse(variable, f"names no database: write an address such as {example}.")
        return dict(database)

    def owner(self, variable: str, *, of: dict[str, Any]) -> dict[str, Any]:
        """Return another account of the database `of`, as Django's settings; or nothing."""
        if not self.text(variable):
            return {}
        owner = self.database(variable, default="")
        if owner["NAME"] != of["NAME"]:
            refuse(variable, "names another database than DATABASE_URL: write its name there too.")
        return owner

    def email(self, variable: str, *, default: str) -> dict[str, Any]:
        """Return a mail server as Django's settings name it: EMAIL_HOST and so on."""
        example = "smtp+tls://user:password@host:587"
        schemes = ("smtp", "smtp+tls", "smtp+ssl")
        url = self.url(variable, example, schemes, default=default)
        if not urlsplit(url).hostname:
            refuse(variable, f"names no host: write an address such as {example}.")
        found = dict(self.reader.email_url_config(url))
        found.pop("EMAIL_FILE_PATH")
        found["EMAIL_PORT"] = found["EMAIL_PORT"] or {"smtp": 25, "smtp+ssl": 465}.get(
            urlsplit(url).scheme, 587
        )
        return found

    def address(self, variable: str) -> str:
        """Return one e-mail address, or nothing."""
        value = self.text(variable)
        try:
            if value:
                validate_email(value)
        except ValidationError:
            refuse(variable, f"is {value!r}: write one e-mail address, such as you@example.org.")
        return value

    def addresses(self, variable: str) -> list[str]:
        """Return e-mail addresses, written with commas between them."""
        found = self.words(variable)
        for word in found:
            try:
                validate_email(word)
            except ValidationError:
                refuse(variable, f"holds {word!r}: write e-mail addresses, such as a@example.org.")
        return found

    def web_address(self, variable: str) -> str:
        """Return an address to ask by HTTP, or nothing. What in it is secret is in no sentence."""
        value = self.text(variable)
        parts = _split(value)
        if value and not (parts and parts.scheme in ("http", "https") and parts.hostname):
            refuse(variable, "is no address: write one such as https://example.org/path.")
        return value

    def credentials(self, variable: str) -> str:
        """Return `user:password`, or nothing."""
        value = self.text(variable)
        user, colon, password = value.partition(":")
        if value and not (user and colon and len(password) >= 20):
            refuse(variable, "is no user:password whose password has 20 characters or more.")
        return value

    def mailbox(self, variable: str) -> str:
        """Return a folder of mail to read, or nothing. Its password is in no sentence."""
        value = self.text(variable)
        parts = _split(value)
        if value and not (
            parts
            and ((parts.scheme == "maildir" and parts.path.startswith("/")) or parts.hostname)
            and parts.scheme in ("maildir", "imap", "imaps")
        ):
            refuse(
                variable,
                "is no mailbox: write maildir:/path or imaps://user:password@host/INBOX.",
            )
        return value

    def text_providers(self, variable: str, *, debug: bool) -> list[str]:
        """Return the addresses of providers of texts, written with commas between them.

        What in them is secret is in no sentence.
        """
        found = self.words(variable)
        for url in found:
            try:
                provider = provider_address.parse(url).provider
            except ValueError as error:
                refuse(variable, str(error))
            if provider == "development" and not debug:
                refuse(variable, "is for development machines only: name a provider of texts.")
        return found

    def price(self, variable: str, *, default: str) -> Decimal:
        """Return an amount of money such as 0.0083."""
        value = self.text(variable, default=default)
        if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,5})?", value):
            refuse(variable, f"is {value!r}: write an amount such as {default}.")
        return Decimal(value)

    def media_storage(self, variable: str) -> dict[str, Any]:
        """Return Django's storage of uploads: the bucket that is named, or a disk."""
        value = self.text(variable)
        if not value:
            return {"BACKEND": "django.core.files.storage.FileSystemStorage"}
        parts = _split(value)
        options = dict(parse_qsl(parts.query)) if parts else {}
        named = parts and parts.scheme == "s3" and re.fullmatch(r"[a-z0-9.-]{3,63}", parts.netloc)
        whole = options.get("endpoint", "https://").startswith(("http://", "https://"))
        if not parts or not named or not whole or not options.keys() <= {"endpoint", "region"}:
            refuse(
                variable,
                "is no address of a bucket: write s3://bucket, s3://bucket/folder or "
                "s3://bucket?endpoint=https://storage.example.org&region=us-east-1, and the keys "
                "into AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
            )
        return {
            "BACKEND": "core.images.object_storage.MediaStorage",
            "OPTIONS": {
                "bucket_name": parts.netloc,
                "location": parts.path.strip("/"),
                "endpoint_url": options.get("endpoint"),
                "region_name": options.get("region"),
            },
        }

    def site(self, variable: str, *, default: str) -> str:
        """Return the site's own address: scheme, host and port, without a path."""
        value = self.text(variable, default=default).rstrip("/")
        parts = _split(value)
        if not parts or parts.scheme not in ("http", "https") or not parts.hostname or parts.path:
            refuse(variable, "is not an address: write one such as https://www.example.org.")
        return value


def _split(value: str) -> SplitResult | None:
    try:
        parts = urlsplit(value)
        _ = parts.port  # raises where it is no number
    except ValueError:
        return None
    return parts
