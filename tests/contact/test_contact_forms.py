"""Writing to the clinic, and asking for a call: whoever asks gets the same answer."""

import pytest
from django.core.cache import cache

from contact.models import ContactRequest
from core.mail.models import OutgoingEmail
from tests.contact.sending import CALL, OURS, ask_for_call, write

pytestmark = pytest.mark.django_db


def errors(response) -> str:
    return response.text.split('class="error-summary"')[1].split("</ul>")[0]


def test_a_message_stands_on_the_list_and_nothing_is_mailed_to_its_sender():
    response = write()
    assert (response.status_code, response["Location"]) == (302, "/contact/sent/")
    sent = ContactRequest.objects.get()
    assert (sent.kind, sent.name, sent.email) == (
        "message",
        "Grace Canaryvale",
        "grace@example.org",
    )
    assert (sent.topic, sent.message) == ("cost", "What does a first visit cost?")
    assert (sent.language, sent.done_at) == ("en", None)
    assert not OutgoingEmail.objects.exists()


def test_a_wish_to_be_called_says_when_where_and_whether_a_message_is_fine():
    assert ask_for_call()["Location"] == "/contact/sent/"
    sent = ContactRequest.objects.get()
    assert (sent.kind, str(sent.phone), sent.best_time) == ("call", "+16155550117", "evening")
    assert (sent.state, sent.may_leave_message, sent.message) == ("CA", False, "")
    ask_for_call(leave_message="yes")
    assert ContactRequest.objects.last().may_leave_message


def test_the_answer_page_says_nothing_of_who_asked_and_may_be_kept(client):
    response = client.get("/contact/sent/")
    assert "We have it" in response.text
    assert not response.cookies


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": ""}, "Please write a name"),
        ({"name": "http://spam.example"}, "Name"),
        ({"email": ""}, "an e-mail address or a phone number"),
        ({"email": "grace@"}, "Write the whole address"),
        ({"phone": "12"}, "Write a phone number with its area code"),
        ({"topic": "my drug"}, "What is it about?"),
        ({"message": " "}, "in a sentence or two"),
        ({"message": "x" * 601}, "At most 600 characters"),
    ],
)
def test_what_cannot_be_taken_is_said_beside_the_field_and_the_rest_is_kept(typed, said):
    response = write(**typed)
    assert response.status_code == 200
    assert said in errors(response)
    assert 'value="Grace Canaryvale"' in response.text or "name" in typed
    assert not ContactRequest.objects.exists()


def test_a_call_to_another_country_is_refused_with_a_sentence():
    assert "United States only" in errors(ask_for_call(phone="+44 20 7946 0958"))


def test_nobody_has_to_say_what_it_is_about():
    assert write(topic="").status_code == 302
    assert ContactRequest.objects.get().topic == ""


def test_a_slip_in_the_domain_is_asked_about_once():
    first = write(email="grace@gmial.com")
    assert "Did you mean grace@gmail.com?" in errors(first)
    assert 'name="kept_email" value="grace@gmial.com"' in " ".join(first.text.split())
    assert write(email="grace@gmial.com", kept_email="grace@gmial.com").status_code == 302
    assert ContactRequest.objects.get().email == "grace@gmial.com"


def test_only_a_form_of_our_own_pages_counts():
    response = write(headers={"Sec-Fetch-Site": "cross-site"})
    assert response.status_code == 403
    assert "Please send it again" in errors(response)
    assert not ContactRequest.objects.exists()


@pytest.mark.parametrize(
    ("words", "where"),
    [
        ("I want to die", "/contact/sent/now/"),
        ("quiero morir", "/contact/sent/now/"),
        ("What does it cost?", "/contact/sent/"),
    ],
)
def test_words_of_danger_lead_to_the_numbers_to_call(client, words, where):
    next_page = write(message=words)["Location"]
    assert next_page.endswith(where)
    assert ("help-card" in client.get(next_page).text) is ("now" in where)


def test_who_writes_of_danger_and_makes_a_mistake_sees_the_numbers_to_call_above_it():
    page = write(message="quiero morir", email="").text
    assert "help-card" in page
    assert page.index("help-card") < page.index('class="error-summary"')
    assert "Llame al" in page[page.index("help-card") :]
    assert "help-card" not in write(message="What does it cost?", email="").text


# ── limits ──


def test_after_a_few_from_one_network_a_little_work_is_asked_and_then_none_are_taken(settings):
    cache.clear()
    settings.LIMITS = settings.LIMITS | {"contact": "4/day", "contact_easily": "2/hour"}
    answers = [write(email=f"g{n}@example.org").status_code for n in range(5)]
    assert answers == [302, 302, 429, 429, 429]
    assert write(network="198.51.100.9").status_code == 302


def test_one_mailbox_or_number_is_counted_wherever_it_is_typed(settings):
    cache.clear()
    settings.LIMITS = settings.LIMITS | {"contact_per_address": "1/day"}
    for ask in (write, ask_for_call):
        assert ask(network="192.0.2.1").status_code == 302
        assert ask(network="198.51.100.9").status_code == 429


def test_a_filled_field_that_no_person_sees_asks_for_work_and_keeps_what_was_typed():
    response = write(leave_empty="x")
    assert response.status_code == 429
    assert "What does a first visit cost?" in response.text
    assert not ContactRequest.objects.exists()


# ── in Spanish ──


def test_the_language_of_the_page_is_kept_and_kept_to(client):
    assert 'action="/es/contact/call-back/"' in client.get("/es/contact/").text
    answer = client.post("/es/contact/call-back/", CALL, headers=OURS)
    assert answer["Location"] == "/es/contact/sent/"
    assert ContactRequest.objects.get().language == "es"


def test_who_writes_of_danger_in_spanish_on_the_english_page_reads_on_in_spanish(client):
    answer = write(message="ya no quiero vivir")
    assert answer["Location"] == "/es/contact/sent/now/"
    assert 'href="sms:988?&amp;body=AYUDA"' in client.get(answer["Location"]).text
