"""Tries are counted by who tries: a stranger, even one with the password, keeps nobody out."""

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from core.mail.models import OutgoingEmail
from tests.core.staff.people import PASSWORD, code_of, enroll, give_password, make_staff

pytestmark = pytest.mark.django_db
CODE, AGAIN = reverse("mfa_authenticate"), reverse("mfa_reauthenticate")


def stranger(nth: int = 9) -> Client:
    return Client(REMOTE_ADDR=f"203.0.{nth}.9")


def guess(client: Client, user, times: int, **typed) -> str:
    """Type the password, which is known, and that many wrong codes."""
    give_password(client, user)
    for _ in range(times):
        answer = client.post(CODE, typed or {"code": "000000"})
    return answer.content.decode()


def gets_in(client: Client, user, secret: str) -> bool:
    give_password(client, user)
    client.post(CODE, {"code": code_of(secret)})
    return client.session.get("_auth_user_id") == str(user.pk)


@pytest.mark.parametrize("networks", [1, 4])
def test_wrong_codes_of_a_stranger_do_not_block_the_owner(networks):
    user = make_staff()
    secret = enroll(user)
    for nth in range(networks):
        assert "Too many tries" in guess(stranger(nth), user, 6)
    assert gets_in(Client(), user, secret)


def test_wrong_codes_of_many_networks_are_counted_together(settings):
    settings.LIMITS = settings.LIMITS | {"codes_elsewhere": "8/hour"}
    user = make_staff()
    secret = enroll(user)
    for nth in range(4):
        guess(stranger(nth), user, 4)
    assert not gets_in(stranger(99), user, secret)


def test_who_signed_in_from_there_before_gets_in_whatever_others_do(settings):
    settings.LIMITS = settings.LIMITS | {"codes_elsewhere": "8/hour"}
    user = make_staff()
    secret = enroll(user)
    codes = Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()
    home = Client()
    give_password(home, user)
    home.post(CODE, {"code": codes[0]})
    for nth in range(4):
        guess(stranger(nth), user, 4)
    assert gets_in(Client(), user, secret)


def test_right_codes_are_not_counted():
    user = make_staff()
    enroll(user)
    codes = Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()
    for code in codes[:7]:
        client = Client()
        give_password(client, user)
        assert client.post(CODE, {"code": code}).status_code == 302


def test_passkeys_that_a_stranger_makes_up_do_not_block_the_owners_code():
    user = make_staff()
    secret = enroll(user)
    made_up = '{"id":"AAAA","rawId":"AAAA","type":"public-key","response":{}}'
    guess(stranger(), user, 12, credential=made_up)
    assert gets_in(Client(), user, secret)


def test_asking_again_of_one_session_does_not_use_up_that_of_another():
    user = make_staff()
    thief = stranger()
    give_password(thief, user)  # before the owner enrols
    secret = enroll(user)
    for _ in range(15):
        thief.post(AGAIN, {"code": "000000"})
    owner = Client()
    give_password(owner, user)
    owner.post(CODE, {"code": code_of(secret)})
    assert owner.post(AGAIN, {"code": "111111"}).status_code == 200


def test_wrong_passwords_of_a_stranger_do_not_block_the_owner():
    user = make_staff()
    for nth in range(3):
        for _ in range(6):
            give_password(stranger(nth), user, "guess")
    client = Client()
    give_password(client, user, PASSWORD)
    assert client.session.get("_auth_user_id") == str(user.pk)


def test_asking_for_a_password_for_somebody_does_not_use_up_theirs(settings):
    settings.LIMITS = settings.LIMITS | {"passwords_per_address": "99/hour"}
    user = make_staff()
    for nth in range(12):
        stranger(nth).post(reverse("account_reset_password"), {"email": user.email})
    answer = Client().post(reverse("account_reset_password"), {"email": user.email})
    assert answer.status_code == 302
    [email] = OutgoingEmail.objects.filter(to=user.email, status="waiting")
    assert email.template == "account_password_reset"
