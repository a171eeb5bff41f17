"""The names under which people look for the medicines these articles are about."""

from django.db import migrations

NAMES = [
    ("Suboxone", "buprenorphine/naloxone"),
    ("Zubsolv", "buprenorphine/naloxone"),
    ("Subutex", "buprenorphine"),
    ("Sublocade", "extended-release buprenorphine"),
    ("Brixadi", "extended-release buprenorphine"),
    ("Vivitrol", "extended-release naltrexone"),
    ("Revia", "naltrexone"),
    ("Narcan", "naloxone"),
    ("Kloxxado", "naloxone"),
    ("Antabuse", "disulfiram"),
    ("Campral", "acamprosate"),
    ("OUD", "opioid use disorder"),
    ("AUD", "alcohol use disorder"),
    ("MAT", "medication for addiction"),
    ("DTs", "delirium tremens"),
]


def write(apps, schema_editor):
    synonym = apps.get_model("articles", "Synonym")
    synonym.objects.bulk_create(
        [synonym(name=name, means=means) for name, means in NAMES], ignore_conflicts=True
    )


class Migration(migrations.Migration):
    dependencies = [("articles", "0001_initial")]
    operations = [migrations.RunPython(write, migrations.RunPython.noop, elidable=True)]
