import appointments.models.keys
import appointments.models.providers
import appointments.models.services
import core.people.name_matching
import datetime
import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.functions.text
import phonenumber_field.modelfields
import uuid
from django.db import migrations, models
from django.contrib.postgres.operations import BtreeGistExtension

from core.database import append_only, history


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        BtreeGistExtension(),
        migrations.CreateModel(
            name='FormerKey',
            fields=[
                ('key_hash', models.CharField(editable=False, max_length=64, primary_key=True, serialize=False)),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Provider',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('slug', models.SlugField(unique=True, verbose_name='address')),
                ('credentials', models.CharField(help_text='Like “PMHNP”.', max_length=60, verbose_name='credentials')),
                ('email', models.EmailField(blank=True, help_text='Patients never see it.', max_length=254, verbose_name='e-mail')),
                ('time_zone', models.CharField(max_length=60, validators=[appointments.models.providers.validate_zone], verbose_name='time zone')),
                ('languages', models.CharField(default='English', max_length=100, verbose_name='languages')),
                ('about', models.CharField(blank=True, max_length=200, verbose_name='a few words')),
                ('photo', models.ImageField(blank=True, db_default='', help_text='Patients see it when they choose. Its middle is shown.', upload_to=appointments.models.providers.random_name, verbose_name='photo')),
                ('video_room', models.URLField(blank=True, help_text='The address where patients join by video.', verbose_name='video room')),
                ('accepts_new', models.BooleanField(default=True, verbose_name='accepts new patients')),
                ('daily_limit', models.PositiveSmallIntegerField(blank=True, help_text='Empty: no limit.', null=True, verbose_name='visits a day at most')),
                ('weekly_limit', models.PositiveSmallIntegerField(blank=True, help_text='From Monday to Sunday. Empty: no limit.', null=True, verbose_name='visits a week at most')),
                ('active', models.BooleanField(default=True, verbose_name='sees patients')),
            ],
            options={
                'verbose_name': 'provider',
                'verbose_name_plural': 'providers',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='ClinicRules',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ('holidays', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), blank=True, default=list, size=None, verbose_name='closed on these federal holidays')),
                ('holidays_done', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), default=list, editable=False, size=None)),
                ('holidays_until', models.DateField(editable=False, null=True)),
                ('most_upcoming', models.PositiveSmallIntegerField(default=4, help_text='More must be confirmed by a link in an e-mail. Staff can book any number.', verbose_name='upcoming visits for one e-mail address at most')),
                ('most_hourly', models.PositiveSmallIntegerField(db_default=60, default=60, help_text='Then booking online rests, and people see your phone number. What staff book does not count. From half of it on within an hour, a visit must be confirmed by a link in an e-mail.', verbose_name='visits that patients book online in one hour at most')),
                ('most_unproved', models.PositiveSmallIntegerField(db_default=500, default=500, help_text='Then people confirm their e-mail address before they can choose a time.', verbose_name='times kept at once for people whose e-mail address is not confirmed at most')),
            ],
            options={
                'verbose_name': 'rules of the clinic',
                'verbose_name_plural': 'rules of the clinic',
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='clinic_rules_are_one'), models.CheckConstraint(condition=models.Q(('most_upcoming__gte', 1)), name='clinic_allows_a_visit'), models.CheckConstraint(condition=models.Q(('most_hourly__gte', 1), ('most_unproved__gte', 1)), name='clinic_can_be_booked_online')],
            },
        ),
        migrations.CreateModel(
            name='ConsentText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('telehealth', 'Care by video or phone'), ('email', 'E-mail')], max_length=10, verbose_name='kind')),
                ('version', models.PositiveSmallIntegerField(verbose_name='version')),
                ('text', models.TextField(verbose_name='text')),
                ('created', models.DateTimeField(auto_now_add=True, verbose_name='in force since')),
            ],
            options={
                'verbose_name': 'consent text',
                'verbose_name_plural': 'consent texts',
                'ordering': ['kind', '-version'],
                'constraints': [models.UniqueConstraint(fields=('kind', 'version'), name='consent_text_version_once')],
            },
        ),
        migrations.CreateModel(
            name='Patient',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first_name', models.CharField(max_length=60, verbose_name='first name')),
                ('last_name', models.CharField(blank=True, max_length=60, verbose_name='last name')),
                ('birth_date', models.DateField(verbose_name='date of birth')),
                ('email', models.EmailField(max_length=254, verbose_name='e-mail')),
                ('phone', phonenumber_field.modelfields.PhoneNumberField(max_length=128, region=None, verbose_name='phone')),
                ('match_key', models.CharField(editable=False, help_text='Hash of e-mail, name and date of birth, in one spelling: see patients.py.', max_length=64)),
                ('search_name', models.GeneratedField(db_persist=True, expression=core.people.name_matching.Plain('first_name', 'last_name'), output_field=models.TextField())),
                ('created', models.DateTimeField(auto_now_add=True, verbose_name='first seen')),
                ('merged_into', models.ForeignKey(blank=True, editable=False, help_text='The record of the same person that has the visits. Who books leads there.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='merged', to='appointments.patient')),
            ],
            options={
                'verbose_name': 'patient',
                'verbose_name_plural': 'patients',
                'ordering': ['last_name', 'first_name'],
            },
        ),
        migrations.CreateModel(
            name='Appointment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('key', models.CharField(default=appointments.models.keys.new_key, editable=False, max_length=32)),
                ('status', models.CharField(choices=[('held', 'Held'), ('booked', 'Booked'), ('checked_in', 'Checked in'), ('completed', 'Completed'), ('no_show', 'No-show'), ('cancelled', 'Cancelled'), ('released', 'Released'), ('expired', 'Expired')], max_length=10, verbose_name='status')),
                ('starts_at', models.DateTimeField(verbose_name='starts')),
                ('ends_at', models.DateTimeField(verbose_name='ends')),
                ('blocked', django.contrib.postgres.fields.ranges.DateTimeRangeField(help_text='The visit with its buffers.', verbose_name='blocked')),
                ('state', models.CharField(choices=[('AL', 'Alabama'), ('AK', 'Alaska'), ('AZ', 'Arizona'), ('AR', 'Arkansas'), ('CA', 'California'), ('CO', 'Colorado'), ('CT', 'Connecticut'), ('DE', 'Delaware'), ('DC', 'District of Columbia'), ('FL', 'Florida'), ('GA', 'Georgia'), ('HI', 'Hawaii'), ('ID', 'Idaho'), ('IL', 'Illinois'), ('IN', 'Indiana'), ('IA', 'Iowa'), ('KS', 'Kansas'), ('KY', 'Kentucky'), ('LA', 'Louisiana'), ('ME', 'Maine'), ('MD', 'Maryland'), ('MA', 'Massachusetts'), ('MI', 'Michigan'), ('MN', 'Minnesota'), ('MS', 'Mississippi'), ('MO', 'Missouri'), ('MT', 'Montana'), ('NE', 'Nebraska'), ('NV', 'Nevada'), ('NH', 'New Hampshire'), ('NJ', 'New Jersey'), ('NM', 'New Mexico'), ('NY', 'New York'), ('NC', 'North Carolina'), ('ND', 'North Dakota'), ('OH', 'Ohio'), ('OK', 'Oklahoma'), ('OR', 'Oregon'), ('PA', 'Pennsylvania'), ('RI', 'Rhode Island'), ('SC', 'South Carolina'), ('SD', 'South Dakota'), ('TN', 'Tennessee'), ('TX', 'Texas'), ('UT', 'Utah'), ('VT', 'Vermont'), ('VA', 'Virginia'), ('WA', 'Washington'), ('WV', 'West Virginia'), ('WI', 'Wisconsin'), ('WY', 'Wyoming'), ('PR', 'Puerto Rico'), ('VI', 'US Virgin Islands'), ('GU', 'Guam')], help_text='Where the patient will be.', max_length=2, verbose_name='state')),
                ('zone', models.CharField(max_length=60, verbose_name='the patient’s time zone')),
                ('price_cents', models.PositiveIntegerField(blank=True, null=True, verbose_name='price in cents')),
                ('held_until', models.DateTimeField(blank=True, null=True, verbose_name='held until')),
                ('extended', models.BooleanField(default=False, editable=False)),
                ('visitor', models.CharField(blank=True, editable=False, max_length=64)),
                ('proved', models.BooleanField(db_default=False, default=False, editable=False, verbose_name='e-mail address confirmed')),
                ('told_to_confirm', models.BooleanField(db_default=False, default=False, editable=False)),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
                ('phone', phonenumber_field.modelfields.PhoneNumberField(blank=True, max_length=128, region=None, verbose_name='phone')),
                ('contact', models.CharField(blank=True, choices=[('email', 'E-mail is safe for me'), ('call', 'Call me, but leave no message'), ('message', 'Call me, a message is fine')], max_length=7, verbose_name='how to reach')),
                ('booked_for', models.CharField(choices=[('self', 'For me'), ('other', 'For someone else')], default='self', max_length=5, verbose_name='booked for')),
                ('booked_by', models.CharField(blank=True, max_length=120, verbose_name='booked by')),
                ('sequence', models.PositiveIntegerField(default=0, verbose_name='changes')),
                ('changed_by', models.CharField(default='patient', max_length=80, verbose_name='last changed by')),
                ('made_by_staff', models.BooleanField(default=False, verbose_name='booked by staff')),
                ('staff_reason', models.CharField(blank=True, help_text='For staff only.', max_length=200, verbose_name='why outside the rules')),
                ('series', models.UUIDField(blank=True, editable=False, null=True, verbose_name='series')),
                ('cancel_reason', models.CharField(blank=True, max_length=200, verbose_name='reason')),
                ('erased_at', models.DateTimeField(blank=True, editable=False, help_text='Since then nothing in this row names a person.', null=True, verbose_name='erased')),
                ('created', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('patient', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='appointments', to='appointments.patient', verbose_name='patient')),
                ('provider', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='appointments', to='appointments.provider', verbose_name='provider')),
            ],
            options={
                'verbose_name': 'appointment',
                'verbose_name_plural': 'appointments',
                'ordering': ['-starts_at'],
            },
        ),
        migrations.CreateModel(
            name='License',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('AL', 'Alabama'), ('AK', 'Alaska'), ('AZ', 'Arizona'), ('AR', 'Arkansas'), ('CA', 'California'), ('CO', 'Colorado'), ('CT', 'Connecticut'), ('DE', 'Delaware'), ('DC', 'District of Columbia'), ('FL', 'Florida'), ('GA', 'Georgia'), ('HI', 'Hawaii'), ('ID', 'Idaho'), ('IL', 'Illinois'), ('IN', 'Indiana'), ('IA', 'Iowa'), ('KS', 'Kansas'), ('KY', 'Kentucky'), ('LA', 'Louisiana'), ('ME', 'Maine'), ('MD', 'Maryland'), ('MA', 'Massachusetts'), ('MI', 'Michigan'), ('MN', 'Minnesota'), ('MS', 'Mississippi'), ('MO', 'Missouri'), ('MT', 'Montana'), ('NE', 'Nebraska'), ('NV', 'Nevada'), ('NH', 'New Hampshire'), ('NJ', 'New Jersey'), ('NM', 'New Mexico'), ('NY', 'New York'), ('NC', 'North Carolina'), ('ND', 'North Dakota'), ('OH', 'Ohio'), ('OK', 'Oklahoma'), ('OR', 'Oregon'), ('PA', 'Pennsylvania'), ('RI', 'Rhode Island'), ('SC', 'South Carolina'), ('SD', 'South Dakota'), ('TN', 'Tennessee'), ('TX', 'Texas'), ('UT', 'Utah'), ('VT', 'Vermont'), ('VA', 'Virginia'), ('WA', 'Washington'), ('WV', 'West Virginia'), ('WI', 'Wisconsin'), ('WY', 'Wyoming'), ('PR', 'Puerto Rico'), ('VI', 'US Virgin Islands'), ('GU', 'Guam')], max_length=2, verbose_name='state')),
                ('number', models.CharField(max_length=40, verbose_name='number')),
                ('expires', models.DateField(help_text='The last day on which it is valid.', verbose_name='expires')),
                ('provider', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='licenses', to='appointments.provider')),
            ],
            options={
                'verbose_name': 'license',
                'verbose_name_plural': 'licenses',
                'ordering': ['state', 'expires'],
            },
        ),
        migrations.CreateModel(
            name='HoursException',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('time_off', 'Time off'), ('extra_hours', 'Extra hours instead of the weekly ones')], default='time_off', max_length=11, verbose_name='kind')),
                ('first_day', models.DateField(verbose_name='first day')),
                ('last_day', models.DateField(verbose_name='last day')),
                ('opens', models.TimeField(blank=True, help_text='Empty: all day.', null=True, verbose_name='from')),
                ('closes', models.TimeField(blank=True, null=True, verbose_name='to')),
                ('note', models.CharField(blank=True, help_text='For staff only.', max_length=100, verbose_name='note')),
                ('holiday', models.CharField(blank=True, editable=False, help_text='Set where the closure follows from the clinic’s holidays.', max_length=60, verbose_name='holiday')),
                ('provider', models.ForeignKey(blank=True, help_text='Empty: the whole clinic.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='exceptions', to='appointments.provider')),
            ],
            options={
                'verbose_name': 'exception',
                'verbose_name_plural': 'exceptions',
                'ordering': ['-first_day'],
            },
        ),
        migrations.CreateModel(
            name='CalendarFeed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token_hash', models.CharField(editable=False, max_length=64)),
                ('changed_at', models.DateTimeField(help_text='When it got its address, or lost a visit to somebody else.', verbose_name='changed')),
                ('provider', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='calendar_feed', to='appointments.provider', verbose_name='provider')),
            ],
            options={
                'verbose_name': 'calendar feed',
                'verbose_name_plural': 'calendar feeds',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='AppointmentEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('status', models.CharField(choices=[('held', 'Held'), ('booked', 'Booked'), ('checked_in', 'Checked in'), ('completed', 'Completed'), ('no_show', 'No-show'), ('cancelled', 'Cancelled'), ('released', 'Released'), ('expired', 'Expired')], max_length=10, verbose_name='status')),
                ('starts_at', models.DateTimeField(verbose_name='starts')),
                ('sequence', models.PositiveIntegerField(default=0, verbose_name='changes')),
                ('changed_by', models.CharField(default='patient', max_length=80, verbose_name='last changed by')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='status_starts_at_provider_sequence_changed_by_events', to='appointments.appointment')),
                ('provider', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='appointments.provider', verbose_name='provider')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Service',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(help_text='Like “First visit”.', max_length=80, verbose_name='name')),
                ('slug', models.SlugField(unique=True, verbose_name='address')),
                ('invitation', models.CharField(help_text='What the patient picks: “No, this is my first visit”.', max_length=100, verbose_name='choice')),
                ('summary', models.CharField(blank=True, max_length=200, verbose_name='in a few words')),
                ('audience', models.CharField(choices=[('anyone', 'Anyone'), ('new', 'New patients'), ('returning', 'Returning patients')], default='anyone', max_length=10, verbose_name='for')),
                ('channel', models.CharField(choices=[('video', 'Video'), ('phone', 'Phone')], default='video', max_length=5, verbose_name='by')),
                ('minutes', models.PositiveSmallIntegerField(verbose_name='length in minutes')),
                ('buffer_before', models.PositiveSmallIntegerField(default=0, verbose_name='minutes kept free before')),
                ('buffer_after', models.PositiveSmallIntegerField(default=0, verbose_name='minutes kept free after')),
                ('step', models.PositiveSmallIntegerField(default=15, help_text='Counted from the opening time.', verbose_name='a start every … minutes')),
                ('no_gaps', models.BooleanField(default=False, help_text='Also offer starts that touch another visit, off the grid.', verbose_name='no gaps')),
                ('daily_limit', models.PositiveSmallIntegerField(blank=True, help_text='Empty: no limit.', null=True, verbose_name='a provider’s visits of this kind a day at most')),
                ('cutoff_hours', models.PositiveSmallIntegerField(default=0, verbose_name='hours before the start when patients can no longer move or cancel online')),
                ('reminder_hours', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), blank=True, default=appointments.models.services.default_reminders, help_text='Like “24, 1”. Empty: none.', size=None, verbose_name='reminders, in hours before the start')),
                ('price_cents', models.PositiveIntegerField(blank=True, null=True, verbose_name='price in cents')),
                ('proof_required', models.BooleanField(default=False, help_text='They get a link by e-mail before they can choose a time.', verbose_name='returning patients prove it')),
                ('notice_hours', models.PositiveSmallIntegerField(default=2, verbose_name='hours of notice')),
                ('horizon_days', models.PositiveSmallIntegerField(default=45, verbose_name='days ahead')),
                ('bookable_days', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='or only the next … days that have times')),
                ('active', models.BooleanField(default=True, verbose_name='can be booked')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ('providers', models.ManyToManyField(blank=True, related_name='services', to='appointments.provider')),
            ],
            options={
                'verbose_name': 'service',
                'verbose_name_plural': 'services',
                'ordering': ['position', 'name'],
            },
        ),
        migrations.AddField(
            model_name='appointment',
            name='service',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='appointments', to='appointments.service', verbose_name='service'),
        ),
        migrations.CreateModel(
            name='WaitlistEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(default=appointments.models.keys.new_key, editable=False, max_length=32, unique=True)),
                ('status', models.CharField(choices=[('asked', 'Not confirmed'), ('waiting', 'Waiting'), ('fulfilled', 'Has a time'), ('left', 'Left'), ('removed', 'Removed by staff'), ('ended', 'Ended by itself')], default='waiting', max_length=9, verbose_name='status')),
                ('created', models.DateTimeField(verbose_name='joined')),
                ('until', models.DateTimeField(verbose_name='waits until')),
                ('closed', models.DateTimeField(blank=True, null=True, verbose_name='closed')),
                ('state', models.CharField(choices=[('AL', 'Alabama'), ('AK', 'Alaska'), ('AZ', 'Arizona'), ('AR', 'Arkansas'), ('CA', 'California'), ('CO', 'Colorado'), ('CT', 'Connecticut'), ('DE', 'Delaware'), ('DC', 'District of Columbia'), ('FL', 'Florida'), ('GA', 'Georgia'), ('HI', 'Hawaii'), ('ID', 'Idaho'), ('IL', 'Illinois'), ('IN', 'Indiana'), ('IA', 'Iowa'), ('KS', 'Kansas'), ('KY', 'Kentucky'), ('LA', 'Louisiana'), ('ME', 'Maine'), ('MD', 'Maryland'), ('MA', 'Massachusetts'), ('MI', 'Michigan'), ('MN', 'Minnesota'), ('MS', 'Mississippi'), ('MO', 'Missouri'), ('MT', 'Montana'), ('NE', 'Nebraska'), ('NV', 'Nevada'), ('NH', 'New Hampshire'), ('NJ', 'New Jersey'), ('NM', 'New Mexico'), ('NY', 'New York'), ('NC', 'North Carolina'), ('ND', 'North Dakota'), ('OH', 'Ohio'), ('OK', 'Oklahoma'), ('OR', 'Oregon'), ('PA', 'Pennsylvania'), ('RI', 'Rhode Island'), ('SC', 'South Carolina'), ('SD', 'South Dakota'), ('TN', 'Tennessee'), ('TX', 'Texas'), ('UT', 'Utah'), ('VT', 'Vermont'), ('VA', 'Virginia'), ('WA', 'Washington'), ('WV', 'West Virginia'), ('WI', 'Wisconsin'), ('WY', 'Wyoming'), ('PR', 'Puerto Rico'), ('VI', 'US Virgin Islands'), ('GU', 'Guam')], max_length=2, verbose_name='state')),
                ('weekdays', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), blank=True, default=list, size=None, verbose_name='weekdays')),
                ('parts', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=9), blank=True, default=list, size=None, verbose_name='times of day')),
                ('zone', models.CharField(max_length=60, verbose_name='the patient’s time zone')),
                ('sooner_than', models.DateTimeField(blank=True, help_text='The first time that suited and was free when they joined.', null=True, verbose_name='sooner than')),
                ('person', models.CharField(editable=False, help_text='The match_key of the patient to be.', max_length=64)),
                ('first_name', models.CharField(max_length=60, verbose_name='first name')),
                ('last_name', models.CharField(blank=True, max_length=60, verbose_name='last name')),
                ('search_name', models.GeneratedField(db_persist=True, expression=core.people.name_matching.Plain('first_name', 'last_name'), output_field=models.TextField())),
                ('birth_date', models.DateField(verbose_name='date of birth')),
                ('email', models.EmailField(max_length=254, verbose_name='e-mail')),
                ('phone', phonenumber_field.modelfields.PhoneNumberField(max_length=128, region=None, verbose_name='phone')),
                ('contact', models.CharField(choices=[('email', 'E-mail is safe for me'), ('call', 'Call me, but leave no message'), ('message', 'Call me, a message is fine')], max_length=7, verbose_name='how to reach')),
                ('booked_for', models.CharField(choices=[('self', 'For me'), ('other', 'For someone else')], max_length=5, verbose_name='booked for')),
                ('booked_by', models.CharField(blank=True, max_length=120, verbose_name='booked by')),
                ('consent_texts', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, editable=False, size=None)),
                ('agreed_at', models.DateTimeField(editable=False)),
                ('appointment', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='appointments.appointment', verbose_name='appointment')),
                ('kept_beside', models.ForeignKey(blank=True, editable=False, help_text='The patient has this visit, was asked, and keeps the place all the same.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='appointments.appointment')),
                ('provider', models.ForeignKey(blank=True, help_text='Empty: anyone.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='waitlist', to='appointments.provider', verbose_name='provider')),
                ('service', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='waitlist', to='appointments.service', verbose_name='service')),
            ],
            options={
                'verbose_name': 'waitlist place',
                'verbose_name_plural': 'waitlist places',
                'ordering': ['created'],
            },
        ),
        migrations.CreateModel(
            name='WaitlistOffer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_at', models.DateTimeField(verbose_name='starts')),
                ('status', models.CharField(choices=[('open', 'Open'), ('accepted', 'Accepted'), ('taken', 'Taken by somebody else'), ('declined', 'Declined'), ('lapsed', 'Ran out')], default='open', max_length=8, verbose_name='status')),
                ('created', models.DateTimeField(verbose_name='offered')),
                ('until', models.DateTimeField(verbose_name='offered until')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='offers', to='appointments.waitlistentry')),
                ('hold', models.ForeignKey(help_text='Keeps the time for all to whom it is offered. Booked by the first.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='appointments.appointment')),
                ('provider', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='appointments.provider')),
            ],
            options={
                'verbose_name': 'offer',
                'verbose_name_plural': 'offers',
                'ordering': ['-created'],
            },
        ),
        migrations.CreateModel(
            name='WeeklyHours',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('weekday', models.PositiveSmallIntegerField(choices=[(0, 'Monday'), (1, 'Tuesday'), (2, 'Wednesday'), (3, 'Thursday'), (4, 'Friday'), (5, 'Saturday'), (6, 'Sunday')], verbose_name='weekday')),
                ('opens', models.TimeField(verbose_name='opens')),
                ('closes', models.TimeField(help_text='12:00 am means the end of the day.', verbose_name='closes')),
                ('valid_from', models.DateField(blank=True, null=True, verbose_name='valid from')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='valid to')),
                ('provider', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='weekly_hours', to='appointments.provider')),
            ],
            options={
                'verbose_name': 'weekly hours',
                'verbose_name_plural': 'weekly hours',
                'ordering': ['provider', 'weekday', 'opens'],
            },
        ),
        migrations.CreateModel(
            name='ConflictDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('choice', models.CharField(choices=[('move', 'Move to the nearest free time'), ('cancel', 'Cancel, with a kind e-mail')], max_length=6, verbose_name='decision')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='reason')),
                ('by', models.CharField(max_length=80, verbose_name='decided by')),
                ('created', models.DateTimeField(auto_now_add=True, verbose_name='decided')),
                ('failed_at', models.DateTimeField(blank=True, null=True, verbose_name='could not be carried out')),
                ('appointment', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='conflict_decision', to='appointments.appointment')),
            ],
            options={
                'verbose_name': 'decision about a visit',
                'verbose_name_plural': 'decisions about visits',
                'indexes': [models.Index(condition=models.Q(('failed_at__isnull', True)), fields=['id'], name='conflict_decision_open')],
            },
        ),
        migrations.CreateModel(
            name='Consent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('given', models.DateTimeField(verbose_name='given')),
                ('page', models.CharField(help_text='The name of its route.', max_length=60, verbose_name='page')),
                ('address_hash', models.CharField(max_length=64, verbose_name='keyed hash of the e-mail address')),
                ('appointment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='consents', to='appointments.appointment')),
                ('text', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='consents', to='appointments.consenttext')),
            ],
            options={
                'verbose_name': 'consent',
                'verbose_name_plural': 'consents',
                'ordering': ['-given'],
                'constraints': [models.UniqueConstraint(fields=('appointment', 'text'), name='consent_given_once')],
            },
        ),
        migrations.AddIndex(
            model_name='patient',
            index=models.Index(django.db.models.functions.text.Lower('email'), name='patient_by_email'),
        ),
        migrations.AddConstraint(
            model_name='patient',
            constraint=models.UniqueConstraint(fields=('match_key',), name='patient_known_once'),
        ),
        migrations.AddConstraint(
            model_name='license',
            constraint=models.UniqueConstraint(fields=('provider', 'state', 'number'), name='license_entered_once'),
        ),
        migrations.AddConstraint(
            model_name='hoursexception',
            constraint=models.CheckConstraint(condition=models.Q(('last_day__gte', models.F('first_day'))), name='exception_ends_after_it_begins', violation_error_message='The last day must not be before the first day.'),
        ),
        migrations.AddConstraint(
            model_name='hoursexception',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closes__isnull', True), ('opens__isnull', True)), models.Q(('closes__gt', models.F('opens')), ('closes__isnull', False), ('opens__isnull', False)), models.Q(('closes', datetime.time(0, 0)), ('closes__isnull', False), ('opens__isnull', False)), _connector='OR'), name='exception_has_both_clocks_or_none', violation_error_message='Give both times, the later one last, or neither.'),
        ),
        migrations.AddConstraint(
            model_name='hoursexception',
            constraint=models.CheckConstraint(condition=models.Q(('kind', 'time_off'), ('opens__isnull', False), _connector='OR'), name='extra_hours_have_clocks', violation_error_message='Extra hours need a time from and a time to.'),
        ),
        migrations.AddConstraint(
            model_name='calendarfeed',
            constraint=models.UniqueConstraint(fields=('token_hash',), name='calendar_feed_address_once'),
        ),
        migrations.AddConstraint(
            model_name='service',
            constraint=models.CheckConstraint(condition=models.Q(('minutes__range', (5, 480))), name='service_length_sensible', violation_error_message='A visit lasts between 5 minutes and 8 hours.'),
        ),
        migrations.AddConstraint(
            model_name='service',
            constraint=models.CheckConstraint(condition=models.Q(('step__range', (5, 480))), name='service_step_sensible', violation_error_message='Starts are between 5 minutes and 8 hours apart.'),
        ),
        migrations.AddConstraint(
            model_name='service',
            constraint=models.CheckConstraint(condition=models.Q(('buffer_after__lte', 240), ('buffer_before__lte', 240)), name='service_buffers_sensible', violation_error_message='At most 4 hours are kept free around a visit.'),
        ),
        migrations.AddConstraint(
            model_name='service',
            constraint=models.CheckConstraint(condition=models.Q(('proof_required', False), ('audience', 'returning'), _connector='OR'), name='service_proof_is_for_returning', violation_error_message='Only returning patients can prove that they are.'),
        ),
        migrations.AddConstraint(
            model_name='service',
            constraint=models.CheckConstraint(condition=models.Q(('horizon_days__range', (1, 365))), name='service_horizon_sensible', violation_error_message='Patients can book between 1 and 365 days ahead.'),
        ),
        migrations.AddIndex(
            model_name='appointment',
            index=models.Index(condition=models.Q(('status__in', ['held', 'booked', 'checked_in'])), fields=['provider', 'starts_at'], name='appointment_live_by_provider'),
        ),
        migrations.AddIndex(
            model_name='appointment',
            index=models.Index(condition=models.Q(('status__in', ['completed', 'no_show', 'cancelled'])), fields=['provider', 'starts_at'], name='appointment_over_by_provider'),
        ),
        migrations.AddIndex(
            model_name='appointment',
            index=models.Index(fields=['starts_at'], name='appointment_by_start'),
        ),
        migrations.AddIndex(
            model_name='appointment',
            index=models.Index(condition=models.Q(('made_by_staff', False), ('status__in', ['held', 'booked', 'checked_in'])), fields=['created'], name='appointment_taken_of_late'),
        ),
        migrations.AddIndex(
            model_name='appointment',
            index=models.Index(django.db.models.functions.text.Lower('email'), condition=models.Q(('email', ''), _negated=True), name='appointment_by_email'),
        ),
        migrations.AddConstraint(
            model_name='appointment',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('status__in', ['held', 'booked', 'checked_in'])), expressions=[('provider', '='), ('blocked', '&&')], name='appointment_no_double_booking', violation_error_message='This provider is already booked at that time.'),
        ),
        migrations.AddConstraint(
            model_name='appointment',
            constraint=models.UniqueConstraint(fields=('key',), name='appointment_key_once'),
        ),
        migrations.AddConstraint(
            model_name='appointment',
            constraint=models.UniqueConstraint(condition=models.Q(('patient__isnull', True), ('status', 'held')), fields=('visitor',), name='appointment_one_hold_per_visitor'),
        ),
        migrations.AddConstraint(
            model_name='appointment',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='appointment_ends_after_it_starts'),
        ),
        migrations.AddConstraint(
            model_name='appointment',
            constraint=models.CheckConstraint(condition=models.Q(('blocked__endswith__gte', models.F('ends_at')), ('blocked__startswith__lte', models.F('starts_at'))), name='appointment_blocks_its_own_time'),
        ),
        migrations.AddConstraint(
            model_name='appointment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('held_until__isnull', False), ('status', 'held')), models.Q(('status', 'held'), _negated=True), _connector='OR'), name='hold_has_an_end'),
        ),
        migrations.AddConstraint(
            model_name='appointment',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['held', 'released', 'expired']), models.Q(('patient__isnull', False), models.Q(('email', ''), _negated=True)), ('erased_at__isnull', False), _connector='OR'), name='visit_has_a_patient'),
        ),
        migrations.AddConstraint(
            model_name='appointment',
            constraint=models.CheckConstraint(condition=models.Q(('erased_at', None), models.Q(('booked_by', ''), ('cancel_reason', ''), ('contact', ''), ('email', ''), ('patient', None), ('phone', ''), ('staff_reason', ''), ('visitor', '')), _connector='OR'), name='erased_visit_names_nobody'),
        ),
        migrations.AddIndex(
            model_name='waitlistentry',
            index=models.Index(condition=models.Q(('status', 'waiting')), fields=['service', 'state', 'created'], name='waitlist_in_line'),
        ),
        migrations.AddIndex(
            model_name='waitlistentry',
            index=models.Index(django.db.models.functions.text.Lower('email'), name='waitlist_by_email'),
        ),
        migrations.AddConstraint(
            model_name='waitlistentry',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'waiting')), fields=('person', 'service', 'state'), name='waitlist_one_place_in_line'),
        ),
        migrations.AddConstraint(
            model_name='waitlistentry',
            constraint=models.CheckConstraint(condition=models.Q(('status', 'fulfilled'), ('appointment__isnull', True), _connector='OR'), name='waitlist_visit_is_of_who_got_it'),
        ),
        migrations.AddConstraint(
            model_name='waitlistentry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed__isnull', True), ('status', 'waiting')), models.Q(models.Q(('status', 'waiting'), _negated=True), ('closed__isnull', False)), _connector='OR'), name='waitlist_closed_is_dated'),
        ),
        migrations.AddIndex(
            model_name='waitlistoffer',
            index=models.Index(condition=models.Q(('status', 'open')), fields=['until'], name='waitlist_open_offers'),
        ),
        migrations.AddIndex(
            model_name='waitlistoffer',
            index=models.Index(fields=['provider', 'starts_at'], name='waitlist_offers_of_a_time'),
        ),
        migrations.AddConstraint(
            model_name='waitlistoffer',
            constraint=models.UniqueConstraint(fields=('entry', 'starts_at'), name='waitlist_no_time_offered_twice'),
        ),
        migrations.AddConstraint(
            model_name='waitlistoffer',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'open')), fields=('entry',), name='waitlist_one_offer_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='waitlistoffer',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'accepted')), fields=('hold',), name='waitlist_time_accepted_once'),
        ),
        migrations.AddConstraint(
            model_name='weeklyhours',
            constraint=models.CheckConstraint(condition=models.Q(('closes__gt', models.F('opens')), ('closes', datetime.time(0, 0)), _connector='OR'), name='weekly_hours_close_after_opening', violation_error_message='The closing time must be later than the opening time.'),
        ),
        migrations.AddConstraint(
            model_name='weeklyhours',
            constraint=models.CheckConstraint(condition=models.Q(('valid_to__gte', models.F('valid_from'))), name='weekly_hours_valid_forwards', violation_error_message='“Valid to” must not be before “valid from”.'),
        ),
        append_only.protect('appointments_appointmentevent'),
        append_only.protect('appointments_consent'),
        append_only.protect('appointments_consenttext'),
        history.record_changes(
            'appointment_change_is_recorded',
            table='appointments_appointment',
            history='appointments_appointmentevent',
            columns=['status', 'starts_at', 'provider_id', 'sequence', 'changed_by'],
            when_changed=['status', 'starts_at', 'provider_id', 'key'],
        ),
    ]
