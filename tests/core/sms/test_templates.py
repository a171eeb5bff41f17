"""Every text of the project, in each language, as a phone gets it: short, neutral, one link."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.utils import translation

from appointments.emails import visit_texts
from appointments.scheduling import time_zones
from appointments.scheduling.states import STATES
from core.sms import gsm7
from core.sms.message import render
from devstack.text_examples import EXAMPLES
from tests.core.mail.test_templates import TELLING, TELLING_IN_SPANISH
from tests.pages.factories import make_practice

FOLDER = settings.BASE_DIR / "templates" / "sms"
TEMPLATES = sorted(path.stem for path in FOLDER.iterdir())
LANGUAGES = [code for code, _ in settings.LANGUAGES]
ZONES = sorted({region.zone for state in STATES.values() for region in state.regions})
LINK = re.compile(r"https?://\S+")

pytestmark = pytest.mark.django_db


def longest_moment(language: str) -> dict:
    """The longest words there are for a time, in any zone of the country."""
    with translation.override(language):
        zone = max(ZONES, key=lambda name: len(time_zones.words(name)))
    starts = datetime(2030, 9, 25, 10, 30, tzinfo=ZoneInfo(zone))  # a Wednesday in September
    words = visit_texts.moment_words(starts, zone, language)
    return words | {"until": starts}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", TEMPLATES)
def test_each_text_is_one_text_and_gives_nothing_away(template, language):
    assert template in EXAMPLES, f"add an example of {template} to devstack/text_examples.py"
    make_practice(mail_name="An Office of Sixty Letters", phone="+1 615-555-0100")
    with translation.override(language):
        text = render(template, EXAMPLES[template] | longest_moment(language))
    assert gsm7.length(text) <= gsm7.LONGEST, f"{gsm7.length(text)}: {text}"
    assert text == text.strip()
    assert "\n" not in text
    telling = TELLING_IN_SPANISH if language == "es" else TELLING
    plain = LINK.sub("", text)
    assert not telling.search(plain), telling.search(plain)
    assert len(LINK.findall(text)) == ("link" in EXAMPLES[template])
    assert "Letters" not in text  # a long name is cut


@pytest.mark.parametrize("template", TEMPLATES)
def test_no_text_is_left_in_english(template):
    make_practice()
    said = []
    for language in LANGUAGES:
        with translation.override(language):
            said.append(render(template, EXAMPLES[template]))
    assert len(set(said)) == len(LANGUAGES)


def test_what_ends_texts_stands_in_each_that_nobody_has_just_asked_for():
    make_practice()
    asked = {"code", "help_answer", "nobody_reads", "start_answer", "stop_answer"}
    for template in set(TEMPLATES) - asked:
        assert "STOP" in render(template, EXAMPLES[template])
        with translation.override("es"):
            assert "ALTO" in render(template, EXAMPLES[template])


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("¿Mañana a las 9? Sí, café", "¿Mañana a las 9? Si, café"),
        ("“Ünï” – it’s…", '"Üni" - it\'s...'),
        ("日本 😀 \u200d", "?? ? ?"),
        ("{5€}", "{5€}"),
    ],
)
def test_letters_that_texts_lack_are_written_by_others(written, sent):
    assert gsm7.fitted(written) == sent


def test_places_and_parts_are_counted_as_providers_charge():
    assert (gsm7.length("€uro {1}"), gsm7.parts("a" * 160), gsm7.parts("a" * 161)) == (11, 1, 2)
    assert [gsm7.parts("a" * count) for count in (306, 307)] == [2, 3]
    with pytest.raises(ValueError, match="alphabet"):
        gsm7.length("á")
