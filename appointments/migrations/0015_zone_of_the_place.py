"""Name the patient's place in visits and places in line that are still to come.

They had the zone of the browser that booked, wherever it was. What is past stays as it was told.
"""

from django.db import migrations
from django.utils import timezone

EASTERN, CENTRAL, MOUNTAIN, PACIFIC = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
)
# Each state's zones, as they are on the day of this migration; that of most of its people first.
ONE_ZONE = {
    EASTERN: "CT DE DC GA ME MD MA NH NJ NY NC OH PA RI SC VT VA WV",
    CENTRAL: "AL AR IL IA LA MN MS MO OK WI",
    MOUNTAIN: "CO MT NM UT WY",
    PACIFIC: "CA WA",
    "Pacific/Honolulu": "HI",
    "America/Puerto_Rico": "PR",
    "America/St_Thomas": "VI",
    "Pacific/Guam": "GU",
}
SEVERAL = {
    (CENTRAL, EASTERN): "TN",
    (CENTRAL, MOUNTAIN): "KS NE ND SD TX",
    (EASTERN, CENTRAL): "FL IN KY MI",
    (MOUNTAIN, PACIFIC): "ID",
    (PACIFIC, MOUNTAIN): "NV OR",
    ("America/Anchorage", "America/Adak"): "AK",
    ("America/Phoenix", MOUNTAIN): "AZ",
}


def name_the_place(apps, schema_editor):
    now = timezone.now()
    ahead = apps.get_model("appointments", "Appointment").objects.filter(starts_at__gt=now)
    in_line = apps.get_model("appointments", "WaitlistEntry").objects.filter(closed=None)
    zones = {(zone,): states for zone, states in ONE_ZONE.items()} | SEVERAL
    for theirs, states in zones.items():
        for rows in (ahead, in_line):
            elsewhere = rows.filter(state__in=states.split()).exclude(zone__in=theirs)
            elsewhere.update(zone=theirs[0])


class Migration(migrations.Migration):
    dependencies = [("appointments", "0014_match_keys_in_one_spelling")]

    operations = [migrations.RunPython(name_the_place, migrations.RunPython.noop)]
