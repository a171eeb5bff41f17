"""The addresses of providers that `SMS_URL` names: what stands in them. Pure."""

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

EXAMPLES = {
    "twilio": "twilio://ACCOUNT_SID:AUTH_TOKEN@api.twilio.com?from=+16155550100",
    "vonage": (
        "vonage://API_KEY:API_SECRET@api.nexmo.com?from=+16155550100&signature_secret=SECRET"
    ),
    "telnyx": "telnyx://API_KEY@api.telnyx.com?from=+16155550100&public_key=BASE64",
}
# What each needs besides its user name.
_NEEDS = {
    "twilio": ("password", "from"),
    "vonage": ("password", "from", "signature_secret"),
    "telnyx": ("from", "public_key"),
    "development": (),
}


@dataclass(frozen=True)
class Address:
    """One part of SMS_URL. What is secret in it is in no text of it."""

    provider: str
    root: str  # where its API is asked: `https://api.twilio.com`
    user: str = field(repr=False)
    password: str = field(repr=False)
    options: dict[str, str] = field(repr=False)

    @property
    def sender(self) -> str:
        """The number that texts come from."""
        return self.options["from"]


def parse(url: str) -> Address:
    """Read one address. Raises ValueError with a sentence that repeats none of its secrets."""
    parts = urlsplit(url)
    provider, _plus, transport = parts.scheme.partition("+")
    if provider not in _NEEDS or transport not in ("", "http"):
        raise ValueError(f"names no provider of texts: write one of {', '.join(EXAMPLES)}.")
    # A plus in a query is a space; in a phone number it is meant.
    options = dict(parse_qsl(parts.query.replace("+", "%2B")))
    given = {"password": parts.password, **options}
    missing = [name for name in _NEEDS[provider] if not given.get(name)]
    if missing or (provider != "development" and not (parts.username and parts.hostname)):
        raise ValueError(f"is not whole: write an address such as {EXAMPLES[provider]}.")
    port = f":{parts.port}" if parts.port else ""
    return Address(
        provider=provider,
        root=f"{transport or 'https'}://{parts.hostname}{port}",
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        options=options,
    )
