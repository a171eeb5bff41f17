"""The text that subscribers agree to, from the first day. A change is a new version."""

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

TEXT = (
    "You may send me your newsletter by e-mail, about once a month. I can stop at any time with"
    " the link in each letter."
)


def write(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    texts = apps.get_model("newsletter", "ConsentText").objects
    texts.get_or_create(version=1, defaults={"text": TEXT})
