import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='OutgoingEmail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=200, verbose_name='key')),
                ('template', models.CharField(max_length=80, verbose_name='kind')),
                ('about', models.CharField(blank=True, max_length=100, verbose_name='about')),
                ('to', models.TextField(blank=True, verbose_name='to')),
                ('subject', models.TextField(blank=True, verbose_name='subject')),
                ('text', models.TextField(blank=True, verbose_name='text')),
                ('html', models.TextField(blank=True, verbose_name='HTML')),
                ('attachments', models.JSONField(blank=True, default=list, verbose_name='attachments')),
                ('secret', models.BooleanField(default=False, help_text='Its text opens an account: nobody is shown it, and it goes once it is sent.', verbose_name='secret')),
                ('message_id', models.CharField(max_length=255, verbose_name='Message-ID')),
                ('status', models.CharField(choices=[('waiting', 'waiting'), ('sending', 'being sent'), ('sent', 'sent'), ('failed', 'failed'), ('dropped', 'no longer of use, not sent')], default='waiting', max_length=10, verbose_name='status')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                ('due_at', models.DateTimeField(blank=True, help_text='When the sweep hands it over next.', null=True, verbose_name='next attempt')),
                ('not_after', models.DateTimeField(blank=True, help_text='Not sent any more from then on.', null=True, verbose_name='of use until')),
                ('claimed_by', models.UUIDField(blank=True, null=True, verbose_name='claimed by')),
                ('lease_until', models.DateTimeField(blank=True, null=True, verbose_name='claimed until')),
                ('overtaken', models.BooleanField(default=False, verbose_name='overtaken by a later e-mail')),
                ('last_error', models.TextField(blank=True, verbose_name='why it did not go through')),
                ('bounced_at', models.DateTimeField(blank=True, null=True, verbose_name='came back')),
                ('bounce_reason', models.TextField(blank=True, db_default='', default='', verbose_name='why it came back')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='written')),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='sent')),
                ('purged_at', models.DateTimeField(blank=True, null=True, verbose_name='emptied')),
            ],
            options={
                'verbose_name': 'e-mail',
                'verbose_name_plural': 'e-mails',
                'ordering': ('-pk',),
                'permissions': (('send_outgoingemail', 'Can send failed e-mails again, and test messages'),),
                'default_permissions': ('view', 'change'),
                'indexes': [models.Index(condition=models.Q(('status', 'waiting')), fields=['due_at'], name='mail_sweep_waiting'), models.Index(condition=models.Q(('status', 'sending')), fields=['lease_until'], name='mail_sweep_sending'), models.Index(condition=models.Q(('purged_at', None)), fields=['created_at'], name='mail_to_purge'), models.Index(fields=['message_id'], name='mail_by_message_id'), models.Index(condition=models.Q(('bounced_at__isnull', False)), fields=['bounced_at'], name='mail_bounced'), models.Index(condition=models.Q(('about', ''), _negated=True), fields=['about'], name='mail_of_a_thing'), models.Index(condition=models.Q(('status', 'sent'), _negated=True), fields=['status', '-id'], name='mail_not_sent')],
                'constraints': [models.UniqueConstraint(fields=('key',), name='mail_written_once_per_key'), models.CheckConstraint(condition=models.Q(('status__in', ['waiting', 'sending', 'sent', 'failed', 'dropped'])), name='mail_status_is_known'), models.CheckConstraint(condition=models.Q(models.Q(('due_at__isnull', False), ('status', 'waiting')), models.Q(models.Q(('status', 'waiting'), _negated=True), ('due_at', None)), _connector='OR'), name='mail_is_due_only_while_waiting'), models.CheckConstraint(condition=models.Q(models.Q(('claimed_by__isnull', False), ('lease_until__isnull', False), ('status', 'sending')), models.Q(models.Q(('status', 'sending'), _negated=True), ('claimed_by', None), ('lease_until', None)), _connector='OR'), name='mail_is_claimed_only_while_sending'), models.CheckConstraint(condition=models.Q(models.Q(('sent_at__isnull', False), ('status', 'sent')), models.Q(models.Q(('status', 'sent'), _negated=True), ('sent_at', None)), _connector='OR'), name='mail_sent_has_its_time'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'failed'), _negated=True), models.Q(('last_error', ''), _negated=True), ('purged_at__isnull', False), _connector='OR'), name='mail_failed_says_why'), models.CheckConstraint(condition=models.Q(('overtaken', False), models.Q(('status', 'waiting'), _negated=True), _connector='OR'), name='mail_overtaken_does_not_wait'), models.CheckConstraint(condition=models.Q(('purged_at', None), models.Q(('attachments', []), ('bounce_reason', ''), ('html', ''), ('last_error', ''), ('subject', ''), ('text', ''), ('to', '')), _connector='OR'), name='mail_purged_holds_nobody')],
            },
        ),
    ]
