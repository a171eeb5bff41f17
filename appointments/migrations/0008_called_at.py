from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('appointments', '0007_patient_records'),
    ]

    operations = [
        migrations.AddField(
            model_name='appointment',
            name='called_at',
            field=models.DateTimeField(editable=False, help_text='When staff last called the patient.', null=True, verbose_name='called'),
        ),
    ]
