"""Short texts that staff write in each language, and what stands where one is empty."""

import pytest

from appointments.models import Service
from core.practice.models import Practice
from tests.articles.factories import make_topic
from tests.factories import make_service
from tests.pages.factories import make_practice, make_text_page

pytestmark = pytest.mark.django_db


def test_a_service_is_offered_in_the_words_of_the_address(client):
    service = make_service(invitation="No, this is my first visit")
    Service.objects.filter(pk=service.pk).update(
        i18n={"invitation_es": "No, es mi primera consulta", "summary_es": ""}
    )
    assert "No, this is my first visit" in client.get("/book/tn/").text
    spanish = client.get("/es/book/tn/").text
    assert "No, es mi primera consulta" in spanish
    assert "first visit" not in spanish


def test_hours_and_topics_stand_in_the_words_of_the_address_wherever_they_are_read(client):
    make_practice(phone_hours="8 am to 8 pm", i18n={"phone_hours_es": "De 8 am a 8 pm"})
    make_text_page("notice-of-privacy-practices", language="es", body="<p>{phone_and_hours}</p>")
    for address in ("/es/contact/sent/", "/es/notice-of-privacy-practices/"):
        assert "De 8 am a 8 pm" in client.get(address).text
    make_topic("Safety", i18n={"name_es": "Seguridad"})
    assert "Safety" not in client.get("/es/articles/topics/safety/").text


def test_what_is_empty_in_spanish_stands_in_english(client):
    make_service(invitation="No, this is my first visit")
    assert "No, this is my first visit" in client.get("/es/book/tn/").text
    Service.objects.update(i18n={"invitation_es": ""})
    assert "No, this is my first visit" in client.get("/es/book/tn/").text


def test_the_line_of_the_footer_is_kept_apart_for_each_language(client):
    Practice.objects.create(legal_line="A company", i18n={"legal_line_es": "Una empresa"})
    for _twice in range(2):
        assert "A company." in client.get("/about/").text
        assert "Una empresa." in client.get("/es/about/").text
