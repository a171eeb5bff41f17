"""From a template's name and its context to subject, text and HTML."""

import re
import textwrap
from dataclasses import dataclass
from typing import Any

from django.template import Context, Engine
from django.utils.translation import gettext as _

from core.people import names
from core.practice.models import Practice

LINE = 78
# What PostgreSQL or a mail program cannot take: NUL and other controls, halves of surrogate pairs.
_UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True)
class Rendered:
    subject: str
    text: str
    html: str


def render(template: str, context: dict[str, Any]) -> Rendered:
    """Render `mail/<template>.txt` and `.html` in the active language, with `practice` added.

    What a person typed reaches a template as `greeting` only, made from `name`. The text file
    starts with `Subject: …` and a blank line. It is not HTML-escaped, and its long lines are
    wrapped. Raises TemplateDoesNotExist or ValueError when the template is not complete.
    """
    engine = Engine.get_default()
    values = {**context, "greeting": greeting(context.get("name", ""))}
    values.pop("name", None)
    if "practice" not in values:
        values["practice"] = Practice.current()
    plain = engine.get_template(f"mail/{template}.txt").render(Context(values, autoescape=False))
    head, _, text = fit(plain).lstrip().partition("\n\n")
    if not head.startswith("Subject:"):
        raise ValueError(f"mail/{template}.txt must start with 'Subject: …' and a blank line")
    subject = one_line(head.removeprefix("Subject:"))
    html = engine.get_template(f"mail/{template}.html")
    return Rendered(
        subject=subject,
        text=wrapped(text),
        html=fit(html.render(Context({**values, "subject": subject}))),
    )


def greeting(name: str) -> str:
    """Return the first line of a mail. It calls nobody by what is not a name: see `guard.names`."""
    called = names.for_mail(name)
    return _("Hello %(name)s,") % {"name": called} if called else _("Hello,")


def fit(text: str) -> str:
    """Without the characters that a database or a mail program refuses; line ends are `\\n`."""
    return _UNFIT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str) -> str:
    """Make every run of white space, line ends too, one space: for a header."""
    return " ".join(text.split())


def wrapped(text: str) -> str:
    """Break lines at 78 characters, links kept whole, never two blank lines together."""
    lines = [part for line in text.splitlines() for part in _wrap(line.rstrip())]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def _wrap(line: str) -> list[str]:
    if len(line) <= LINE:
        return [line]
    return textwrap.wrap(line, LINE, break_long_words=False, break_on_hyphens=False)
