"""Whatever is sent: a clear word, what was typed is kept, nothing is booked, never a 500."""

import json
from copy import deepcopy
from datetime import timedelta
from html import escape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from appointments import links
from appointments.models import Appointment, ConsentText, Status
from core.mail.models import OutgoingEmail
from tests.appointments import booking_steps
from tests.factories import make_appointment, make_provider, make_service, monday
from tests.page_forms import read_forms

pytestmark = pytest.mark.django_db

EMOJI, HEBREW, ARABIC = "Zoë 🌻👩‍⚕️", "נועה לוי", "مريم الخطيب"
QUOTES = "Grace \"O'Hara\" & 'Ada'"
MARKUP = '"><script>alert(1)</script>{{ 7|add:7 }}'
STRANGE = {
    "emoji": EMOJI,
    "right-to-left": HEBREW,
    "overrides": "\u202egnal\u202c\u200b",
    "markup": MARKUP,
    "quotes": "O'Hara; DROP TABLE--",
    "long": "x" * 10_000,
    "nul": "Grace\0",
    "controls": "Grace\r\nBcc: all@example.org\x1b[2J",
    "lone surrogate": "\udce4",
    "spaces": " \t\u00a0\u3000 ",
    "combining": "Z\u0351\u036b\u0343" * 15,
    "empty": "",
}
TEXTS = ["booked_by", "first_name", "last_name", "birth_date", "phone", "email"]


@pytest.fixture
def service():
    return make_service(slug="first-visit")


@pytest.fixture
def held(client, service):
    """The address of the details of this client's hold."""
    response = client.post("/book/tn/first-visit/", {"slot": booking_steps.slot(monday())})
    assert response.status_code == 302
    return response.url


def details(**answers) -> dict:
    texts = {f"agree_{t.kind}": str(t.pk) for t in ConsentText.current()}
    return booking_steps.DETAILS | texts | {"zone": "America/Chicago"} | answers


def booked() -> int:
    return Appointment.objects.exclude(patient=None).count()


# ── addresses ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/book/?state=XX", 400),
        ("/book/?state=CA", 400),  # nobody is licensed there
        ("/book/?state=%F0%9F%8C%BB", 400),
        ("/book/?state=", 200),
        ("/book/?state=TN&state=XX", 400),
        ("/book/zz/", 404),
        ("/book/TENNESSEE/", 404),
        ("/book/ca/", 200),
        ("/book/TN/", 200),
        ("/book/tn/?service=nothing", 400),
        ("/book/tn/?service=", 200),
        ("/book/tn/no-such-visit/", 404),
        ("/book/ca/first-visit/", 200),
        ("/book/tn/first-visit/?with=" + "x" * 10_000, 200),
        ("/book/details/not-a-uuid/", 404),
        ("/appointments/short.token/", 404),
        ("/appointments/" + "A" * 22 + "." + "A" * 43 + "/", 404),
        ("/appointments/" + "A" * 5000 + "." + "A" * 43 + "/", 404),
        ("/appointments/" + "%D7%90" * 22 + "." + "A" * 43 + "/", 404),
        ("/book/done/" + "A" * 22 + "." + "A" * 43 + "/", 404),
    ],
)
def test_an_unknown_place_visit_or_link_gets_a_page_that_says_so(client, service, path, status):
    response = client.get(path)
    assert response.status_code == status
    assert b"<h1" in response.content
    if status == 400:
        assert "One thing to fix" in response.content.decode()


DAYS = [
    "",
    "tomorrow",
    "2027-13-45",
    "0001-01-01",
    "9999-12-31",
    "2020-01-01",
    "27-1-1",
    "-1",
    "𝟚𝟘𝟚𝟟-𝟘𝟙-𝟘𝟙",
    "x" * 10_000,
]


@pytest.mark.parametrize("day", DAYS)
def test_a_day_that_cannot_be_booked_shows_the_first_that_can(client, service, day):
    visit = make_appointment(service=service)
    for path in (
        "/book/tn/first-visit/",
        "/book/tn/first-visit/times/",
        links.page(visit, "reschedule"),
    ):
        response = client.get(path, {"day": day})
        assert response.status_code == 200
        html = response.content.decode()
        assert ("That day cannot be booked" in html) is bool(day)
        assert 'name="slot"' in html


# ── times ─────────────────────────────────────────────────────────────────────

MALFORMED = [
    "",
    "ten o’clock",
    "2027-02-30T10:00Z",
    "2027-01-01T25:00Z",
    "2027-01-01T10:00",
    "2027-01-01T10:00+00:00",
    "2027-01-01 10:00Z",
    "1e9",
    "x" * 10_000,
    "\0",
    "２０２７-01-01T10:00Z",
    "9" * 400,
    "0001-01-01T00:00Z",
    "9999-12-31T23:59Z",
]
NOT_OFFERED = {
    "past": "2020-01-06T16:00Z",
    "far": "2999-12-31T23:59Z",
    "off the grid": booking_steps.slot(monday("10:07")),
    "at night": booking_steps.slot(monday("03:00")),
}


@pytest.mark.parametrize("slot", MALFORMED)
def test_a_time_that_cannot_be_read_is_asked_for_again_beside_the_times(client, service, slot):
    visit = make_appointment(service=service, starts_at=monday("16:00"))
    for path in ("/book/tn/first-visit/", links.page(visit, "reschedule")):
        response = client.post(path, {"slot": slot})
        assert response.status_code == 400
        html = response.content.decode()
        assert "Please choose one of the times." in html
        assert 'name="slot"' in html
    assert Appointment.objects.get().sequence == 0


@pytest.mark.parametrize("slot", NOT_OFFERED.values(), ids=NOT_OFFERED)
def test_a_time_that_is_not_offered_is_not_given_and_others_are_shown(client, service, slot):
    visit = make_appointment(service=service, starts_at=monday("16:00"))
    for path in ("/book/tn/first-visit/", links.page(visit, "reschedule")):
        response = client.post(path, {"slot": slot})
        assert response.status_code == 409
        html = response.content.decode()
        assert "Someone was a moment faster." in html
        assert 'name="slot"' in html
    visit = Appointment.objects.get()
    assert (visit.starts_at, visit.sequence) == (monday("16:00"), 0)


def test_the_nearest_times_are_shown_for_one_off_the_grid(client, service):
    response = client.post("/book/tn/first-visit/", {"slot": booking_steps.slot(monday("10:07"))})
    html = response.content.decode()
    for clock in ("09:30", "10:00", "10:30", "11:00"):
        assert booking_steps.slot(monday(clock)) in html


def test_a_time_in_a_state_where_nobody_is_licensed_is_not_given(client, service):
    response = client.post("/book/ca/first-visit/", {"slot": booking_steps.slot(monday())})
    assert response.status_code == 409
    assert not Appointment.objects.exists()


# ── details ───────────────────────────────────────────────────────────────────

WRONG = {
    "booked_for": ["", "nobody", "x" * 10_000, "self\0", EMOJI],
    "contact": ["", "pigeon", "\0", MARKUP],
    "first_name": ["", " ", "x" * 61],
    "last_name": ["x" * 61, "\u200b", "\u200e\u200f", "\u2066\u2069", "\u3164"],
    "birth_date": [
        "",
        "1121988",  # January 12 or November 2?
        "112 1988",
        "1 121988",
        "011288",
        "yesterday",
        "13/45/1988",
        "02/30/1988",
        "04/17/15",
        "04/17/3000",
        "04/17/1700",
        "0000-00-00",
        "9" * 50,
    ],
    "phone": [
        "",
        "615-555-0117 room 4",
        "615-555-0117/x12/x13",
        "call me",
        "555",
        "+1 615",
        "1" * 200,
        "tel:+16155550117;ext=" + "9" * 80,
    ],
    "email": [
        "",
        "grace",
        "grace@",
        "@example.org",
        "a b@example.org",
        "grace@example",
        "x" * 300 + "@example.org",
        "grace@" + "x" * 300 + ".org",
        "a@b.c\nBcc: d@e.org",
        "grace@exa mple.org",
        "grace@@example.org",
    ],
    "zone": ["", "Mars/Olympus", "America/Los_Angeles", "\0", "x" * 10_000],
    "agree_email": ["", "on", "0", "999999999999999999999", "x" * 10_000, "\0"],
    "agree_telehealth": ["", "-1"],
}


@pytest.mark.parametrize("field", WRONG)
def test_a_wrong_answer_gets_a_word_beside_its_field_and_everything_typed_is_kept(
    client, held, field
):
    for value in WRONG[field]:
        _gets_a_word_beside_its_field(client.post, held, field, value)
    assert booked() == 0


def _gets_a_word_beside_its_field(post, held: str, field: str, value: str) -> None:
    typed = details(first_name="Ottilie", last_name="Quist", email="ottilie@example.org")
    response = post(held, typed | {field: value})
    assert response.status_code == 200, repr(value)
    html = response.content.decode()
    form = next(form for form in read_forms(html) if form.id == "details")
    assert f'id="error_1_id_{field}"' in html or f'href="#id_{field}' in html
    assert "Error:" in html.partition("</title>")[0]
    for name in ("first_name", "last_name", "email", "phone", "birth_date", "contact"):
        if name != field:
            assert form.fields[name] == typed[name]
    if field in TEXTS:
        assert form.fields[field].strip() == value.strip()


@pytest.mark.parametrize("value", STRANGE.values(), ids=STRANGE)
def test_strange_text_in_any_field_never_breaks_the_page(client, held, value):
    # A lone surrogate cannot be sent in UTF-8: the bytes are what a broken program would send.
    value = value.encode("utf-8", "surrogateescape") if "\udce4" in value else value
    cookies = deepcopy(client.cookies)
    for field in TEXTS:
        client.cookies = deepcopy(cookies)
        with transaction.atomic():  # each meets the hold as it was
            _never_breaks_the_page(client, held, field, value)
            transaction.set_rollback(True)


def _never_breaks_the_page(client: Client, held: str, field: str, value: str | bytes) -> None:
    response = client.post(held, details() | {field: value})
    assert response.status_code in (200, 302), field
    assert booked() == (response.status_code == 302), field
    html = response.content.decode()
    assert "<script>alert" not in html
    assert "14" not in html.partition("{{ 7")[2][:2]
    if response.status_code == 302:
        done = client.get(response.url)
        assert done.status_code == 200
        assert b"<script>alert" not in done.content
        [mail] = OutgoingEmail.objects.all()
        assert "\n" not in mail.subject
        assert "<script>" not in mail.html


@pytest.mark.parametrize("name", [EMOJI, HEBREW, ARABIC, "O’Hara", "Nuñez-O'Neil", "李"])
def test_any_persons_name_books_and_is_stored_as_typed(client, held, name):
    done = client.get(client.post(held, details(first_name=name)).url)
    visit = Appointment.objects.get()
    assert visit.patient.first_name == name
    assert visit.status == Status.BOOKED
    first = name.split()[0]  # the greeting
    assert escape(first, quote=False).replace("'", "&#x27;") in done.content.decode()
    assert first in OutgoingEmail.objects.get().text


@pytest.mark.parametrize(
    "email", ["grace@exämple.org", "jörg@example.org", "用户@example.org", "g.r+x@example.org"]
)
def test_an_address_with_any_letters_is_booked_or_refused_with_a_word(client, held, email):
    response = client.post(held, details(email=email))
    if response.status_code == 302:
        assert Appointment.objects.get().email == email
        assert OutgoingEmail.objects.get().to == email
    else:
        assert "Write the whole address" in response.content.decode()


def test_the_longest_address_that_is_one_can_book(client, held):
    labels = ".".join(["x" * 60] * 3)
    email = f"{'g' * 60}@{labels}.org"
    assert 240 < len(email) <= 254
    assert client.post(held, details(email=email)).status_code == 302
    assert OutgoingEmail.objects.get().to == email


def test_an_answer_given_twice_counts_once(client, held):
    response = client.post(held, details() | {"first_name": ["Ada", "Grace"]})
    assert response.status_code == 302
    assert Appointment.objects.get().patient.first_name == "Grace"


def test_fields_that_nobody_asked_for_change_nothing(client, held):
    sent = details() | {"status": "completed", "price_cents": "1", "provider": "1", "id": "7"}
    assert client.post(held, sent).status_code == 302
    visit = Appointment.objects.get()
    assert (visit.status, visit.price_cents) == (Status.BOOKED, None)


def test_what_is_carried_through_the_taken_page_may_be_anything(client, held):
    Appointment.objects.update(held_until=monday(weeks=-2))
    other = Client()
    other.post("/book/tn/first-visit/", {"slot": booking_steps.slot(monday())})
    page = client.post(held, details(first_name=QUOTES, booked_by=EMOJI))
    assert page.status_code == 409
    html = page.content.decode()
    assert QUOTES not in html
    assert EMOJI in html
    forged = {
        "typed-first_name": "\0" * 9,
        "typed-zone": "x" * 10_000,
        "typed-": "x",
        "typed-agree_email": "on",
        "typed-birth_date": MARKUP,
    }
    page = client.post(
        "/book/tn/first-visit/", forged | {"slot": booking_steps.slot(monday("15:00"))}
    )
    assert page.status_code == 200
    assert "<script>alert" not in page.content.decode()


def test_a_hold_cannot_be_turned_into_one_for_another_time(client, held):
    client.post(held, details() | {"slot": booking_steps.slot(monday("15:00")), "starts_at": "x"})
    assert Appointment.objects.get().starts_at == monday()


def test_a_visit_that_begins_meanwhile_is_not_booked(client, held):
    begun = monday(weeks=-2)
    Appointment.objects.update(
        starts_at=begun,
        ends_at=begun + timedelta(minutes=30),
        blocked=(begun, begun + timedelta(minutes=30)),
    )
    response = client.post(held, details())
    assert response.status_code == 409
    assert booked() == 0


# ── requests ──────────────────────────────────────────────────────────────────

POSTS = [
    "/book/tn/first-visit/",
    "/book/tn/first-visit/times/",
    "/book/zone/guess/",
    "/appointments/lost-link/",
]
BODIES = [
    (json.dumps({"slot": "2027-01-01T10:00Z"}), "application/json"),
    ("<slot/>", "text/xml"),
    ("slot=1", "text/plain"),
    ("no boundary", "multipart/form-data"),
    ("--x\r\nbroken", "multipart/form-data; boundary=x"),
    ("slot=%FF%FE&=&&&%", "application/x-www-form-urlencoded"),
    ("slot=1", "application/x-www-form-urlencoded; charset=no-such-charset"),
    (b"\x00\xff" * 100, "application/octet-stream"),
    ("&".join(f"f{n}=1" for n in range(2000)), "application/x-www-form-urlencoded"),
    ("slot=" + "x" * 3_000_000, "application/x-www-form-urlencoded"),
]


@pytest.mark.parametrize(("body", "kind"), BODIES, ids=range(len(BODIES)))
def test_a_body_that_is_no_form_is_refused_with_a_page(client, service, held, body, kind):
    for path in (*POSTS, held, held + "extend/"):
        response = client.generic("POST", path, body, content_type=kind)
        assert response.status_code < 500
    assert booked() == 0


def test_a_file_in_place_of_a_text_is_a_missing_answer(client, held):
    upload = SimpleUploadedFile("name.txt", b"Grace")
    response = client.post(held, details() | {"first_name": upload})
    assert response.status_code == 200
    assert "Please write the first name." in response.content.decode()


@pytest.mark.parametrize("where", ["path", "query", "cookie"])
def test_a_nul_in_path_query_or_cookie_is_refused(client, service, held, where):
    visit = make_appointment(service=service, starts_at=monday("16:00"))
    for path in ("/book/", "/book/tn/", "/book/tn/first-visit/", held, links.page(visit)):
        if where == "path":
            response = client.get(path[:-1] + "%00/")
        elif where == "query":
            response = client.get(path + "?state=%00&service=%00&day=%00&with=%00")
        else:
            cookie = "visitor=a\0b; zone=America/\0; csrftoken=\0; sessionid=\0"
            response = client.get(path, HTTP_COOKIE=cookie)
        assert response.status_code in (400, 404)
        assert b"<h1" in response.content


@pytest.mark.parametrize(
    "value", ["", "x", "x" * 4000, "é" * 20, "a" * 20, '"; DROP', "../../etc/passwd", "America/"]
)
def test_cookies_that_say_anything_are_ignored(client, service, value):
    cookie = "; ".join(f"{name}={value}" for name in ("visitor", "zone", "proof", "sessionid"))
    response = client.get("/book/tn/first-visit/", HTTP_COOKIE=cookie.encode().decode("latin-1"))
    assert response.status_code == 200
    assert "Central Time" in response.content.decode()


def test_the_zone_cookie_may_name_only_a_zone_with_a_clock_of_its_own(client, service):
    for zone in ("Etc/GMT+5", "posixrules", "localtime", "right/America/New_York", "US/Pacific"):
        client.cookies["zone"] = zone
        assert client.get("/book/tn/first-visit/").status_code == 200


@pytest.mark.parametrize("field", ["reason"])
@pytest.mark.parametrize("value", ["x" * 10_000, "a\0b"])
def test_a_reason_that_cannot_be_kept_gets_a_word_and_cancels_nothing(client, field, value):
    visit = make_appointment(starts_at=monday())
    response = client.post(links.page(visit, "cancel"), {field: value})
    assert response.status_code == 200
    assert 'id="error_1_id_reason"' in response.content.decode()
    visit.refresh_from_db()
    assert visit.status == Status.BOOKED


@pytest.mark.parametrize("email", ["", "grace", "a\0b@example.org", "x" * 300 + "@example.org"])
def test_an_address_to_send_links_to_that_is_none_gets_a_word(client, email):
    response = client.post("/appointments/lost-link/", {"email": email})
    assert response.status_code == 200
    assert 'id="error_1_id_email"' in response.content.decode()
    assert not OutgoingEmail.objects.exists()


def test_the_first_press_of_an_old_page_after_all_providers_left_says_so(client, service):
    service.providers.clear()
    response = client.post("/book/tn/first-visit/", {"slot": booking_steps.slot(monday())})
    assert response.status_code == 409
    assert client.get("/book/tn/first-visit/").status_code == 200


def test_hours_and_rules_at_their_limits_still_make_a_page(client):
    provider = make_provider(hours="00:00-00:00", time_zone="America/Adak")
    long = make_service(
        providers=[provider],
        slug="long",
        minutes=480,
        step=5,
        buffer_before=240,
        buffer_after=240,
        notice_hours=0,
        horizon_days=365,
    )
    assert client.get(f"/book/tn/{long.slug}/").status_code == 200
