"""Signing in to one's own place: by a code that was sent to an address, the same for everybody."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.guard import rate_limits
from core.mail.models import OutgoingEmail
from core.staff.models import AuditEvent, User
from portal.models import PatientAccount, SignInCode
from tests.core.staff.people import make_staff
from tests.factories import make_appointment, make_patient
from tests.portal.signing_in import make_account, sign_in, sign_in_to

DOOR, CODE, HOME = (reverse(f"portal:{name}") for name in ("sign_in", "code", "home"))
WHO = reverse("portal:gather")
GRACE = "grace@example.org"

pytestmark = pytest.mark.django_db


def code_sent(nth: int = 1) -> str:
    """The code of the newest mail, or of one before it."""
    mail = OutgoingEmail.objects.order_by("-pk")[nth - 1]
    [found] = re.findall(r"^(\d{3} \d{3}|\d{5} \d{5})$", mail.text, re.MULTILINE)
    return found


def ask(client: Client, email: str = GRACE) -> None:
    assert client.post(DOOR, {"email": email}).url == CODE


def wrong(code: str) -> str:
    return "".join(str((int(digit) + 1) % 10) for digit in code if digit.isdigit())


def is_in(client: Client) -> bool:
    return client.get(HOME).status_code == 200


# ── in by three inputs, out by one button ──


def test_an_address_and_a_code_open_the_place_and_sign_out_closes_it(client):
    account = make_account(make_patient(email=GRACE))
    assert client.get(HOME).url == f"{DOOR}?next=%2Fme%2F"
    asked = client.post(f"{DOOR}?next=/me/devices/", {"email": "Grace@Example.org"})
    page = client.get(asked.url).content.decode()
    assert 'autocomplete="one-time-code"' in page
    assert 'inputmode="numeric"' in page
    entered = client.post(asked.url, {"code": code_sent()})
    assert entered.url == "/me/devices/"
    page = client.get(HOME)
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]
    assert page["Referrer-Policy"] == "same-origin"
    assert "noindex" in page["X-Robots-Tag"]
    assert account.devices.get().way == "email"
    assert client.post(reverse("portal:sign_out")).url == DOOR
    assert not is_in(client)


def test_the_whole_door_speaks_spanish(client):
    make_account(make_patient(email=GRACE))
    asked = client.post("/es/me/sign-in/", {"email": GRACE})
    assert asked.url == "/es/me/sign-in/code/"
    assert "Su código" in OutgoingEmail.objects.get().subject
    assert client.post(asked.url, {"code": code_sent()}).url == "/es/me/"
    assert PatientAccount.objects.get().language == "es"


def test_a_page_of_another_site_is_never_where_the_door_leads(client):
    make_account(make_patient(email=GRACE))
    asked = client.post(f"{DOOR}?next=https://evil.example/", {"email": GRACE})
    assert client.post(asked.url, {"code": code_sent()}).url == HOME
    assert client.get(f"{DOOR}?next=//evil.example/").url == HOME  # who is in already, too


def test_who_is_new_is_told_so_kindly_and_offered_a_visit(client):
    ask(client)
    assert client.post(CODE, {"code": code_sent()}).url == WHO
    page = client.get(HOME).content.decode()
    assert "There is nothing here yet" in page
    assert reverse("appointments:choose_state") in page


# ── what a stranger learns, and what it costs us ──


def test_known_and_unknown_addresses_get_the_same_by_the_same_work(client):
    patient = make_patient(email=GRACE)
    make_appointment(patient=patient)
    make_account(patient)
    make_patient(email="booked@example.org")
    ask(client, "warm-up@example.org")
    seen = set()
    for email in (GRACE, "booked@example.org", "never@example.org"):
        browser = Client()
        browser.get(DOOR)
        with CaptureQueriesContext(connection) as queries:
            answer = browser.post(DOOR, {"email": email})
        page = browser.get(answer.url).content.decode().replace(email, "")
        page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)
        sent = OutgoingEmail.objects.filter(to=email)
        kinds = [re.match(r"\w+", query["sql"])[0] for query in queries]
        seen.add((answer.status_code, answer.url, page, tuple(kinds), sent.count()))
        wrong_code = browser.post(CODE, {"code": wrong(code_sent())})
        seen.add((wrong_code.status_code, "This is not the code" in wrong_code.content.decode()))
    assert len(seen) == 2
    assert OutgoingEmail.objects.get(to=GRACE).template == "sign_in_code"


def test_nothing_of_the_code_or_the_address_is_kept_in_the_clear_beside_the_mail(client):
    ask(client)
    row = SignInCode.objects.get()
    digits = code_sent().replace(" ", "")
    assert digits not in str(SignInCode.objects.values().get())
    mail = OutgoingEmail.objects.get()
    assert (mail.secret, mail.to) == (True, GRACE)
    assert digits not in mail.subject.replace(" ", "")
    assert GRACE not in mail.about + mail.key
    assert client.session["portal_code"] not in str(vars(row))


def test_a_code_works_in_the_browser_that_asked_and_nowhere_else(client):
    ask(client)
    thief = Client()
    assert thief.post(CODE, {"code": code_sent()}).url == DOOR
    ask(thief, "thief@example.org")
    assert "This is not the code" in thief.post(CODE, {"code": code_sent(2)}).content.decode()
    assert not is_in(thief)


def test_a_code_works_once(client):
    ask(client)
    kept = dict(client.cookies)
    code = code_sent()
    client.post(CODE, {"code": code})
    assert is_in(client)
    again = Client()
    again.cookies.update(kept)
    assert again.post(CODE, {"code": code}).url == DOOR
    make_account(make_patient(email=GRACE, first_name="Adam"))
    ask(again)
    code = code_sent()
    assert again.post(CODE, {"code": code}).url == WHO  # where it is asked first who that is, too
    assert again.post(CODE, {"code": code}).url == DOOR


def test_a_late_code_is_refused_and_a_new_one_is_a_button_away(client):
    ask(client)
    code = code_sent()
    with time_machine.travel(timezone.now() + timedelta(minutes=10, seconds=1)):
        page = client.post(CODE, {"code": code}).content.decode()
        assert "This code is too old" in page
        assert client.post(reverse("portal:resend")).url == f"{CODE}?sent=1"
        assert "A new code is on its way" in client.get(f"{CODE}?sent=1").content.decode()
        client.post(CODE, {"code": code_sent()})
        assert is_in(client)


def test_a_new_code_ends_the_one_before(client):
    ask(client)
    first = code_sent()
    client.post(reverse("portal:resend"))
    second = code_sent()
    if first != second:
        assert "This is not the code" in client.post(CODE, {"code": first}).content.decode()
    client.post(CODE, {"code": second.replace(" ", "-")})
    assert is_in(client)


def test_five_tries_are_all_and_the_right_code_comes_too_late_then(client):
    ask(client)
    for _ in range(5):
        client.post(CODE, {"code": wrong(code_sent())})
    page = client.post(CODE, {"code": code_sent()}).content.decode()
    assert "too many tries" in page
    assert 'name="code"' not in page  # one thing is left to do
    assert "Send a new code" in page
    assert not is_in(client)
    ask(client)
    client.post(CODE, {"code": code_sent()})
    assert is_in(client)


def test_a_stranger_who_asks_again_and_again_neither_guesses_nor_keeps_the_owner_out(client):
    for _ in range(8):
        Client().post(DOOR, {"email": GRACE}, REMOTE_ADDR="198.51.100.7")
    mails = OutgoingEmail.objects.filter(to=GRACE)
    assert mails.count() == 4  # three short codes, and one long one for all who ask
    ask_owner = client.post(DOOR, {"email": GRACE}, REMOTE_ADDR="203.0.113.9")
    if ask_owner.status_code == 429:  # a little work first, for the address is asked about much
        rate_limits.forget("sign_in_codes_per_address", GRACE)
        ask(client)
    assert mails.count() == 4
    assert re.search(r"\d{5} \d{5}", code_sent())
    stranger = Client()
    rate_limits.forget("sign_in_codes_per_address", GRACE)
    ask(stranger)
    for _ in range(5):
        stranger.post(CODE, {"code": "0000000000"})
    client.post(CODE, {"code": code_sent()})
    assert is_in(client)


def test_one_network_tries_no_more_codes_than_its_limit(client, settings, refusals_unlogged):
    settings.LIMITS = settings.LIMITS | {"code_tries": "2/hour"}
    ask(client)
    tries = [client.post(CODE, {"code": wrong(code_sent())}).status_code for _ in range(3)]
    assert tries == [200, 200, 429]
    elsewhere = client.post(CODE, {"code": code_sent()}, REMOTE_ADDR="203.0.113.9")
    assert elsewhere.status_code == 302


# ── sessions ──


def test_signing_in_gives_the_session_a_new_key_and_empties_it(client):
    make_account(make_patient(email=GRACE))
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    before = session.session_key
    ask(client)
    client.post(CODE, {"code": code_sent()})
    assert client.session.session_key != before
    assert "planted" not in client.session
    fixed = Client()
    fixed.cookies[settings.SESSION_COOKIE_NAME] = before
    assert not is_in(fixed)


@pytest.mark.parametrize(("minutes", "still"), [(29, True), (31, False)])
def test_whoever_is_away_for_half_an_hour_is_signed_out(client, minutes, still):
    sign_in(client, make_patient())
    now = timezone.now()
    with time_machine.travel(now + timedelta(minutes=25)):  # a page that asks by itself is nobody
        assert client.get(HOME, headers={"X-Passive": "1"}).status_code == 200
    with time_machine.travel(now + timedelta(minutes=minutes)):
        assert is_in(client) is still
        if not still:
            assert "You were away for a while" in client.get(DOOR).content.decode()


def test_after_half_a_day_everybody_signs_in_anew_however_busy(client):
    account = sign_in(client, make_patient())
    began = timezone.now()
    for minutes in range(20, 12 * 60, 20):
        with time_machine.travel(began + timedelta(minutes=minutes)):
            account.devices.update(seen_at=timezone.now())
            assert is_in(client)
    with time_machine.travel(began + timedelta(hours=11, minutes=50)):
        client.post(f"{DOOR}?again=1", {"email": GRACE})  # what the session keeps begins anew
    with time_machine.travel(began + timedelta(hours=12, seconds=1)):
        account.devices.update(seen_at=timezone.now())
        assert not is_in(client)


def test_signed_out_on_all_devices_is_signed_out_on_all(client):
    account = sign_in(client, make_patient())
    phone = Client()
    sign_in_to(phone, account)
    assert client.post(reverse("portal:end_all")).url == DOOR
    assert not is_in(client)
    assert not is_in(phone)


def test_a_patient_is_nobody_to_the_staffs_pages_and_in_the_trail(client):
    account = sign_in(client, make_patient())
    ask(other := Client())
    other.post(CODE, {"code": code_sent()})
    for path in ("/admin/", "/accounts/2fa/", "/accounts/password/change/", "/api/v1/bookings"):
        assert client.get(path).status_code in (302, 401, 404), path
    assert client.get("/accounts/login/").status_code == 200
    assert client.post("/accounts/still-here/").status_code == 403
    assert not AuditEvent.objects.exists()
    assert list(User.objects.all()) == []
    assert account.user not in User.objects.all()
    assert is_in(client)


def test_a_patients_row_has_nothing_that_opens_the_back_office(client):
    user = sign_in(client, make_patient()).user
    for change in (
        {"is_staff": True},
        {"is_superuser": True},
        {"password": "x"},
        {"name": "x"},
        {"email": "a@b.org"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            User.patients.filter(pk=user.pk).update(**change)
    client.post("/accounts/password/reset/", {"email": User.patients.first().email})
    assert not OutgoingEmail.objects.filter(to__endswith="patient.invalid").exists()


def test_a_nurse_may_be_a_patient_and_one_sign_in_ends_the_other(client):
    nurse = make_staff("front desk", email=GRACE)
    client.force_login(nurse, backend=settings.AUTHENTICATION_BACKENDS[0])
    assert "member of the staff" in client.get(DOOR).content.decode()
    ask(client)
    client.post(CODE, {"code": code_sent()})
    assert is_in(client)
    assert client.get("/admin/").status_code == 302
    assert AuditEvent.objects.latest("pk").action == "sign-out"
    client.force_login(nurse, backend=settings.AUTHENTICATION_BACKENDS[0])
    assert not is_in(client)
