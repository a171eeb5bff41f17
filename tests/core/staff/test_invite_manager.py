"""`manage.py invite_manager`: whoever has the server lets a manager in, and the trail says so."""

import pytest
from django.core.management import CommandError, call_command

from core.mail.models import OutgoingEmail
from core.staff import roles
from core.staff.models import AuditEvent, User
from tests.core.staff.people import make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def known_roles():
    roles.apply()


def invite(*options: str, email: str = "Dana@clinic.test") -> None:
    call_command("invite_manager", "--name=Dana O'Hara", f"--email={email}", *options)


def links() -> int:
    return OutgoingEmail.objects.filter(to="dana@clinic.test").count()


def test_a_new_manager_is_invited_once_and_again_only_when_that_is_asked():
    invite()
    user = User.objects.get(email="dana@clinic.test")
    assert (user.is_staff, user.is_superuser, user.has_usable_password()) == (True, False, False)
    assert [group.name for group in user.groups.all()] == ["manager"]
    assert links() == 1
    invite()
    assert links() == 1
    invite("--again")
    assert links() == 2
    events = AuditEvent.objects.filter(action="invited", object_pks=[str(user.pk)])
    assert events.count() == 3


def test_who_was_let_go_does_not_come_back_by_the_command():
    make_staff("manager", email="dana@clinic.test", is_active=False)
    with pytest.raises(CommandError, match="was let go"):
        invite()
    assert links() == 0


def test_an_address_that_is_none_is_refused():
    with pytest.raises(CommandError, match="valid email"):
        invite(email="dana")
    assert not User.objects.exists()
