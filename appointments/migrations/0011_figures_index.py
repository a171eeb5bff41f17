from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('appointments', '0010_call_list'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='appointment',
            index=models.Index(fields=['starts_at'], include=['id', 'status', 'provider', 'service', 'created', 'made_by_staff', 'api_key', 'sequence', 'blocked', 'status_reason'], name='appointment_counted_by_start'),
        ),
        migrations.RemoveIndex(
            model_name='appointment',
            name='appointment_by_start',
        ),
    ]
