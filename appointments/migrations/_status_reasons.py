"""The reasons with which a new clinic begins. Managers change the list in the admin."""

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

REASONS = {
    "cancelled": (
        "The patient asked",
        "The provider is away",
        "The patient goes elsewhere",
        "Booked by mistake",
    ),
    "late": ("Ill", "Work or family", "No way to join", "No reason given"),
    "no_show": ("Did not come", "Could not connect", "No answer by phone"),
}


def write(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    StatusReason = apps.get_model("appointments", "StatusReason")
    StatusReason.objects.bulk_create(
        StatusReason(kind=kind, text=text, position=place)
        for kind, texts in REASONS.items()
        for place, text in enumerate(texts, 1)
    )
