"""Providers and hours come out as a CSV file, and in again after a look at what it changes."""

import csv
import html
import io
from datetime import date, time, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from appointments.models import Provider, Status
from appointments.scheduling import weeks
from appointments.scheduling.weeks import Span
from tests.appointments.staff_clients import signed_in
from tests.factories import make_appointment, make_hours, make_provider, make_service
from tests.page_forms import read_forms

pytestmark = pytest.mark.django_db
IMPORT = reverse("admin:appointments_provider_import")
EXPORT = reverse("admin:appointments_provider_export")


@pytest.fixture(autouse=True)
def _without_a_second_factor(settings) -> None:
    settings.STAFF_MFA_REQUIRED = False


@pytest.fixture
def manager(db) -> Client:
    return signed_in("manager")


def text_of(answer) -> str:
    return html.unescape(answer.content.decode())


def exported(client: Client) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get(EXPORT).content.decode("utf-8-sig"))))


def look(client: Client, text: str, **also):
    file = SimpleUploadedFile("providers.csv", text.encode())
    data = {"file": file, "since": f"{date.today() + timedelta(days=1)}", "look": "yes"} | also
    return client.post(IMPORT, data)


def save(client: Client, answer):
    [form] = [each for each in read_forms(answer.content.decode()) if "text" in each.fields]
    return client.post(IMPORT, form.sent(save="yes"))


def written(rows: list[dict[str, str]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def everything() -> list:
    return [
        list(Provider.objects.order_by("pk").values()),
        [list(each.weekly_hours.order_by("pk").values()) for each in Provider.objects.all()],
        [list(each.licenses.order_by("pk").values()) for each in Provider.objects.all()],
    ]


def test_what_goes_out_comes_in_without_a_change(manager):
    provider = make_provider(states=["TN", "KY"], hours="", name="Robin O’Vale", credentials="=NP")
    make_hours(provider, "09:00-12:00", weekdays=range(5))
    make_hours(provider, "13:00-00:00", weekdays=range(5))
    make_service(providers=[provider], name="First visit")
    before = everything()
    answer = look(manager, client_text := manager.get(EXPORT).content.decode())
    assert client_text.startswith("\ufeff")
    assert "'=NP" in client_text  # no formula
    assert "<td>Nothing</td>" in text_of(answer)
    assert everything() == before


def test_a_file_is_looked_at_first_and_then_saved_as_a_whole(manager):
    make_service(providers=[], name="First visit")
    row = {
        "name": "Robin Vale",
        "credentials": "PMHNP",
        "time zone": "America/Los_Angeles",
        "services": "first visit",
        "licenses": "TN: N-1 (2098-12-31); KY: K 2 (2097-01-31)",
        "monday": "9 am - 12 pm; 1:00 PM – 5 PM",
    }
    answer = look(manager, written([row]))
    shown = text_of(answer)
    assert "Nothing is saved yet." in shown
    assert "license: KY K 2 (2097-01-31)" in shown
    assert "hours: Monday 9:00 am – 12:00 pm, 1:00 pm – 5:00 pm" in shown
    assert not Provider.objects.exists()
    assert save(manager, answer).status_code == 302
    provider = Provider.objects.get()
    assert (provider.slug, provider.languages, provider.active) == ("robin-vale", "English", True)
    assert provider.licenses.count() == 2
    assert provider.services.get().name == "First visit"
    assert weeks.spans_on(provider.weekly_hours.all(), weeks.today_of(provider)) == [
        Span(0, time(9), time(12)),
        Span(0, time(13), time(17)),
    ]


def test_of_a_provider_who_is_there_what_differs_is_changed_and_nothing_taken_away(manager):
    provider = make_provider(states=["TN"], video_room="https://video.example.org/a")
    [row] = exported(manager)
    sent = {
        "address": row["address"],
        "name": row["name"],
        "tuesday": "",
        "licenses": "KY: 1 (2098-01-01)",
    }
    answer = look(manager, written([sent]))
    assert save(manager, answer).status_code == 302
    provider.refresh_from_db()
    assert provider.video_room == "https://video.example.org/a"
    assert sorted(provider.licenses.values_list("state", flat=True)) == ["KY", "TN"]
    in_a_week = weeks.spans_on(provider.weekly_hours.all(), date.today() + timedelta(days=7))
    assert {span.weekday for span in in_a_week} == {0, 2, 3, 4, 5, 6}
    today = weeks.spans_on(provider.weekly_hours.all(), date.today())
    assert len(today) == 7, "until the day from which it holds"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"time zone": "Mars/Olympus"}, "Line 2: time zone: “Mars/Olympus” is not a time zone."),
        ({"services": "Surgery"}, "services: there is none called Surgery."),
        ({"licenses": "TN N-1"}, "licenses: “TN N-1” is none."),
        ({"licenses": "XX: 1 (2098-01-01)"}, "licenses: XX:"),
        ({"licenses": "TN: 1 (2098-02-31)"}, "is none."),
        ({"monday": "9-5"}, "monday: “9-5” are no hours."),
        ({"monday": "5 pm - 9 am"}, "are no hours."),
        ({"monday": "9 am - 1 pm; 12 pm - 5 pm"}, "overlap."),
        ({"name": ""}, "name: This field is required."),
        ({"accepts new": "perhaps"}, "accepts new: write yes or no."),
        ({"e-mail": "nobody"}, "e-mail:"),
        ({"shoe size": "44"}, "No column is called “shoe size”."),
    ],
)
def test_what_cannot_be_is_told_with_its_line_and_nothing_is_saved(manager, changes, sentence):
    make_provider()
    [row] = exported(manager)
    before = everything()
    good = row | dict.fromkeys(changes, "") if "shoe size" in changes else row
    answer = look(manager, written([row | changes, good | {"address": "", "name": "Another"}]))
    assert answer.status_code == 200
    assert sentence in text_of(answer)
    assert everything() == before


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00",
        b"name\n",
        b'name\n"never closed',
        b"name\n\0x",
        b"just words",
        b"a" * 600_000,
    ],
)
def test_what_is_no_such_file_is_refused_with_a_sentence(manager, content):
    data = {"file": SimpleUploadedFile("x.csv", content), "since": f"{date.today()}", "look": "yes"}
    answer = manager.post(IMPORT, data)
    assert answer.status_code == 200
    assert 'role="alert"' in text_of(answer) or "errorlist" in text_of(answer)
    assert not Provider.objects.exists()


def test_a_file_that_disturbs_visits_shows_them_before_it_is_saved(manager):
    visit = make_appointment()
    [row] = exported(manager)
    answer = look(manager, written([row | {"sees patients": "no"}]))
    conflicts = save(manager, answer)
    assert f"visit-{visit.pk}" in text_of(conflicts)
    assert Provider.objects.get().active
    [form] = [form for form in read_forms(conflicts.content.decode()) if "text" in form.fields]
    assert manager.post(IMPORT, form.sent(**{"conflicts-all": "cancel"})).status_code == 302
    visit.refresh_from_db()
    assert (visit.status, Provider.objects.get().active) == (Status.CANCELLED, False)


@pytest.mark.parametrize("role", ["front desk", "clinician", "editor"])
def test_the_file_is_for_managers(role):
    client = signed_in(role)
    assert client.get(EXPORT).status_code == 403
    assert client.get(IMPORT).status_code == 403
    assert look(client, "name\nRobin Vale\n").status_code == 403
    assert not Provider.objects.exists()
