"""Records are known again by their names in one spelling. May run twice, and while people book.

Of records that are the same person by now the first keeps the key; the others keep the one that
they have, which nobody types any more: staff see that they are alike, and merge them.
"""

from django.db import connection, migrations

from appointments.booking.patients import match_key

AT_ONCE = 1000
UPDATE = """
    UPDATE {table} AS row SET {column} = new.key
    FROM unnest(%s::bigint[], %s::text[]) AS new (id, key) WHERE row.id = new.id
"""


def change(rows, column, same=lambda row: ()):
    """Write the key of each of these, unless another row (that is `same`) has it."""
    known = {(getattr(row, column), *same(row)) for row in rows.iterator()}
    changed = {}
    for row in rows.order_by("pk").iterator():
        new = match_key(row)
        if (new, *same(row)) not in known:
            known.add((new, *same(row)))
            changed[row.pk] = new
    pks, update = list(changed), UPDATE.format(table=rows.model._meta.db_table, column=column)
    for first in range(0, len(pks), AT_ONCE):
        some = pks[first : first + AT_ONCE]
        with connection.cursor() as cursor:
            cursor.execute(update, [some, [changed[pk] for pk in some]])


def forwards(apps, _schema_editor):
    change(apps.get_model("appointments", "Patient").objects.all(), "match_key")
    entries = apps.get_model("appointments", "WaitlistEntry").objects.all()
    waiting = entries.filter(status__in=["waiting", "asked"])
    change(waiting, "person", lambda entry: (entry.service_id, entry.state, entry.status))


class Migration(migrations.Migration):
    atomic = False  # each batch by itself: nobody's booking waits for all of them

    dependencies = [
        ("appointments", "0013_finding_people"),
    ]

    operations = [
        migrations.RunPython(forwards, migrations.RunPython.noop),
    ]
