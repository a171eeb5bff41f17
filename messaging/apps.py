"""The app of messages: a patient asks between visits, the clinic answers."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MessagingConfig(AppConfig):
    """Threads, their messages and what is attached to them."""

    name = "messaging"
    label = "messaging"
    verbose_name = _("Messages")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Show messages inside the portal, and let exports and erasures know of them."""
        from messaging import kept_records, portal_parts

        kept_records.register()
        portal_parts.register()
