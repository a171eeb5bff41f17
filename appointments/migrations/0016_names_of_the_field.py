"""Licenses, visit limits and extended holds under the names that the field has for them."""

from django.db import migrations, models

NAMES = {
    "add_licence": ("add_license", "Can add license"),
    "change_licence": ("change_license", "Can change license"),
    "delete_licence": ("delete_license", "Can delete license"),
    "view_licence": ("view_license", "Can view license"),
}


def rename_permissions(apps, schema_editor):
    permissions = apps.get_model("auth", "Permission").objects
    for was, (codename, name) in NAMES.items():
        found = permissions.filter(content_type__app_label="appointments", codename=was)
        found.update(codename=codename, name=name)


def rename_permissions_back(apps, schema_editor):
    permissions = apps.get_model("auth", "Permission").objects
    for was, (codename, name) in NAMES.items():
        found = permissions.filter(content_type__app_label="appointments", codename=codename)
        found.update(codename=was, name=name.replace("license", "licence"))


class Migration(migrations.Migration):
    dependencies = [
        ("appointments", "0015_zone_of_the_place"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.RemoveConstraint("Licence", "licence_entered_once"),
        migrations.RenameModel("Licence", "License"),
        migrations.AlterModelOptions(
            "License",
            {
                "ordering": ["state", "expires"],
                "verbose_name": "license",
                "verbose_name_plural": "licenses",
            },
        ),
        migrations.AlterField(
            "License",
            "provider",
            models.ForeignKey(
                on_delete=models.deletion.CASCADE,
                related_name="licenses",
                to="appointments.provider",
            ),
        ),
        migrations.AddConstraint(
            "License",
            models.UniqueConstraint(
                fields=("provider", "state", "number"), name="license_entered_once"
            ),
        ),
        migrations.RunPython(rename_permissions, rename_permissions_back),
        migrations.RenameField("Provider", "daily_cap", "daily_limit"),
        migrations.RenameField("Provider", "weekly_cap", "weekly_limit"),
        migrations.RenameField("Service", "daily_cap", "daily_limit"),
        migrations.RenameField("Appointment", "prolonged", "extended"),
    ]
