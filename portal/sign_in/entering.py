"""Which account a proved address opens. Several people may read it: they are asked, never guessed.

A number may have gone from one person to another since it was proved. So in a browser that did not
sign in before, a proved number alone opens nothing: the date of birth is asked for, also where the
number is new here, so that the question tells nothing.
"""

import time
from datetime import date, timedelta

from django.db import transaction
from django.http import HttpRequest

from core.database import database_time
from core.languages.speaking import of_now
from core.staff.models import User
from portal import gathering, notices
from portal.models import AccountPatient, ContactPoint, Device, PatientAccount, Relation
from portal.sign_in import browsers, sessions
from portal.sign_in.codes import Reached

SESSION_KEY = "portal_proved"
# So long somebody may think of who they are, after the code was right.
PROVED_FOR = timedelta(minutes=10)


@transaction.atomic
def enter(request: HttpRequest, reached: Reached) -> PatientAccount | None:
    """Sign in whoever has proved this; None where it has to be asked first who that is."""
    accounts = accounts_at(reached)
    if _must_ask(request, reached, accounts):
        request.session[SESSION_KEY] = [reached.kind, reached.value, int(time.time())]
        return None
    account = accounts[0] if accounts else open_account(reached)
    begin(request, account, way=reached.kind)
    return account


def proved(request: HttpRequest) -> Reached | None:
    """Return what this browser proved a moment ago, while it is asked who that is."""
    kind, value, at = request.session.get(SESSION_KEY) or ("", "", 0)
    fresh = time.time() - at < PROVED_FOR.total_seconds()
    return Reached(kind, value) if value and fresh else None


@transaction.atomic
def enter_born(request: HttpRequest, reached: Reached, born: date) -> PatientAccount:
    """Sign in the one at this address who was born then; whoever is not known here as nobody yet.

    To whom the account of nobody belongs is asked inside, by name.
    """
    found = [account for account in accounts_at(reached) if _is_of(account, born)]
    own = [account for account in found if _is_own(account, born)]
    [account] = own if len(own) == 1 else found if len(found) == 1 else [_nobodys(reached)]
    begin(request, account, way=reached.kind)
    return account


@transaction.atomic
def begin(request: HttpRequest, account: PatientAccount, *, way: str) -> None:
    """Sign this account in, and tell its addresses where the browser is new to it."""
    device = sessions.begin(request, account, way=way)
    notices.new_device(account, device)


@transaction.atomic
def change_to(request: HttpRequest, account: PatientAccount, *, instead_of: PatientAccount) -> None:
    """Sign into an account of the same address whose person has now said who they are.

    The one that they came in by goes, where nobody ever was seen by it.
    """
    way = instead_of.device.way
    begin(request, account, way=way)
    if not instead_of.links.exists():
        instead_of.user.delete()


def accounts_at(reached: Reached) -> list[PatientAccount]:
    """Return the accounts that have proved this address, the oldest first."""
    at = PatientAccount.objects.filter(
        points__kind=reached.kind, points__value=reached.value, ended_at=None
    )
    return list(at.select_related("user").order_by("pk"))


@transaction.atomic
def open_account(reached: Reached) -> PatientAccount:
    """Return a new account that has proved this and sees nobody's record yet."""
    now = database_time.now()
    account = PatientAccount.objects.create(
        user=User.patients.make(), language=of_now(), created_at=now
    )
    ContactPoint.objects.create(
        account=account, kind=reached.kind, value=reached.value, proved_at=now
    )
    return account


def _must_ask(request: HttpRequest, reached: Reached, accounts: list[PatientAccount]) -> bool:
    if len(accounts) > 1:
        return True
    if reached.kind == ContactPoint.Kind.PHONE and not _is_known(request, accounts):
        return True
    return bool(accounts) and gathering.is_shared(reached.kind, reached.value, accounts[0])


def _is_known(request: HttpRequest, accounts: list[PatientAccount]) -> bool:
    """Whether the account signed in in this browser before, and did not sign it out since."""
    key = browsers.key_of(request)
    known = Device.objects.known().filter(account__in=accounts)
    return bool(key) and known.filter(browser=browsers.hash_of(key or "")).exists()


def _is_of(account: PatientAccount, born: date) -> bool:
    return any(link.patient.birth_date == born for link in account.patients)


def _is_own(account: PatientAccount, born: date) -> bool:
    own = [link for link in account.patients if link.relation == Relation.SELF]
    return any(link.patient.birth_date == born for link in own)


def _nobodys(reached: Reached) -> PatientAccount:
    """Return the account at this address that sees nobody, and never did; a new one if need be."""
    accounts = accounts_at(reached)
    used = set(
        AccountPatient.objects.filter(account__in=accounts).values_list("account", flat=True)
    )
    unused = [account for account in accounts if account.pk not in used]
    return unused[0] if unused else open_account(reached)
