"""`manage.py demo` on a database that has nothing, or somebody real."""

from collections import Counter

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from appointments.models import Appointment, Provider
from core.mail.models import EmailStatus, OutgoingEmail
from core.staff.models import User
from tests.devstack.test_demo import NOON, counts, make_texts
from tests.factories import make_patient

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _development(settings):
    settings.DEBUG = True
    settings.STAFF_MFA_REQUIRED = False


@pytest.fixture
def noon(time_machine):
    """Stop the clock at noon. No clinic is there yet."""
    make_texts()
    time_machine.move_to(NOON, tick=False)
    return time_machine


def test_two_databases_get_the_same_clinic_in_which_no_email_waits_to_be_sent(
    noon, django_capture_on_commit_callbacks
):
    def load() -> tuple[set[tuple], Counter[str]]:
        with transaction.atomic():
            with django_capture_on_commit_callbacks(execute=True):
                call_command("demo")
            rows = set(Appointment.objects.values_list("uid", "status", "starts_at", "email"))
            statuses = Counter(OutgoingEmail.objects.values_list("status", flat=True))
            transaction.set_rollback(True)
        return rows, statuses

    rows, statuses = load()
    assert set(statuses) == {EmailStatus.SENT, EmailStatus.FAILED}
    assert statuses[EmailStatus.FAILED] == 1
    assert sum(statuses.values()) < 10
    assert load() == (rows, statuses)


def test_a_database_with_real_patients_is_left_alone(noon):
    make_patient()
    before = counts()
    with pytest.raises(CommandError, match="patients who are not the demo's"):
        call_command("demo")
    assert counts() == before


def test_a_deployment_gets_nobody_whose_password_everybody_knows(noon, settings):
    settings.DEBUG = False
    with pytest.raises(CommandError, match="for development"):
        call_command("demo")
    assert not Provider.objects.exists()
    assert not User.objects.exists()
