"""The first version of each text that a patient agrees to, so that a new site can be used.

A practice has them reviewed and adds its own as version 2 in the admin.
"""

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

TEXTS = {
    "telehealth": (
        "I agree to receive care by video or phone. I understand that I can stop at any time, that "
        "technology can fail and that we may then finish by phone, and that my provider may ask me "
        "to be seen in person if that is safer for me. I will be in the state that I chose when the "
        "visit takes place."
    ),
    "email": (
        "I agree that you send messages about my visits to the e-mail address I gave. I understand "
        "that e-mail is not fully private. The messages hold my first name, the time of the visit, "
        "your phone number and a private link, and never say what the visit is for."
    ),
}


def write(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    ConsentText = apps.get_model("appointments", "ConsentText")
    ConsentText.objects.bulk_create(
        [ConsentText(kind=kind, version=1, text=text) for kind, text in TEXTS.items()],
        ignore_conflicts=True,
    )
