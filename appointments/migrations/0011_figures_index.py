from django.db import migrations, models

from core.database.concurrent_indexes import AddIndexConcurrently


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('appointments', '0010_call_list'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='appointment',
            index=models.Index(fields=['starts_at'], include=['id', 'status', 'provider', 'service', 'created', 'made_by_staff', 'api_key', 'sequence', 'blocked', 'status_reason'], name='appointment_counted_by_start'),
        ),
        migrations.RemoveIndex(
            model_name='appointment',
            name='appointment_by_start',
        ),
    ]
