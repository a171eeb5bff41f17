"""What an account's person is told by mail: that it was changed, or opened in another browser."""

from uuid import uuid4

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from core.mail import outbox
from core.practice.models import Practice
from portal.models import ContactPoint, Device, PatientAccount

CHANGES = {
    "new_device": _("Somebody signed in on a device that did not sign in before."),
    "passkey_added": _("A passkey was added."),
    "passkey_removed": _("A passkey was removed."),
    "point_added": _("An e-mail address or phone number was added."),
    "point_removed": _("An e-mail address or phone number was removed."),
}


def new_device(account: PatientAccount, device: Device) -> None:
    """Tell of a sign-in in a browser that is new to an account that others know already."""
    if device.is_new and account.devices.exclude(pk=device.pk).exists():
        tell(account, "new_device")


def point_added(account: PatientAccount, point: ContactPoint) -> None:
    """Tell it to the addresses that there were."""
    tell(account, "point_added", but=point)


def point_removed(account: PatientAccount, point: ContactPoint) -> None:
    """Tell it to all, the one that goes too."""
    tell(account, "point_removed")


def tell(account: PatientAccount, change: str, *, but: ContactPoint | None = None) -> None:
    """Write to each of the account's e-mail addresses; to nobody whose record is restricted."""
    links = account.links.select_related("patient__merged_into")
    if any(link.record.is_restricted for link in links):
        return
    practice = Practice.current()
    with override(account.language):
        at = date_format(timezone.localtime(timezone=practice.zone), "DATETIME_FORMAT")
        path = reverse("portal:devices")
    for point in account.proved:
        if point.kind == ContactPoint.Kind.EMAIL and point != but:
            outbox.enqueue(
                "portal_changed",
                key=f"portal:{uuid4()}",
                to=point.value,
                about=about(account),
                language=account.language,
                change=CHANGES[change],
                at=at,
                zone=practice.get_time_zone_display(),
                link=settings.SITE_URL + path,
            )


def about(account: PatientAccount) -> str:
    """Return what groups the mails about one account."""
    return f"portal:{account.pk}"
