"""The time page keeps what the patient has chosen as far as it can."""

import re
from datetime import timedelta

import pytest

from tests.factories import make_provider, make_service, make_time_off, monday

pytestmark = pytest.mark.django_db


def test_choosing_a_provider_keeps_the_day_where_they_have_times_on_it(client):
    here, away = make_provider(slug="here"), make_provider(slug="away")
    service = make_service(providers=[here, away], slug="visit")
    day = monday().date() + timedelta(days=1)
    make_time_off(away, day)
    page = client.get(f"/book/tn/visit/?day={day}").text
    assert links(page, "with-here") == f"/book/tn/visit/?with=here&day={day}"
    assert links(page, "with-away") == "/book/tn/visit/?with=away"
    assert links(page, "with-anyone") == f"/book/tn/visit/?day={day}"
    assert service.slug in page


def links(page: str, name: str) -> str:
    found = re.search(rf'id="{name}" href="([^"]+)"', page)
    assert found
    return found[1].replace("&amp;", "&")
