import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.utils.timezone
import newsletter.models.subscribers
from django.db import migrations, models

from core.database import append_only
from newsletter.delivery import step_function


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='ConsentText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveSmallIntegerField(unique=True, verbose_name='version')),
                ('text', models.TextField(verbose_name='text')),
                ('created', models.DateTimeField(auto_now_add=True, verbose_name='in force since')),
            ],
            options={
                'verbose_name': 'consent text',
                'verbose_name_plural': 'consent texts',
                'ordering': ['-version'],
            },
        ),
        migrations.CreateModel(
            name='Import',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64, unique=True, verbose_name='SHA-256 of the file')),
                ('source', models.CharField(max_length=200, verbose_name='source of consent')),
                ('lines', models.PositiveIntegerField(default=0, verbose_name='lines done')),
                ('added', models.PositiveIntegerField(default=0, verbose_name='added')),
                ('known', models.PositiveIntegerField(default=0, verbose_name='on the list before')),
                ('suppressed', models.PositiveIntegerField(default=0, verbose_name='left, came back or complained here')),
                ('refused', models.PositiveIntegerField(default=0, verbose_name='not taken over')),
                ('taken_off', models.PositiveIntegerField(db_default=0, default=0, verbose_name='taken off here')),
                ('started_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='begun')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='ended')),
            ],
            options={
                'verbose_name': 'import',
                'verbose_name_plural': 'imports',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='Issue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject', models.CharField(max_length=150, verbose_name='subject')),
                ('preview', models.CharField(blank=True, help_text='Mail programs show it after the subject. One sentence that adds to it.', max_length=150, verbose_name='preview text')),
                ('slug', models.SlugField(max_length=80, unique=True, verbose_name='address')),
                ('body', models.TextField(blank=True, verbose_name='text')),
                ('articles', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), blank=True, default=list, help_text='Shown as cards below the text, in this order.', size=None, verbose_name='articles')),
                ('joined_since', models.DateField(blank=True, help_text='Only subscribers who joined on this day or later.', null=True, verbose_name='joined since')),
                ('in_archive', models.BooleanField(default=True, help_text='Everybody can read it once it is sent.', verbose_name='in the archive')),
                ('status', models.CharField(choices=[('draft', 'draft'), ('scheduled', 'scheduled'), ('held', 'held: its time was missed'), ('sending', 'being sent'), ('paused', 'paused'), ('sent', 'sent'), ('cancelled', 'cancelled')], default='draft', max_length=10, verbose_name='status')),
                ('send_at', models.DateTimeField(blank=True, null=True, verbose_name='to be sent')),
                ('zone', models.CharField(blank=True, choices=[('America/New_York', 'Eastern Time'), ('America/Chicago', 'Central Time'), ('America/Denver', 'Mountain Time'), ('America/Phoenix', 'Mountain Time without daylight saving (Arizona)'), ('America/Los_Angeles', 'Pacific Time'), ('America/Anchorage', 'Alaska Time'), ('Pacific/Honolulu', 'Hawaii Time'), ('America/Puerto_Rico', 'Atlantic Time (Puerto Rico)'), ('Pacific/Guam', 'Chamorro Time (Guam)')], max_length=40, verbose_name='time zone')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='why it does not run')),
                ('resumes_at', models.DateTimeField(blank=True, null=True, verbose_name='goes on by itself')),
                ('retries', models.PositiveSmallIntegerField(default=0, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='written')),
                ('started_at', models.DateTimeField(blank=True, null=True, verbose_name='sending began')),
                ('frozen_at', models.DateTimeField(blank=True, null=True, verbose_name='recipients frozen')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='sending ended')),
                ('total', models.PositiveIntegerField(default=0, verbose_name='recipients')),
                ('bounced', models.PositiveIntegerField(db_default=0, default=0, editable=False)),
                ('holds_bounces', models.BooleanField(db_default=False, default=False, editable=False)),
                ('cards', models.JSONField(blank=True, default=list, editable=False)),
                ('email_html', models.TextField(blank=True, editable=False)),
                ('email_text', models.TextField(blank=True, editable=False)),
            ],
            options={
                'verbose_name': 'issue',
                'verbose_name_plural': 'issues',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='Topic',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('slug', models.SlugField(max_length=80, unique=True, verbose_name='address')),
                ('description', models.CharField(blank=True, max_length=200, verbose_name='description')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ('offered', models.BooleanField(default=True, help_text='Shown to subscribers on their preferences page.', verbose_name='offered')),
            ],
            options={
                'verbose_name': 'topic',
                'verbose_name_plural': 'topics',
                'ordering': ['position', 'name'],
            },
        ),
        migrations.CreateModel(
            name='Consent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('confirmed', 'asked and confirmed'), ('imported', 'brought in from another list'), ('returned', 'took leaving back'), ('left', 'left'), ('bounced', 'mail came back'), ('restored', 'mail came back by mistake: on the list again'), ('complained', 'complained'), ('erased', 'erased')], max_length=10, verbose_name='what')),
                ('address_hash', models.CharField(max_length=64, verbose_name='keyed hash of the address')),
                ('asked_at', models.DateTimeField(blank=True, null=True, verbose_name='asked')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='when')),
                ('page', models.CharField(blank=True, help_text='The name of its route.', max_length=60, verbose_name='page')),
                ('how', models.CharField(blank=True, max_length=200, verbose_name='how')),
                ('issue', models.BigIntegerField(default=0, help_text='0: not through an issue.', verbose_name='issue')),
                ('text', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='newsletter.consenttext', verbose_name='text')),
            ],
            options={
                'verbose_name': 'consent',
                'verbose_name_plural': 'consents',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='Batch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('worker', models.CharField(max_length=120)),
                ('started_at', models.DateTimeField()),
                ('lease_until', models.DateTimeField()),
                ('finished_at', models.DateTimeField(null=True)),
                ('size', models.PositiveIntegerField()),
                ('ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                ('sent', models.PositiveIntegerField(default=0)),
                ('failed', models.PositiveIntegerField(default=0)),
                ('uncertain', models.PositiveIntegerField(default=0)),
                ('skipped', models.PositiveIntegerField(default=0)),
                ('issue', models.ForeignKey(on_delete=django.db.models.deletion.DO_NOTHING, related_name='batches', to='newsletter.issue')),
            ],
            options={
                'verbose_name': 'batch',
                'verbose_name_plural': 'batches',
            },
        ),
        migrations.CreateModel(
            name='Origin',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email', models.CharField(blank=True, max_length=254, verbose_name='e-mail')),
                ('network', models.CharField(blank=True, max_length=64, verbose_name='network')),
                ('consent', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='origin', to='newsletter.consent')),
            ],
            options={
                'verbose_name': 'origin',
                'verbose_name_plural': 'origins',
            },
        ),
        migrations.CreateModel(
            name='Subscriber',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email', models.CharField(blank=True, help_text='In its normal spelling.', max_length=254, verbose_name='e-mail')),
                ('address_hash', models.CharField(max_length=64, verbose_name='keyed hash of the address')),
                ('key', models.CharField(default=newsletter.models.subscribers.new_key, editable=False, max_length=32)),
                ('status', models.CharField(choices=[('active', 'subscribed'), ('left', 'left'), ('bounced', 'does not receive mail'), ('complained', 'complained'), ('erased', 'erased')], max_length=10, verbose_name='status')),
                ('language', models.CharField(default='en', max_length=10, verbose_name='language')),
                ('paused_until', models.DateTimeField(blank=True, null=True, verbose_name='pauses until')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='first asked')),
                ('joined_at', models.DateTimeField(blank=True, null=True, verbose_name='joined')),
                ('left_at', models.DateTimeField(blank=True, null=True, verbose_name='left')),
                ('soft_bounces', models.PositiveSmallIntegerField(default=0, verbose_name='passing failures in a row')),
                ('successor', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, to='newsletter.subscriber')),
                ('topics', models.ManyToManyField(blank=True, to='newsletter.topic', verbose_name='topics')),
            ],
            options={
                'verbose_name': 'subscriber',
                'verbose_name_plural': 'subscribers',
                'ordering': ['-pk'],
                'permissions': [('erase_subscriber', 'Can erase what names a subscriber')],
                'default_permissions': ('view', 'change'),
            },
        ),
        migrations.CreateModel(
            name='HardBounce',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('status', models.CharField(choices=[('taken off', 'taken off the list'), ('held', 'waits for staff'), ('confirmed', 'taken off the list by staff'), ('kept', 'kept on the list by staff')], max_length=10, verbose_name='status')),
                ('why', models.CharField(blank=True, max_length=200, verbose_name='reason')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='when')),
                ('issue', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='hard_bounces', to='newsletter.issue')),
                ('subscriber', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='hard_bounces', to='newsletter.subscriber')),
            ],
            options={
                'verbose_name': 'address that came back for good',
                'verbose_name_plural': 'addresses that came back for good',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=20, verbose_name='told by')),
                ('event_id', models.CharField(help_text='A hash of the name they gave it.', max_length=64)),
                ('kind', models.CharField(choices=[('delivered', 'arrived'), ('bounced', 'came back for good'), ('deferred', 'came back for now'), ('refused', 'refused because of us'), ('complained', 'reported as spam')], max_length=10, verbose_name='what')),
                ('issue', models.BigIntegerField(default=0, help_text='0: not an issue.', verbose_name='issue')),
                ('delivery', models.BigIntegerField(default=0, verbose_name='delivery')),
                ('why', models.CharField(blank=True, max_length=300, verbose_name='reason')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='when')),
                ('subscriber', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='events', to='newsletter.subscriber')),
            ],
            options={
                'verbose_name': 'report about a letter',
                'verbose_name_plural': 'reports about letters',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('due_at', models.DateTimeField(verbose_name='due')),
                ('settled_at', models.DateTimeField(null=True, verbose_name='settled')),
                ('tries', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                ('status', models.CharField(choices=[('waiting', 'waiting'), ('in flight', 'in flight'), ('sent', 'sent'), ('failed', 'failed'), ('deferred', 'tried again later'), ('uncertain', 'uncertain'), ('skipped', 'not wanted any more')], default='waiting', max_length=10, verbose_name='status')),
                ('domain', models.CharField(max_length=253, verbose_name='domain')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='reason')),
                ('batch', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, to='newsletter.batch')),
                ('issue', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='deliveries', to='newsletter.issue')),
                ('subscriber', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='deliveries', to='newsletter.subscriber')),
            ],
            options={
                'verbose_name': 'delivery',
                'verbose_name_plural': 'deliveries',
            },
        ),
        migrations.AddField(
            model_name='consent',
            name='subscriber',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='consents', to='newsletter.subscriber'),
        ),
        migrations.CreateModel(
            name='Confirmation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email', models.CharField(blank=True, max_length=254, verbose_name='e-mail')),
                ('address_hash', models.CharField(max_length=64, verbose_name='keyed hash of the address')),
                ('token_hash', models.CharField(editable=False, max_length=64, unique=True)),
                ('page', models.CharField(help_text='The name of its route.', max_length=60, verbose_name='page')),
                ('network', models.CharField(blank=True, max_length=64, verbose_name='network')),
                ('language', models.CharField(default='en', max_length=10, verbose_name='language')),
                ('asked_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='asked')),
                ('expires_at', models.DateTimeField(verbose_name='expires')),
                ('confirmed_at', models.DateTimeField(blank=True, null=True, verbose_name='confirmed')),
                ('ended_at', models.DateTimeField(blank=True, help_text='By leaving, or by an erasure.', null=True, verbose_name='ended early')),
                ('text', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='newsletter.consenttext', verbose_name='text')),
                ('mover', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='moves', to='newsletter.subscriber', verbose_name='who moves to this address')),
            ],
            options={
                'verbose_name': 'confirmation',
                'verbose_name_plural': 'confirmations',
                'ordering': ['-pk'],
            },
        ),
        migrations.AddField(
            model_name='issue',
            name='topics',
            field=models.ManyToManyField(blank=True, help_text='Only subscribers who chose one of these. None: everybody.', to='newsletter.topic', verbose_name='topics'),
        ),
        migrations.AddIndex(
            model_name='batch',
            index=models.Index(condition=models.Q(('finished_at', None)), fields=['lease_until'], name='batch_open'),
        ),
        migrations.AddIndex(
            model_name='batch',
            index=models.Index(fields=['finished_at'], name='batch_ended'),
        ),
        migrations.AddIndex(
            model_name='hardbounce',
            index=models.Index(condition=models.Q(('status', 'held')), fields=['issue'], name='hard_bounce_held'),
        ),
        migrations.AddConstraint(
            model_name='hardbounce',
            constraint=models.UniqueConstraint(fields=('issue', 'subscriber'), name='hard_bounce_once_per_issue_and_subscriber'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(condition=models.Q(('issue__gt', 0)), fields=['issue', 'kind'], name='event_by_issue'),
        ),
        migrations.AddConstraint(
            model_name='event',
            constraint=models.UniqueConstraint(fields=('source', 'event_id'), name='event_counted_once'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('batch', None)), fields=['issue', 'due_at', 'id'], name='delivery_unclaimed'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('reason__gt', '')), fields=['issue', 'reason'], name='delivery_with_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.UniqueConstraint(fields=('issue', 'subscriber'), name='delivery_once_per_issue_and_subscriber'),
        ),
        migrations.AddIndex(
            model_name='consent',
            index=models.Index(condition=models.Q(('issue__gt', 0)), fields=['issue', 'kind'], name='consent_by_issue'),
        ),
        migrations.AddIndex(
            model_name='consent',
            index=models.Index(fields=['address_hash'], name='consent_by_address'),
        ),
        migrations.AddIndex(
            model_name='consent',
            index=models.Index(fields=['kind', 'at'], name='consent_by_kind_and_time'),
        ),
        migrations.AddConstraint(
            model_name='consent',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'confirmed'), _negated=True), models.Q(('asked_at__isnull', False), ('text__isnull', False)), _connector='OR'), name='newsletter_consent_names_its_text'),
        ),
        migrations.AddConstraint(
            model_name='consent',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'imported'), _negated=True), models.Q(('how', ''), _negated=True), _connector='OR'), name='newsletter_consent_import_names_its_source'),
        ),
        migrations.AddIndex(
            model_name='confirmation',
            index=models.Index(fields=['address_hash', 'asked_at'], name='confirmation_by_address'),
        ),
        migrations.AddIndex(
            model_name='confirmation',
            index=models.Index(condition=models.Q(('email', ''), _negated=True), fields=['expires_at'], name='confirmation_to_empty'),
        ),
        migrations.AddIndex(
            model_name='subscriber',
            index=models.Index(fields=['status', 'joined_at'], name='subscriber_by_status'),
        ),
        migrations.AddIndex(
            model_name='subscriber',
            index=models.Index(django.contrib.postgres.indexes.OpClass('email', 'text_pattern_ops'), name='subscriber_by_email'),
        ),
        migrations.AddConstraint(
            model_name='subscriber',
            constraint=models.UniqueConstraint(fields=('address_hash',), name='subscriber_once_per_address'),
        ),
        migrations.AddConstraint(
            model_name='subscriber',
            constraint=models.UniqueConstraint(fields=('key',), name='subscriber_key_is_its_own'),
        ),
        migrations.AddConstraint(
            model_name='subscriber',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('email', ''), ('status', 'erased')), models.Q(models.Q(('status', 'erased'), _negated=True), models.Q(('email', ''), _negated=True)), _connector='OR'), name='subscriber_erased_holds_no_address'),
        ),
        migrations.AddConstraint(
            model_name='subscriber',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['active', 'left', 'bounced', 'complained', 'erased'])), name='subscriber_status_is_known'),
        ),
        migrations.AddConstraint(
            model_name='subscriber',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'active'), _negated=True), ('joined_at__isnull', False), _connector='OR'), name='subscriber_active_has_joined'),
        ),
        migrations.AddConstraint(
            model_name='issue',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'scheduled'), _negated=True), models.Q(('send_at__isnull', False), ('zone__gt', '')), _connector='OR'), name='issue_scheduled_has_a_time'),
        ),
        migrations.AddConstraint(
            model_name='issue',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['draft', 'scheduled', 'held', 'cancelled']), ('started_at__isnull', False), _connector='OR'), name='issue_on_its_way_has_started'),
        ),
        migrations.AddConstraint(
            model_name='issue',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'sent'), _negated=True), ('finished_at__isnull', False), _connector='OR'), name='issue_sent_has_ended'),
        ),
        append_only.protect('newsletter_consent'),
        append_only.protect('newsletter_consenttext'),
        migrations.RunSQL(step_function.CREATE, step_function.DROP),
        # Room in each page for the two changes of each row while it is sent.
        migrations.RunSQL('ALTER TABLE newsletter_delivery SET (fillfactor = 70)', migrations.RunSQL.noop),
    ]
