import modeltrans.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('appointments', '0011_figures_index'),
    ]

    operations = [
        migrations.AddField(
            model_name='appointment',
            name='language',
            field=models.CharField(db_default='en', default='en', max_length=10, verbose_name='language'),
        ),
        migrations.AddField(
            model_name='patient',
            name='language',
            field=models.CharField(db_default='en', default='en', help_text='In which they last booked, or staff chose.', max_length=10, verbose_name='language'),
        ),
        migrations.AddField(
            model_name='service',
            name='i18n',
            field=modeltrans.fields.TranslationField(fields=('name', 'invitation', 'summary'), required_languages=(), virtual_fields=True),
        ),
        migrations.AddField(
            model_name='waitlistentry',
            name='language',
            field=models.CharField(db_default='en', default='en', max_length=10, verbose_name='language'),
        ),
    ]
