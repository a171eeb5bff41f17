"""From a template to the words of a text: neutral, in the alphabet of texts, within one of them."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.template import Context, Engine
from django.utils.crypto import salted_hmac

from core.practice.models import Practice
from core.sms import gsm7

# So much of 160 characters the name of who writes may take.
LONGEST_SENDER = 16
# Answers to what the phone has sent: they need no consent.
ANSWERS = ("stop_answer", "start_answer", "help_answer", "nobody_reads")


def render(template: str, context: dict[str, Any]) -> str:
    """Render `sms/<template>.txt` in the active language, on one line.

    A template is given `sender`, the neutral name of the clinic's mails, and `contact`, its phone
    number or site, besides. A value that can be called is called: a link that is made for this text
    alone. What a person typed never reaches a text. Raises TemplateDoesNotExist.
    """
    practice = Practice.current()
    values = {
        "sender": practice.mail_name[:LONGEST_SENDER].strip(),
        "contact": practice.phone.formatted
        if practice.phone
        else urlsplit(settings.SITE_URL).netloc,
        **context,
    }
    values = {name: value() if callable(value) else value for name, value in values.items()}
    found = Engine.get_default().get_template(f"sms/{template}.txt")
    return gsm7.fitted(" ".join(found.render(Context(values, autoescape=False)).split()))


def reference(key: str) -> str:
    """Return the same for the same key; the key cannot be guessed from it."""
    digest = salted_hmac("curednation.sms.reference", key, algorithm="sha256").hexdigest()
    return digest[:32]
