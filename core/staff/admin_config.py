"""The admin with StaffSite as its default. Apart from `apps`, which may hold one config only."""

from django.contrib.admin.apps import AdminConfig


class StaffAdminConfig(AdminConfig):
    """Puts StaffSite in the place of Django's admin site."""

    default_site = "core.staff.admin_site.StaffSite"

    def ready(self) -> None:
        super().ready()
        from allauth.account.models import EmailAddress
        from allauth.mfa.models import Authenticator
        from django.contrib import admin
        from django.contrib.auth.models import Group

        # Roles are code (see `roles`), addresses stand in our own table, and the page of
        # authenticators would show the secrets that make second factors.
        for model in (Group, EmailAddress, Authenticator):
            if admin.site.is_registered(model):
                admin.site.unregister(model)
