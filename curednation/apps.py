from django.apps import AppConfig


class CurednationConfig(AppConfig):
    """The project as an app, so that its checks run wherever it is deployed."""

    name = "curednation"
    label = "curednation"

    def ready(self) -> None:
        from django.conf import settings

        from curednation import (
            error_reports,
            production,  # noqa: F401  (registers its checks)
            worker_checks,  # noqa: F401  (the same)
        )

        error_reports.start(settings.SENTRY_DSN, site=settings.SITE_URL)
