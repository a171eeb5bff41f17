import modeltrans.fields
from django.db import migrations, models

from appointments.migrations import _consent_texts


class Migration(migrations.Migration):

    dependencies = [
        ('appointments', '0012_languages'),
    ]

    operations = [
        migrations.AddField(
            model_name='consent',
            name='language',
            field=models.CharField(db_default='en', default='en', help_text='In which the text was shown.', max_length=10, verbose_name='language'),
        ),
        migrations.AddField(
            model_name='consenttext',
            name='i18n',
            field=modeltrans.fields.TranslationField(fields=('text',), required_languages=(), virtual_fields=True),
        ),
        migrations.RunPython(_consent_texts.write, migrations.RunPython.noop),
    ]
