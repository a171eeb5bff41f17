"""A visit by video needs a room: staff hear of one that is missing before a patient does."""

import pytest
from django.urls import reverse

from appointments.models import Provider, Service
from tests.appointments.staff_clients import signed_in
from tests.factories import make_provider, make_service
from tests.page_forms import read_forms

pytestmark = pytest.mark.django_db
NO_ROOM, CALLED = "No video room", "told that we call them"


@pytest.fixture(autouse=True)
def _without_a_second_factor(settings) -> None:
    settings.STAFF_MFA_REQUIRED = False


def save(kind: str, row: Provider | Service, **changes: str) -> str:
    """Save it as it stands, with changes; the page that follows."""
    manager = signed_in("manager")
    address = reverse(f"admin:appointments_{kind}_change", args=[row.pk])
    form = next(form for form in read_forms(manager.get(address).text) if "slug" in form.choices)
    data = {name: value for name, value in form.fields.items() if not name.startswith("_")}
    if isinstance(row, Service):  # the form helper keeps one of several
        data["providers"] = list(row.providers.values_list("pk", flat=True))
    response = manager.post(address, data | changes, follow=True)
    assert response.redirect_chain, response.context["adminform"].form.errors
    return response.text


def test_taking_away_the_room_of_who_sees_patients_by_video_is_told(db):
    provider = make_provider(name="Anna Berg", hours="")
    make_service(providers=[provider])
    assert NO_ROOM not in save("provider", provider)
    page = save("provider", provider, video_room="")
    assert "No video room: Anna Berg, NP." in page
    assert CALLED in page


def test_a_service_by_video_with_somebody_without_a_room_is_told(db):
    here, there = make_provider(name="Anna Berg"), make_provider(name="Bo Lin", video_room="")
    service = make_service(providers=[here, there], channel="phone")
    assert NO_ROOM not in save("service", service)
    page = save("service", service, channel="video")
    assert "No video room: Bo Lin, NP." in page


@pytest.mark.parametrize(
    ("provider", "service"),
    [({"active": False}, {}), ({}, {"active": False}), ({}, {"channel": "phone"})],
)
def test_nothing_is_told_where_no_patient_can_meet_it(provider, service):
    made = make_provider(video_room="", hours="", **provider)
    make_service(providers=[made], **service)
    assert NO_ROOM not in save("provider", made)


def test_the_first_page_of_the_admin_names_them_for_who_can_give_them_a_room(db):
    provider = make_provider(name="Bo Lin", video_room="")
    make_service(providers=[provider])
    index = reverse("admin:to_do")
    assert CALLED in signed_in("manager").get(index).text
    assert "Bo Lin" in signed_in("manager").get(index).text
    assert CALLED not in signed_in("front desk").get(index).text
    Provider.objects.update(video_room="https://video.example.org/room")
    assert CALLED not in signed_in("manager").get(index).text
