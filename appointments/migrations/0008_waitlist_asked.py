from django.db import migrations, models


class Migration(migrations.Migration):
    """One more word for the status of a place in line. Nothing changes in the database."""

    dependencies = [
        ("appointments", "0007_erased_visits"),
    ]

    operations = [
        migrations.AlterField(
            model_name="waitlistentry",
            name="status",
            field=models.CharField(
                choices=[
                    ("asked", "Not confirmed"),
                    ("waiting", "Waiting"),
                    ("fulfilled", "Has a time"),
                    ("left", "Left"),
                    ("removed", "Removed by staff"),
                    ("ended", "Ended by itself"),
                ],
                default="waiting",
                max_length=9,
                verbose_name="status",
            ),
        ),
    ]
