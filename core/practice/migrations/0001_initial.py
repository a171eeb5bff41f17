import django.core.validators
import localflavor.us.models
import phonenumber_field.modelfields
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Practice',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(default='Curednation', help_text='Shown on the site.', max_length=80, validators=[django.core.validators.RegexValidator('^[^\\r\\n]*$', 'Write this on one line.')], verbose_name='name')),
                ('mail_name', models.CharField(default='CN Office', help_text='The sender of every e-mail to a patient. It must not hint at what you treat.', max_length=60, validators=[django.core.validators.RegexValidator('^[^\\r\\n]*$', 'Write this on one line.')], verbose_name='name in e-mails')),
                ('phone', phonenumber_field.modelfields.PhoneNumberField(blank=True, max_length=128, region=None, verbose_name='phone')),
                ('phone_hours', models.CharField(blank=True, help_text='For example: 8 am to 8 pm Central', max_length=80, validators=[django.core.validators.RegexValidator('^[^\\r\\n]*$', 'Write this on one line.')], verbose_name='phone hours')),
                ('email', models.EmailField(blank=True, help_text='Anyone can see and write to this address.', max_length=254, verbose_name='e-mail')),
                ('street', models.CharField(blank=True, max_length=120, validators=[django.core.validators.RegexValidator('^[^\\r\\n]*$', 'Write this on one line.')], verbose_name='street')),
                ('city', models.CharField(blank=True, max_length=80, validators=[django.core.validators.RegexValidator('^[^\\r\\n]*$', 'Write this on one line.')], verbose_name='city')),
                ('state', localflavor.us.models.USStateField(blank=True, max_length=2, verbose_name='state')),
                ('postal_code', localflavor.us.models.USZipCodeField(blank=True, max_length=10, verbose_name='ZIP code')),
                ('time_zone', models.CharField(choices=[('America/New_York', 'Eastern Time'), ('America/Chicago', 'Central Time'), ('America/Denver', 'Mountain Time'), ('America/Phoenix', 'Mountain Time without daylight saving (Arizona)'), ('America/Los_Angeles', 'Pacific Time'), ('America/Anchorage', 'Alaska Time'), ('Pacific/Honolulu', 'Hawaii Time'), ('America/Puerto_Rico', 'Atlantic Time (Puerto Rico)'), ('Pacific/Guam', 'Chamorro Time (Guam)')], default='America/Chicago', max_length=40, verbose_name='time zone')),
                ('legal_line', models.CharField(blank=True, help_text='Company name or license, shown small at the end of every page. Optional.', max_length=200, validators=[django.core.validators.RegexValidator('^[^\\r\\n]*$', 'Write this on one line.')], verbose_name='legal line')),
                ('privacy_reviewed', models.DateField(blank=True, help_text='When someone responsible last read /privacy/ against what the clinic does. Until then the page says that it has not been reviewed.', null=True, verbose_name='privacy notice reviewed on')),
            ],
            options={
                'verbose_name': 'practice',
                'verbose_name_plural': 'the practice',
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='practice_is_only_one')],
            },
        ),
    ]
