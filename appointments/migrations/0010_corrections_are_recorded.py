from django.db import migrations

TRIGGER = """
DROP TRIGGER appointment_change_is_recorded ON appointments_appointment;
CREATE TRIGGER appointment_change_is_recorded AFTER UPDATE ON appointments_appointment
    FOR EACH ROW WHEN (
        OLD.status IS DISTINCT FROM NEW.status
        OR OLD.starts_at IS DISTINCT FROM NEW.starts_at
        OR OLD.provider_id IS DISTINCT FROM NEW.provider_id
        {also}
    ) EXECUTE FUNCTION appointment_change_is_recorded();
ALTER TABLE appointments_appointment ENABLE ALWAYS TRIGGER appointment_change_is_recorded;
"""
WITH_KEY = TRIGGER.format(also="OR OLD.key IS DISTINCT FROM NEW.key")
WITHOUT_KEY = TRIGGER.format(also="")


class Migration(migrations.Migration):
    """A visit whose e-mail address was corrected has another key: its history says so.

    Code from before changes no key, so both may run at once.
    """

    dependencies = [
        ("appointments", "0009_booking_under_pressure"),
    ]

    operations = [migrations.RunSQL(WITH_KEY, WITHOUT_KEY)]
