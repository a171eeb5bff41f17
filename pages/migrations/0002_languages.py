import modeltrans.fields
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('pages', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='testimonial',
            name='i18n',
            field=modeltrans.fields.TranslationField(fields=('words',), required_languages=(), virtual_fields=True),
        ),
    ]
