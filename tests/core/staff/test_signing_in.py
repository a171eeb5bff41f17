import re
from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.mail.models import OutgoingEmail
from core.staff.accounts import invitations
from core.staff.models import User
from tests.core.staff.people import (
    PASSWORD,
    code_of,
    enroll,
    give_password,
    make_manager,
    make_staff,
    sign_in,
)

pytestmark = pytest.mark.django_db
NEW_PASSWORD = "a lantern beside the door"


def is_signed_in(client: Client, user: User) -> bool:
    return client.session.get("_auth_user_id") == str(user.pk)


def link_in(email: OutgoingEmail) -> str:
    [link] = re.findall(r"http\S+", email.text)
    return urlsplit(link).path


def choose_password(client: Client, link: str, password: str = NEW_PASSWORD):
    form = client.get(link, follow=True)
    address = form.redirect_chain[-1][0]
    return client.post(address, {"password1": password, "password2": password})


def test_the_address_may_be_written_in_any_case(client):
    user = User.objects.create_user("Robin.Case@Example.org", PASSWORD, name="Robin")
    user.email = "ROBIN.case@example.org"
    give_password(client, user)
    assert is_signed_in(client, user)


def test_two_people_cannot_share_an_address():
    one = make_staff(email="one@example.org")
    same = User(name="Two", email="ONE@example.org")
    with pytest.raises(ValidationError, match="Somebody on the staff has this e-mail address"):
        same.full_clean(exclude=["password"])
    for address in ("one@example.org", "ONE@example.org"):
        with pytest.raises(IntegrityError, match="staff_"), transaction.atomic():
            User.objects.create(name="Two", email=address)
    assert User.objects.get() == one


def test_createsuperuser_asks_for_e_mail_and_name(monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    options = {"email": "boss@example.org", "name": "Boss Example", "interactive": False}
    call_command("createsuperuser", verbosity=0, **options)
    user = User.objects.get(email="boss@example.org")
    assert user.is_superuser
    assert user.is_staff
    assert user.check_password(PASSWORD)


def test_nobody_can_sign_up(client):
    answer = client.post(
        reverse("account_signup"),
        {"email": "new@example.org", "password1": NEW_PASSWORD, "password2": NEW_PASSWORD},
    )
    assert "By invitation" in answer.content.decode()
    assert not User.objects.exists()


def test_a_manager_invites_somebody_who_then_sets_a_password(client):
    sign_in(client, make_manager())
    group = make_manager().groups.get()
    client.post(
        "/admin/staff/user/add/",
        {"name": "Kim Example", "email": "kim@example.org", "groups": group.pk, "is_active": "on"},
    )
    kim = User.objects.get(email="kim@example.org")
    assert not kim.has_usable_password()
    assert kim.is_staff
    assert not kim.is_superuser
    [email] = OutgoingEmail.objects.filter(to="kim@example.org")
    assert email.secret

    browser = Client()
    answer = choose_password(browser, link_in(email))
    assert answer["Location"] == "/admin/"
    assert browser.get("/admin/", follow=True).redirect_chain[-1][0] == reverse("mfa_index")
    kim.refresh_from_db()
    assert kim.check_password(NEW_PASSWORD)


def test_a_link_works_once(client):
    user = make_staff()
    invitations.send_link(user)
    link = link_in(OutgoingEmail.objects.get())
    choose_password(client, link)
    answer = Client().get(link, follow=True)
    assert "This link has run out" in answer.content.decode()


def test_a_link_names_our_own_site_whatever_the_request_says(settings, client):
    settings.ALLOWED_HOSTS = ["*"]
    settings.SITE_URL = "https://clinic.example.org"
    user = make_staff()
    client.post(
        reverse("account_reset_password"), {"email": user.email}, headers={"host": "evil.example"}
    )
    assert (
        "https://clinic.example.org/accounts/password/reset/key/"
        in OutgoingEmail.objects.get().text
    )


def test_a_new_password_does_not_replace_the_second_step(client):
    user = make_staff(is_superuser=True)
    secret = enroll(user)
    invitations.send_link(user)
    answer = choose_password(client, link_in(OutgoingEmail.objects.get()))
    assert answer["Location"] == reverse("mfa_authenticate")
    assert not is_signed_in(client, user)
    client.post(answer["Location"], {"code": code_of(secret)})
    assert is_signed_in(client, user)


def test_asking_for_a_password_looks_the_same_for_known_and_unknown_addresses():
    def ask(email: str):
        client = Client()
        with CaptureQueriesContext(connection) as queries:
            answer = client.post(reverse("account_reset_password"), {"email": email})
        shape = [re.sub(r"\W.*", "", query["sql"]) for query in queries]
        return answer.status_code, answer["Location"], shape, dict(answer.cookies)

    known, gone = make_staff(), make_staff(is_active=False)
    ask("warm.up@example.org")
    answers = [ask(email) for email in (known.email, gone.email, "nobody@example.org")]
    assert answers[0] == answers[1] == answers[2]
    assert OutgoingEmail.objects.count() == 4


def test_a_wrong_password_looks_the_same_for_known_and_unknown_addresses(client):
    known = give_password(client, make_staff(), "wrong").content.decode()
    unknown = give_password(client, User(email="nobody@example.org"), "wrong").content.decode()

    def bare(page: str) -> str:
        return re.sub(r'value="[^"]*"', "", page)

    assert bare(known) == bare(unknown)
    assert "do not belong together" in known


def test_an_address_that_was_taken_away_opens_nothing(client):
    user = make_staff(email="old@example.org")
    client.post(reverse("account_reset_password"), {"email": "old@example.org"})
    User.objects.filter(pk=user.pk).update(email="new@example.org")
    give_password(client, user)
    assert not is_signed_in(client, user)
    OutgoingEmail.objects.all().delete()
    client.post(reverse("account_reset_password"), {"email": "old@example.org"})
    assert OutgoingEmail.objects.get().template == "account_unknown"


def test_a_stranger_cannot_keep_somebody_out(client):
    user = make_staff()
    stranger = Client(REMOTE_ADDR="203.0.113.9")
    for _ in range(12):
        last = give_password(stranger, user, "guess")
    assert last.status_code == 429 or "Too many tries" in last.content.decode()
    give_password(client, user)
    assert is_signed_in(client, user)


def test_guessing_passwords_is_stopped(client):
    user = make_staff()
    for _ in range(5):
        give_password(client, user, "guess")
    assert "Too many tries" in give_password(client, user).content.decode()
    assert not is_signed_in(client, user)


def test_guessing_codes_is_stopped(client):
    user = make_staff()
    secret = enroll(user)
    give_password(client, user)
    for _ in range(5):
        client.post(reverse("mfa_authenticate"), {"code": "000000"})
    answer = client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    assert "Too many tries" in answer.content.decode()


def test_too_many_requests_get_a_page_that_helps(client, settings):
    settings.LIMITS = settings.LIMITS | {"passwords_per_address": "100/hour"}
    for _ in range(11):
        answer = client.post(reverse("account_reset_password"), {"email": "nobody@example.org"})
    assert answer.status_code == 429
    assert "Wait a few minutes" in answer.content.decode()


@pytest.mark.parametrize(
    "email", ["no address", "a" * 300 + "@example.org", "ü@exämple.org", "a\0@b.org"]
)
def test_a_malformed_address_gets_an_answer(client, email):
    for name, field in (("account_login", "login"), ("account_reset_password", "email")):
        answer = client.post(reverse(name), {field: email, "password": "x\0y"})
        assert answer.status_code in {200, 302, 400}


def test_weak_passwords_are_refused_beside_the_field(client):
    user = make_staff(name="Robin Example")
    for password in ("short", "password1234", "robin example"):
        invitations.send_link(user)
        answer = choose_password(client, link_in(OutgoingEmail.objects.latest("pk")), password)
        assert answer.status_code == 200
        assert (
            "password1" in answer.context["form"].errors
            or "password2" in answer.context["form"].errors
        )


def test_starting_over_takes_factors_password_and_sessions(client):
    user = make_staff("clinician")
    sign_in(client, user)
    manager = Client()
    sign_in(manager, make_manager())
    data = {"action": "start_over", "_selected_action": user.pk}
    manager.post("/admin/staff/user/", data)
    user.refresh_from_db()
    assert not user.has_usable_password()
    assert not Authenticator.objects.filter(user=user).exists()
    assert client.get("/admin/").status_code == 302
    assert OutgoingEmail.objects.filter(to=user.email, template="account_invited").count() == 1


def test_a_manager_cannot_touch_somebody_above_them(client):
    boss = make_staff(is_superuser=True, email="boss@example.org")
    sign_in(client, make_manager())
    address = f"/admin/staff/user/{boss.pk}/change/"
    answer = client.post(address, {"name": "X", "email": "x@example.org", "is_active": "on"})
    assert answer.status_code == 403
    for action in ("start_over", "send_link"):
        client.post("/admin/staff/user/", {"action": action, "_selected_action": boss.pk})
    boss.refresh_from_db()
    assert boss.has_usable_password()
    assert boss.email == "boss@example.org"
    assert not OutgoingEmail.objects.exists()


def test_a_manager_cannot_make_anyone_a_superuser(client):
    manager = make_manager()
    sign_in(client, manager)
    client.post(
        f"/admin/staff/user/{manager.pk}/change/",
        {"name": "M", "email": manager.email, "is_active": "on", "is_superuser": "on"},
    )
    manager.refresh_from_db()
    assert manager.name == "M"
    assert not manager.is_superuser


def test_changes_of_an_account_are_told_by_mail(client):
    user = make_staff()
    sign_in(client, user)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD},
    )
    email = OutgoingEmail.objects.get(to=user.email)
    assert "The password was changed." in email.text
    assert user.name not in email.text


def test_no_mail_leaves_past_the_outbox(client):
    client.post(reverse("account_reset_password"), {"email": make_staff().email})
    assert mail.outbox == []
