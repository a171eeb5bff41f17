from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DevstackConfig(AppConfig):
    name = "devstack"
    label = "devstack"
    verbose_name = _("Development services")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import curednation.production  # noqa: F401  (registers its check)
