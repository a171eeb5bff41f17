import modeltrans.fields
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('practice', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='practice',
            name='i18n',
            field=modeltrans.fields.TranslationField(fields=('phone_hours', 'legal_line'), required_languages=(), virtual_fields=True),
        ),
    ]
