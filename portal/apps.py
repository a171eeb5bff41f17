"""The app of the patient portal, which its readers know as "Your place"."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    """Patients' accounts, how they sign in, and the pages inside."""

    name = "portal"
    label = "portal"
    verbose_name = _("Patient portal")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let exports and erasures of records know of accounts."""
        from portal import contact_preferences, kept_accounts, overview, own_links, request_news
        from portal.calendar import menu

        kept_accounts.register()
        contact_preferences.register()
        overview.register()
        own_links.register()
        request_news.register()
        menu.register()
