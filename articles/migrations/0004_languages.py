import modeltrans.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('articles', '0003_sent_back'),
    ]

    operations = [
        migrations.AddField(
            model_name='comment',
            name='language',
            field=models.CharField(db_default='en', default='en', max_length=10, verbose_name='language'),
        ),
        migrations.AddField(
            model_name='contributor',
            name='i18n',
            field=modeltrans.fields.TranslationField(fields=('specialty', 'biography'), required_languages=(), virtual_fields=True),
        ),
        migrations.AddField(
            model_name='topic',
            name='i18n',
            field=modeltrans.fields.TranslationField(fields=('name', 'introduction'), required_languages=(), virtual_fields=True),
        ),
    ]
