import modeltrans.fields
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('newsletter', '0002_list_uploads'),
    ]

    operations = [
        migrations.AddField(
            model_name='topic',
            name='i18n',
            field=modeltrans.fields.TranslationField(fields=('name', 'description'), required_languages=(), virtual_fields=True),
        ),
    ]
