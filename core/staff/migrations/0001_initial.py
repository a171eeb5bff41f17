import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.functions.text
import django.utils.timezone
from django.db import migrations, models

from core.database import append_only


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='when')),
                ('user_pk', models.BigIntegerField(editable=False, null=True, verbose_name='account')),
                ('email', models.EmailField(blank=True, editable=False, max_length=254, verbose_name='who')),
                ('action', models.CharField(editable=False, max_length=80, verbose_name='what')),
                ('model', models.CharField(blank=True, editable=False, max_length=100, verbose_name='kind of record')),
                ('object_pks', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None, verbose_name='records')),
                ('count', models.PositiveIntegerField(editable=False, help_text='How many a list or a search found.', null=True, verbose_name='results')),
                ('network', models.CharField(blank=True, editable=False, max_length=50, verbose_name='from where')),
            ],
            options={
                'verbose_name': 'audit record',
                'verbose_name_plural': 'audit records',
                'ordering': ['-at', '-pk'],
                'default_permissions': ['view'],
                'indexes': [models.Index(fields=['-at'], name='audit_by_time'), models.Index(fields=['user_pk', '-at'], name='audit_by_user'), django.contrib.postgres.indexes.GinIndex(fields=['object_pks'], name='audit_by_object')],
            },
        ),
        migrations.CreateModel(
            name='ChainLink',
            fields=[
                ('number', models.BigIntegerField(primary_key=True, serialize=False)),
                ('table_name', models.CharField(max_length=63)),
                ('row_pk', models.BigIntegerField()),
                ('sealed_at', models.DateTimeField()),
                ('hash', models.CharField(max_length=64)),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('table_name', 'row_pk'), name='chain_link_once_per_row')],
            },
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('email', models.EmailField(error_messages={'unique': 'Somebody on the staff has this e-mail address already.'}, max_length=254, unique=True, verbose_name='e-mail')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('is_active', models.BooleanField(default=True, help_text='Take this away from people who leave; their history stays.', verbose_name='may sign in')),
                ('is_staff', models.BooleanField(default=False, verbose_name='works here')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': 'member of staff',
                'verbose_name_plural': 'staff',
                'ordering': ['name', 'email'],
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='staff_email_unique', violation_error_message='Somebody on the staff has this e-mail address already.'), models.CheckConstraint(condition=models.Q(('email', django.db.models.functions.text.Lower('email'))), name='staff_email_lower_case')],
            },
        ),
        append_only.protect('staff_auditevent'),
        append_only.protect('staff_chainlink'),
    ]
