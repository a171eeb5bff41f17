"""Which account a proved address opens. Several people may read it: they are asked."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from core.database import database_time
from core.languages.speaking import of_now
from core.staff.models import User
from portal.models import ContactPoint, PatientAccount
from portal.sign_in import sessions
from portal.sign_in.codes import Reached


def enter(request: HttpRequest, reached: Reached, next_url: str) -> HttpResponse:
    """Sign in whoever has proved this, into a new account where there is none."""
    with transaction.atomic():
        account = _account_at(reached) or open_account(reached)
        sessions.begin(request, account, way=reached.kind)
    return sessions.keep_known(request, redirect(next_url))


@transaction.atomic
def open_account(reached: Reached) -> PatientAccount:
    """Return a new account that has proved this and sees nobody's record yet."""
    now = database_time.now()
    user = User.patients.make()
    account = PatientAccount.objects.create(user=user, language=of_now(), created_at=now)
    ContactPoint.objects.create(
        account=account, kind=reached.kind, value=reached.value, proved_at=now
    )
    return account


def _account_at(reached: Reached) -> PatientAccount | None:
    at = PatientAccount.objects.filter(
        points__kind=reached.kind, points__value=reached.value, ended_at=None
    )
    return at.select_related("user").order_by("pk").first()
