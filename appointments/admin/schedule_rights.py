"""Whose hours somebody may change: everybody's, or those of the provider who they are."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from appointments.models import Provider

EVERYBODY = "appointments.schedule_provider"


def may_schedule_everybody(user: Any) -> bool:
    """Return whether they may change anybody's hours, and close the clinic."""
    return user.has_perm(EVERYBODY)


def own_provider(user: Any) -> Provider | None:
    """Return the provider who this account belongs to."""
    return Provider.objects.filter(account=user.pk).first()


def may_change(user: Any, provider: int | None) -> bool:
    """Return whether they may change the hours of this provider; None is the whole clinic."""
    if may_schedule_everybody(user):
        return True
    own = own_provider(user)
    return own is not None and own.pk == provider


def schedulable(user: Any) -> QuerySet[Provider]:
    """Return the providers whose hours they may change."""
    providers = Provider.objects.all()
    return providers if may_schedule_everybody(user) else providers.filter(account=user.pk)


def why_none(user: Any) -> str:
    """Return what to say to somebody who may change hours and is nobody's account; else ""."""
    if may_schedule_everybody(user) or own_provider(user):
        return ""
    return _(
        "Your account is linked to no provider yet, so there are no hours that you may change. "
        "A manager links it on the provider’s page."
    )
