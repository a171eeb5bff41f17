"""What the environment sets of payments by Stripe: a part of the settings."""

import re
from typing import NamedTuple

from core.environment import Environment, refuse

env = Environment()
# What a card's statement may say beside the account's own text: Stripe's rule of a suffix.
STATEMENT_TEXT = re.compile(r"[A-Za-z0-9 .,-]{2,17}")
LETTER = re.compile(r"[A-Za-z]")


class Payments(NamedTuple):
    """Stripe's keys, and what stands on a card's statement. Without a key nobody pays here."""

    secret_key: str
    webhook_secrets: list[str]
    statement_text: str


def payment_settings(*, debug: bool) -> Payments:
    """Return what the environment says of payments."""
    found = Payments(
        secret_key=env.text("STRIPE_SECRET_KEY"),
        webhook_secrets=env.words("STRIPE_WEBHOOK_SECRET"),
        statement_text=env.text("STRIPE_STATEMENT_TEXT"),
    )
    key = found.secret_key
    if key and not key.startswith(("sk_", "rk_")):
        refuse("STRIPE_SECRET_KEY", "is no secret key of Stripe: they begin with sk_ or rk_.")
    if key and debug and "_live_" in key:
        refuse("STRIPE_SECRET_KEY", "moves real money, and DEBUG is on: write a test key.")
    if key and not found.webhook_secrets:
        sentence = "is not set: Stripe shows it beside the endpoint that you make for this site."
        refuse("STRIPE_WEBHOOK_SECRET", sentence)
    if any(not secret.startswith("whsec_") for secret in found.webhook_secrets):
        refuse("STRIPE_WEBHOOK_SECRET", "is no secret of an endpoint: they begin with whsec_.")
    text = found.statement_text
    if text and not (STATEMENT_TEXT.fullmatch(text) and LETTER.search(text)):
        sentence = "is not 2 to 17 letters, digits and spaces with a letter among them."
        refuse("STRIPE_STATEMENT_TEXT", sentence)
    return found
