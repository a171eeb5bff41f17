"""The column that says in which language somebody acted, and so is written to."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class LanguageColumn(models.CharField):
    """A code of LANGUAGES. Forms and workflows see to that; no migration names them all."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        default = settings.LANGUAGE_CODE
        usual: dict[str, Any] = {"verbose_name": _("language"), "max_length": 10}
        usual |= {"default": default, "db_default": default}
        super().__init__(*args, **usual | kwargs)

    def deconstruct(self) -> Any:
        """Be a plain column in migrations: they must not depend on this class."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs
