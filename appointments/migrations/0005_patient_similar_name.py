import core.people.name_matching
import django.contrib.postgres.indexes
from django.db import migrations

from core.database.concurrent_indexes import AddIndexConcurrently


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('appointments', '0004_status_reason'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='patient',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(core.people.name_matching.Words('first_name', 'last_name'), name='gin_trgm_ops'), fastupdate=False, name='patient_by_similar_name'),
        ),
    ]
