import re
import time

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse

from tests.core.staff.people import code_of, enroll, give_password, make_staff, sign_in

pytestmark = pytest.mark.django_db
OPEN = {"login", "logout"}


def admin_addresses() -> list[str]:
    """Every address under /admin/, with 1 for each of its arguments."""

    def walk(patterns, prefix):
        for entry in patterns:
            route = prefix + re.sub(r"<[^>]*>", "1", str(entry.pattern))
            if isinstance(entry, URLResolver):
                yield from walk(entry.url_patterns, route)
            elif isinstance(entry, URLPattern) and entry.name not in OPEN:
                yield route.replace("^", "").replace("(?P1.*)$", "nowhere").replace("$", "")

    return sorted(set(walk(admin.site.urls[0], "/admin/")))


def leads_to_sign_in(answer) -> bool:
    return answer.status_code == 302 and answer["Location"].startswith("/admin/login/")


@pytest.mark.parametrize("method", ["get", "post"])
def test_no_admin_address_opens_without_signing_in(client, method):
    for address in admin_addresses():
        assert leads_to_sign_in(getattr(client, method)(address)), address


@pytest.mark.parametrize("method", ["get", "post"])
def test_no_admin_address_opens_with_a_password_alone(client, method):
    user = make_staff(is_superuser=True)
    give_password(client, user)
    assert client.session.get("_auth_user_id") == str(user.pk)
    for address in admin_addresses():
        assert leads_to_sign_in(getattr(client, method)(address)), address


def test_both_steps_open_the_admin(client):
    sign_in(client, make_staff(is_superuser=True))
    assert client.get("/admin/").status_code == 200


def test_a_recovery_code_is_a_second_step(client):
    user = make_staff(is_superuser=True)
    enroll(user)
    codes = Authenticator.objects.get(user=user, type="recovery_codes").wrap()
    give_password(client, user)
    client.post(reverse("mfa_authenticate"), {"code": codes.get_unused_codes()[0]})
    assert client.get("/admin/").status_code == 200


def test_the_setting_relaxes_the_second_step(client, settings):
    settings.STAFF_MFA_REQUIRED = False
    give_password(client, make_staff(is_superuser=True))
    assert client.get("/admin/").status_code == 200


def test_the_admin_has_no_password_form_of_its_own(client):
    user = make_staff(is_superuser=True)
    answer = client.get("/admin/login/?next=/admin/staff/user/")
    assert answer["Location"] == "/accounts/login/?next=/admin/staff/user/"
    answer = client.post("/admin/login/", {"username": user.email, "password": "whatever"})
    assert answer["Location"].startswith("/accounts/login/")
    assert "_auth_user_id" not in client.session


def test_signing_in_does_not_lead_to_another_site(client):
    sign_in(client, make_staff(is_superuser=True))
    for address in ("https://evil.example.org/", "//evil.example.org/", "javascript:alert(1)"):
        assert client.get("/admin/login/", {"next": address})["Location"] == "/admin/"


def test_somebody_without_a_second_step_is_led_to_get_one(client):
    user = make_staff(is_superuser=True)
    give_password(client, user)
    assert client.get("/admin/login/")["Location"] == reverse("mfa_index")
    assert client.get(reverse("mfa_activate_totp")).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_setting_up_the_app_is_proof_enough(client):
    give_password(client, make_staff(is_superuser=True))
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    answer = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    assert answer["Location"] == reverse("mfa_view_recovery_codes")
    codes = client.get(answer["Location"])
    assert len(codes.context["unused_codes"]) == 10
    assert client.get("/admin/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_recovery_codes_are_shown_once(client):
    give_password(client, make_staff(is_superuser=True))
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    first = client.get(reverse("mfa_view_recovery_codes"))
    code = first.context["unused_codes"][0]
    assert code in first.content.decode()
    assert code not in client.get(reverse("mfa_view_recovery_codes")).content.decode()


def test_a_wrong_code_opens_nothing(client):
    user = make_staff(is_superuser=True)
    enroll(user)
    give_password(client, user)
    answer = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert "does not fit" in answer.content.decode()
    assert leads_to_sign_in(client.get("/admin/"))


def test_an_older_password_session_cannot_take_the_second_step_away(client):
    user = make_staff(is_superuser=True)
    give_password(client, user)  # somebody who knows the password, before the owner enrols
    enroll(user)
    asks = reverse("mfa_reauthenticate")
    for name in (
        "mfa_index",
        "mfa_deactivate_totp",
        "mfa_add_webauthn",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "account_change_password",
    ):
        for answer in (client.get(reverse(name)), client.post(reverse(name))):
            assert answer["Location"].startswith(asks), name
    assert client.get("/admin/login/")["Location"].startswith(asks)


def test_removing_the_second_step_closes_the_admin(client):
    user = make_staff(is_superuser=True)
    sign_in(client, user)
    Authenticator.objects.filter(user=user).delete()
    assert leads_to_sign_in(client.get("/admin/"))


def test_enrolment_is_for_oneself_only(client):
    sign_in(client, make_staff(is_superuser=True))
    other = Authenticator.objects.create(
        user=make_staff(), type="webauthn", data={"name": "Key", "credential": {}}
    )
    for name in ("mfa_edit_webauthn", "mfa_remove_webauthn"):
        assert client.get(reverse(name, args=[other.pk])).status_code == 404


def test_somebody_who_does_not_work_here_gets_no_admin(client):
    sign_in(client, make_staff(is_staff=False))
    assert leads_to_sign_in(client.get("/admin/"))
    assert client.get("/admin/login/").status_code == 403


def test_a_session_of_one_person_proves_nothing_for_another():
    client = Client()
    sign_in(client, make_staff(is_superuser=True))
    give_password(client, make_staff(is_superuser=True))
    assert client.get("/admin/login/")["Location"] in {"/admin/", reverse("mfa_index")}


def test_a_code_works_once(client):
    user = make_staff(is_superuser=True)
    code = code_of(enroll(user))
    give_password(client, user)
    assert client.post(reverse("mfa_authenticate"), {"code": code}).status_code == 302
    app = Authenticator.objects.get(user=user, type="totp").wrap()
    assert cache.delete(app._get_used_cache_key(code))  # as after half a minute
    for again in (code, f"{code[:3]} {code[3:]}"):
        second = Client()
        give_password(second, user)
        answer = second.post(reverse("mfa_authenticate"), {"code": again})
        assert "does not fit" in answer.content.decode()
        cache.delete(app._get_used_cache_key(code))


def test_changing_how_one_signs_in_asks_again_after_a_while(client):
    sign_in(client, make_staff(is_superuser=True))
    for name in ("mfa_deactivate_totp", "mfa_add_webauthn", "mfa_generate_recovery_codes"):
        assert client.get(reverse(name)).status_code == 200
    with time_machine.travel(time.time() + 10 * 60, tick=False):
        for name in ("mfa_deactivate_totp", "mfa_add_webauthn", "mfa_generate_recovery_codes"):
            assert "reauthenticate" in client.get(reverse(name))["Location"], name
