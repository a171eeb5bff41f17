"""The answers to “Was this helpful?” under the name that the field has for them."""

from django.db import migrations, models
from django.db.models.deletion import CASCADE

ACTIONS = ("add", "change", "delete", "view")


def rename_permissions(apps, schema_editor):
    rename(apps, "opinion", "feedback")


def rename_permissions_back(apps, schema_editor):
    rename(apps, "feedback", "opinion")


def rename(apps, was, now):
    permissions = apps.get_model("auth", "Permission").objects
    for action in ACTIONS:
        found = permissions.filter(
            content_type__app_label="articles", codename=f"{action}_{was}"
        )
        found.update(codename=f"{action}_{now}")


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0009_facts_with_a_date"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.RenameModel("Opinion", "Feedback"),
        migrations.AlterField(
            "feedback",
            "article",
            models.ForeignKey(
                "articles.article", CASCADE, related_name="feedback", verbose_name="article"
            ),
        ),
        migrations.RunPython(rename_permissions, rename_permissions_back),
    ]
