"""The audit trail: who did what to which records, when and from where. [45 CFR 164.312(b)]"""

from collections.abc import Iterable

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.guard.client_ip import client_network
from core.staff.models import AuditEvent, User

# What an action is called in the list of the admin. Others read `act:<name of the action>`.
ACTIONS = {
    "list": _("saw a list"),
    "search": _("searched"),
    "view": _("saw"),
    "history": _("saw the history"),
    "add": _("added"),
    "change": _("changed"),
    "delete": _("deleted"),
    "export": _("exported"),
    "refused": _("was refused"),
    "sign-in": _("signed in"),
    "sign-in failed": _("failed to sign in"),
    "sign-out": _("signed out"),
    "session ended": _("was signed out"),
    "password changed": _("changed the password"),
    "second factor added": _("added a second step"),
    "second factor removed": _("removed a second step"),
    "second factor failed": _("failed the second step"),
    "recovery codes renewed": _("made new recovery codes"),
    "invited": _("was invited"),
    "book": _("booked"),
    "move": _("moved"),
    "cancel": _("cancelled"),
    "trail": _("read who saw"),
    "trail-file": _("took a file of who saw"),
    "restored": _("was restored from a backup"),
    "asked to erase": _("asked to erase"),
    "asked to restrict": _("asked to restrict"),
    "asked to lift": _("asked to lift the restriction of"),
    "took back to erase": _("took back the request to erase"),
    "took back to restrict": _("took back the request to restrict"),
    "took back to lift": _("took back the request to lift the restriction of"),
    "confirmed to erase": _("confirmed to erase"),
    "confirmed to restrict": _("confirmed to restrict"),
    "confirmed to lift": _("confirmed to lift the restriction of"),
    "refused to erase": _("refused to erase"),
    "refused to restrict": _("refused to restrict"),
    "refused to lift": _("refused to lift the restriction of"),
}


def record(
    request: HttpRequest | None,
    action: str,
    *,
    user: User | None = None,
    api_key: int | None = None,
    model: str = "",
    object_pks: Iterable[object] = (),
    count: int | None = None,
) -> AuditEvent:
    """Write one row, or raise: what cannot be recorded must not happen.

    `user` is the one who acts; left out, whoever is signed in, unless a program acts, by the API
    key of this number. `object_pks` are the records that were shown or touched.
    """
    if user is None and api_key is None and request is not None and request.user.is_authenticated:
        user = request.user
    return AuditEvent.objects.create(
        user_pk=user.pk if user else None,
        email=user.email if user else "",
        api_key=api_key,
        action=action[:80],
        model=model,
        object_pks=[str(pk) for pk in object_pks],
        count=count,
        network=client_network(request) if request is not None else "",
    )
