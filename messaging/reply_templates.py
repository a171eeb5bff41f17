"""Texts that managers keep and answers begin with, in the language of whoever reads them."""

from django.db.models import Q

from appointments.models import Patient
from core.languages.speaking import speaking
from core.practice.models import Practice
from messaging.models import ReplyTemplate


def for_team(team: str) -> list[ReplyTemplate]:
    """Return the templates of this team, and those of both, by name."""
    return list(ReplyTemplate.objects.filter(Q(team=team) | Q(team="")).order_by("name"))


def filled_in(template: ReplyTemplate, patient: Patient, language: str) -> str:
    """Return the text with what it leaves open: any other word in braces stays as it is."""
    with speaking(language):
        text = template.text_i18n
    known = {"{name}": patient.short_name, "{phone}": Practice.current().phone_text}
    for gap, word in known.items():
        text = text.replace(gap, word)
    return text


def appended(typed: str, text: str) -> str:
    """Return what was typed, with the template's text below it."""
    return f"{typed.rstrip()}\n\n{text}" if typed.strip() else text
