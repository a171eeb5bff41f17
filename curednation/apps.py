from django.apps import AppConfig


class CurednationConfig(AppConfig):
    """The project as an app, so that its checks run wherever it is deployed."""

    name = "curednation"
    label = "curednation"

    def ready(self) -> None:
        from curednation import production, worker_checks  # noqa: F401  (register their checks)
