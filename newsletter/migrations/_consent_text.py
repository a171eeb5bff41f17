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
    """Write the first version; where it is the newest, one more, in Spanish as well."""
    texts = apps.get_model("newsletter", "ConsentText").objects
    newest = texts.order_by("-version").first()
    if newest is None or (newest.text == TEXT and not newest.i18n):
        version = newest.version + 1 if newest else 1
        texts.create(version=version, text=TEXT, i18n={"text_es": SPANISH})
