"""The text that subscribers agree to, from the first day. A change is a new version."""

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

TEXT = (
    "You may send me your newsletter by e-mail, about once a month. I can stop at any time with"
    " the link in each letter."
)
SPANISH = (
    "Pueden enviarme su boletín por correo electrónico, más o menos una vez al mes. Puedo darme de"
    " baja en cualquier momento con el enlace que viene en cada boletín."
)


def write(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    texts = apps.get_model("newsletter", "ConsentText").objects
    texts.get_or_create(version=1, defaults={"text": TEXT})


def write_spanish(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Where the first version is the newest, add one that says the same in Spanish, too."""
    texts = apps.get_model("newsletter", "ConsentText").objects
    newest = texts.order_by("-version").first()
    if newest is not None and newest.text == TEXT and not newest.i18n:
        texts.create(version=newest.version + 1, text=TEXT, i18n={"text_es": SPANISH})
