"""The providers: who is shown, by what they are found, and when they are free next."""

import json
import re
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from appointments.models import Provider
from core.staff.models import User
from tests.articles.factories import make_article
from tests.factories import (
    make_appointment,
    make_license,
    make_provider,
    make_service,
    monday,
)

pytestmark = pytest.mark.django_db


def make_listed(**values) -> Provider:
    return make_provider(**{"listed": True} | values)


def test_only_who_sees_patients_and_was_chosen_is_shown(client):
    make_listed(name="Ida Shown", slug="ida")
    make_listed(name="Ole Left", slug="ole", active=False)
    make_provider(name="Eva Unasked", slug="eva")
    text = client.get("/providers/").text
    assert "Ida Shown" in text
    assert "Ole Left" not in text
    assert "Eva Unasked" not in text
    assert [client.get(f"/providers/{slug}/").status_code for slug in ("ida", "ole", "eva")] == [
        *(200, 404, 404)
    ]
    assert client.get("/providers/ole/next-free/").status_code == 404


def test_the_list_is_narrowed_by_state_language_and_care(client):
    one = make_listed(name="Ida One", states=["TN"], languages="English, Spanish")
    two = make_listed(name="Ole Two", states=["KY"], languages="English and Tamil")
    make_service(providers=[one], slug="counseling")
    make_service(providers=[two], slug="first")
    for query, found in (
        ("state=tn", {"Ida One"}),
        ("language=tamil", {"Ole Two"}),
        ("care=counseling", {"Ida One"}),
        ("state=tn&language=tamil", set()),
        ("state=&language=english", {"Ida One", "Ole Two"}),
    ):
        text = client.get(f"/providers/?{query}").text
        assert {name for name in ("Ida One", "Ole Two") if name in text} == found, query


def test_a_filter_that_nobody_has_leads_to_what_is_left_of_it(client):
    make_listed(states=["TN"])
    answer = client.get("/providers/?state=tn&language=klingon")
    assert answer["Location"] == "/providers/?state=tn"
    assert client.get("/providers/?state=<b>").status_code == 200
    assert client.get("/providers/?page=x").status_code == 404
    assert client.get("/providers/?page=2").status_code == 404


def test_a_license_counts_to_the_end_of_its_last_day_and_no_longer(client):
    provider = make_listed(slug="ida", states=["TN"])
    make_service(providers=[provider])
    make_license(provider, "KY", expires=timezone.now().date() - timedelta(days=3))
    text = client.get("/providers/ida/").text
    assert 'href="/states/tennessee/"' in text
    assert "Kentucky" not in text


def test_the_page_leads_into_booking_with_that_provider(client):
    provider = make_listed(name="Ida Berg", slug="ida", states=["TN"])
    other = make_provider(states=["TN", "KY"])
    make_service(providers=[provider, other], slug="first")
    assert 'href="/book/?with=ida"' in client.get("/providers/ida/").text
    states = client.get("/book/?with=ida").text
    assert 'href="/book/tn/?with=ida"' in states
    assert "/book/ky/" not in states
    assert "Ida Berg" in states
    assert "/book/elsewhere/" not in states, "others may hold a license there"
    assert '<a class="more" href="/book/">My state is not here' in states
    kinds = client.get("/book/tn/?with=ida").text
    assert '<input type="hidden" name="with" value="ida">' in kinds
    chosen = client.get("/book/tn/?service=first&with=ida")
    assert chosen["Location"] == "/book/tn/first/?with=ida"
    times = client.get("/book/tn/first/?with=ida").text
    assert 'class="done"><a href="/book/?with=ida"' in times
    assert 'class="done"><a href="/book/tn/?with=ida"' in times


def test_who_cannot_be_booked_there_gives_way_to_everyone(client):
    provider = make_listed(slug="ida", states=["TN"])
    make_service(providers=[provider, make_provider(states=["KY"])], slug="first")
    page = client.get("/book/ky/?with=ida")
    assert "cannot be booked here" in page.text
    assert 'value="first"' in page.text
    assert "cannot be booked here" in client.get("/book/?with=nobody").text


def test_the_next_free_times_are_those_of_now_and_nowhere_in_the_kept_page(client):
    provider = make_listed(slug="ida", hours="10:00-10:30")
    service = make_service(providers=[provider], notice_hours=0)
    first = client.get("/providers/ida/next-free/")
    assert first.text.count("10:00 am") == 3
    assert "Central Time" in first.text
    assert first["Cache-Control"] == "no-store"
    for days in range(15):
        make_appointment(service=service, starts_at=monday("10:00") + timedelta(days=days - 14))
    assert "10:00 am" not in client.get("/providers/ida/").text


def test_free_times_cost_the_same_whatever_is_booked(client, django_assert_max_num_queries):
    provider = make_listed(slug="ida")
    make_service(providers=[provider])
    with django_assert_max_num_queries(8):
        client.get("/providers/ida/next-free/")


def test_who_reviews_and_sees_patients_leads_from_one_page_to_the_other(client):
    article = make_article()
    account = User.objects.create(email="ida@example.org", name="Ida Berg", is_staff=True)
    contributor = article.reviewer or article.author
    contributor.user = account
    contributor.save()
    make_listed(name="Ida Berg", slug="ida", account=account)
    page = client.get("/providers/ida/").text
    assert contributor.get_absolute_url() in page
    assert article.get_absolute_url() in page
    assert 'href="/providers/ida/"' in client.get(contributor.get_absolute_url()).text


def test_search_engines_are_told_who_somebody_is(client, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    make_listed(name="Ole Plain", slug="ole", credentials="", about="")
    known = make_listed(name="Ida Berg", slug="ida", credentials="MD", about="Sees people at home.")
    known.photo.save("ida.png", ContentFile(b"x"), save=True)

    def told(slug: str) -> dict:
        html = client.get(f"/providers/{slug}/").text
        [text] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.S)
        return json.loads(text)

    assert {"honorificSuffix", "description", "image"}.isdisjoint(told("ole"))
    person = told("ida")
    assert person["honorificSuffix"] == "MD"
    assert person["description"] == "Sees people at home."
    assert person["image"].endswith(known.photo.url)


def test_without_a_portrait_there_are_letters_before_a_sunrise(client):
    make_listed(name="Ida Berg", slug="ida")
    page = client.get("/providers/ida/").text
    assert "#ill-monogram" in page
    assert ">IB<" in page


def test_a_clinic_that_shows_nobody_says_how_one_learns_who_it_is(client):
    make_service()
    text = client.get("/providers/").text
    assert "You see who it is before you book." in text
    assert "Who you will meet" not in client.get("/").text


def test_the_sitemaps_hold_providers_and_served_states(client):
    provider = make_listed(slug="ida", states=["TN"])
    make_service(providers=[provider])
    assert "/providers/ida/</loc>" in client.get("/sitemap-providers.xml").text
    states = client.get("/sitemap-states.xml").text
    assert "/states/tennessee/</loc>" in states
    assert "/states/ohio/" not in states
