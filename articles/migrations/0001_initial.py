import articles.models.images
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.core.validators
import django.db.models.constraints
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import pictures.models
from django.conf import settings
from django.db import migrations, models

from articles.migrations import _synonyms
from core.database import append_only


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # It stays where this is taken back: other apps' indexes need it too.
        migrations.RunSQL('CREATE EXTENSION IF NOT EXISTS pg_trgm', migrations.RunSQL.noop),
        migrations.CreateModel(
            name='Topic',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, unique=True, verbose_name='name')),
                ('slug', models.SlugField(max_length=60, unique=True, verbose_name='address')),
                ('introduction', models.TextField(blank=True, max_length=1000, verbose_name='introduction')),
                ('icon', models.CharField(choices=[('book', 'book'), ('pill', 'pill'), ('glass', 'glass'), ('leaf', 'leaf'), ('heart', 'heart'), ('people', 'people'), ('shield', 'shield'), ('moon', 'moon'), ('sun', 'sun'), ('sunrise', 'sunrise'), ('drop', 'drop')], default='book', max_length=20, verbose_name='icon')),
                ('tint', models.CharField(blank=True, choices=[('', 'Pine'), ('honey', 'Honey'), ('clay', 'Clay')], max_length=10, verbose_name='tint')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
            ],
            options={
                'verbose_name': 'topic',
                'verbose_name_plural': 'topics',
                'ordering': ['position', 'name'],
            },
        ),
        migrations.CreateModel(
            name='Contributor',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('slug', models.SlugField(max_length=80, unique=True, verbose_name='address')),
                ('credentials', models.CharField(blank=True, help_text='For example: MD, or RN, CARN', max_length=40, verbose_name='credentials')),
                ('specialty', models.CharField(blank=True, help_text='For example: addiction medicine', max_length=80, verbose_name='specialty')),
                ('profile_url', models.URLField(blank=True, help_text="Where a reader can check the license, such as the state board's page.", verbose_name='license or profile')),
                ('biography', models.TextField(blank=True, max_length=2000, verbose_name='about')),
                ('user', models.OneToOneField(blank=True, help_text='With an account and credentials they can approve the articles of others.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='contributor', to=settings.AUTH_USER_MODEL, verbose_name='account')),
            ],
            options={
                'verbose_name': 'contributor',
                'verbose_name_plural': 'contributors',
                'ordering': ['name'],
                'permissions': [('vouch_contributor', 'Can give a contributor credentials or an account')],
            },
        ),
        migrations.CreateModel(
            name='Article',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(max_length=120, unique=True, verbose_name='address')),
                ('status', models.CharField(choices=[('draft', 'Draft'), ('in_review', 'In review'), ('scheduled', 'Scheduled'), ('published', 'Published'), ('archived', 'Archived')], default='draft', editable=False, max_length=10, verbose_name='status')),
                ('title', models.CharField(max_length=120, verbose_name='title')),
                ('summary', models.CharField(help_text='One sentence. Shown under the title, in lists and by search engines.', max_length=300, verbose_name='summary')),
                ('body', models.TextField(verbose_name='text')),
                ('key_points', models.TextField(blank=True, help_text='One on each line, three to five are best.', verbose_name='key points')),
                ('publish_at', models.DateTimeField(blank=True, help_text='Left empty it goes online as soon as it is approved.', null=True, verbose_name='publish at')),
                ('held', models.BooleanField(default=False, editable=False, verbose_name='held back')),
                ('published_at', models.DateTimeField(editable=False, null=True, verbose_name='published')),
                ('updated_at', models.DateTimeField(editable=False, null=True, verbose_name='updated')),
                ('last_reviewed', models.DateField(editable=False, null=True, verbose_name='last reviewed')),
                ('next_review', models.DateField(editable=False, null=True, verbose_name='next review')),
                ('true_until', models.DateField(editable=False, null=True, verbose_name='true until')),
                ('reviewed_whole', models.BooleanField(default=False, editable=False)),
                ('review_months', models.PositiveSmallIntegerField(default=12, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(60)], verbose_name='months between reviews')),
                ('comments_open', models.BooleanField(db_default=True, default=True, help_text='They close by themselves after a while as well.', verbose_name='open for comments')),
                ('usefulness', models.IntegerField(default=0, editable=False, verbose_name='usefulness')),
                ('changed_at', models.DateTimeField(auto_now=True, verbose_name='last changed')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('search', django.contrib.postgres.search.SearchVectorField(editable=False, null=True)),
                ('search_head', django.contrib.postgres.search.SearchVectorField(editable=False, null=True)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='written', to='articles.contributor', verbose_name='author')),
                ('reviewer', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reviewed', to='articles.contributor', verbose_name='medical reviewer')),
            ],
            options={
                'verbose_name': 'article',
                'verbose_name_plural': 'articles',
                'ordering': ['-changed_at'],
                'permissions': [('approve_article', 'Can approve articles as their medical reviewer')],
            },
        ),
        migrations.CreateModel(
            name='Correction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.CharField(max_length=400, verbose_name='text')),
                ('made_at', models.DateTimeField(verbose_name='corrected')),
                ('article', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='corrections', to='articles.article')),
            ],
            options={
                'verbose_name': 'correction',
                'verbose_name_plural': 'corrections',
                'ordering': ['-made_at'],
            },
        ),
        migrations.CreateModel(
            name='DatedFact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sentence', models.CharField(help_text='Word for word as it stands in the text.', max_length=400, verbose_name='sentence')),
                ('true_until', models.DateField(verbose_name='true until')),
                ('article', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='facts', to='articles.article')),
            ],
            options={
                'verbose_name': 'fact with a date',
                'verbose_name_plural': 'facts with a date',
                'ordering': ['true_until', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Feedback',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('helpful', models.BooleanField(verbose_name='helpful')),
                ('sentence', models.CharField(blank=True, max_length=500, verbose_name='sentence')),
                ('day', models.DateField(verbose_name='day')),
                ('article', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='feedback', to='articles.article', verbose_name='article')),
            ],
            options={
                'verbose_name': 'answer to “Was this helpful?”',
                'verbose_name_plural': 'answers to “Was this helpful?”',
                'ordering': ['-day', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='ImageAsset',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file', pictures.models.PictureField(aspect_ratios=[None], breakpoints={'m': 768}, container_width=800, file_types=['AVIF', 'WEBP'], grid_columns=2, height_field='height', pixel_densities=[1, 2], upload_to=articles.models.images.random_name, verbose_name='file', width_field='width')),
                ('width', models.PositiveIntegerField(default=0, editable=False)),
                ('height', models.PositiveIntegerField(default=0, editable=False)),
                ('alt', models.CharField(help_text='Read aloud to people who cannot see it. One plain sentence.', max_length=250, verbose_name='what it shows')),
                ('caption', models.CharField(blank=True, max_length=300, verbose_name='caption')),
                ('credit', models.CharField(blank=True, max_length=120, verbose_name='credit')),
                ('sizes_made', models.BooleanField(default=False, editable=False)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='uploaded')),
            ],
            options={
                'verbose_name': 'picture',
                'verbose_name_plural': 'pictures',
                'ordering': ['-created_at'],
                'constraints': [models.CheckConstraint(condition=models.Q(('alt', ''), _negated=True), name='picture_says_what_it_shows')],
            },
        ),
        migrations.AddField(
            model_name='contributor',
            name='photo',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to='articles.imageasset', verbose_name='photo'),
        ),
        migrations.AddField(
            model_name='article',
            name='cover',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to='articles.imageasset', verbose_name='cover'),
        ),
        migrations.CreateModel(
            name='LinkCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('url', models.URLField(max_length=500, verbose_name='address')),
                ('ok', models.BooleanField(verbose_name='works')),
                ('found', models.CharField(max_length=120, verbose_name='what we found')),
                ('checked_at', models.DateTimeField(verbose_name='checked')),
                ('article', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='link_checks', to='articles.article')),
            ],
            options={
                'verbose_name': 'checked link',
                'verbose_name_plural': 'checked links',
                'ordering': ['ok', '-checked_at'],
            },
        ),
        migrations.CreateModel(
            name='Origin',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('site', models.CharField(max_length=200)),
                ('kind', models.CharField(max_length=10)),
                ('key', models.CharField(max_length=500)),
                ('object_pk', models.BigIntegerField()),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('site', 'kind', 'key'), name='origin_comes_once')],
            },
        ),
        migrations.CreateModel(
            name='Question',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ('question', models.CharField(max_length=200, verbose_name='question')),
                ('answer', models.TextField(max_length=1500, verbose_name='answer')),
                ('article', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='faq', to='articles.article')),
            ],
            options={
                'verbose_name': 'question',
                'verbose_name_plural': 'questions and answers',
                'ordering': ['position', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Redirect',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('path', models.CharField(help_text='For example /articles/old/', max_length=250, unique=True, verbose_name='old address')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('article', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='redirects', to='articles.article')),
            ],
            options={
                'verbose_name': 'old address',
                'verbose_name_plural': 'old addresses',
                'ordering': ['path'],
            },
        ),
        migrations.CreateModel(
            name='Related',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ('by_hand', models.BooleanField(default=True, editable=False)),
                ('article', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='related_rows', to='articles.article')),
                ('to', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='related_from', to='articles.article', verbose_name='article')),
            ],
            options={
                'verbose_name': 'related article',
                'verbose_name_plural': 'related articles',
                'ordering': ['-by_hand', 'position', 'pk'],
            },
        ),
        migrations.AddField(
            model_name='article',
            name='related',
            field=models.ManyToManyField(related_name='shown_by', through='articles.Related', to='articles.article'),
        ),
        migrations.CreateModel(
            name='Revision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='number')),
                ('title', models.CharField(max_length=120, verbose_name='title')),
                ('summary', models.CharField(max_length=300, verbose_name='summary')),
                ('body', models.TextField(verbose_name='text')),
                ('key_points', models.JSONField(default=list, verbose_name='key points')),
                ('faq', models.JSONField(default=list, verbose_name='questions')),
                ('sources', models.JSONField(default=list, verbose_name='sources')),
                ('facts', models.JSONField(null=True, verbose_name='facts with a date')),
                ('correction', models.CharField(blank=True, max_length=400, verbose_name='correction')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='what changed')),
                ('text', models.TextField()),
                ('headings', models.TextField(blank=True)),
                ('minutes', models.PositiveSmallIntegerField(default=1, verbose_name='minutes to read')),
                ('saved_at', models.DateTimeField(verbose_name='saved')),
                ('article', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='revisions', to='articles.article')),
                ('saved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL, verbose_name='saved by')),
            ],
            options={
                'verbose_name': 'revision',
                'verbose_name_plural': 'revisions',
                'ordering': ['-number'],
            },
        ),
        migrations.AddField(
            model_name='article',
            name='approved',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='articles.revision'),
        ),
        migrations.AddField(
            model_name='article',
            name='online',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='articles.revision'),
        ),
        migrations.CreateModel(
            name='Approval',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('credentials', models.CharField(max_length=40)),
                ('whole', models.BooleanField(default=True, verbose_name='the whole article')),
                ('given', models.DateTimeField(verbose_name='given')),
                ('reviewer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='approvals', to='articles.contributor')),
                ('revision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='approvals', to='articles.revision')),
            ],
            options={
                'verbose_name': 'approval',
                'verbose_name_plural': 'approvals',
                'ordering': ['-given'],
            },
        ),
        migrations.CreateModel(
            name='Source',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(verbose_name='number')),
                ('title', models.CharField(max_length=300, verbose_name='title')),
                ('publisher', models.CharField(blank=True, max_length=200, verbose_name='publisher')),
                ('year', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='year')),
                ('url', models.URLField(blank=True, max_length=500, verbose_name='address')),
                ('accessed', models.DateField(blank=True, null=True, verbose_name='accessed')),
                ('true_until', models.DateField(blank=True, help_text='The last day on which it holds, where it has one: the review comes by then.', null=True, verbose_name='true until')),
                ('article', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sources', to='articles.article')),
            ],
            options={
                'verbose_name': 'source',
                'verbose_name_plural': 'sources',
                'ordering': ['number'],
            },
        ),
        migrations.CreateModel(
            name='Synonym',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(help_text='For example: Suboxone', max_length=60, verbose_name='name')),
                ('means', models.CharField(help_text='For example: buprenorphine/naloxone', max_length=60, verbose_name='means')),
            ],
            options={
                'verbose_name': 'synonym',
                'verbose_name_plural': 'synonyms',
                'ordering': ['name'],
                'constraints': [models.UniqueConstraint(fields=('name', 'means'), name='synonym_once'), models.CheckConstraint(condition=models.Q(models.Q(('name', ''), _negated=True), models.Q(('means', ''), _negated=True)), name='synonym_has_two_sides')],
            },
        ),
        migrations.AddField(
            model_name='article',
            name='topic',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='main_articles', to='articles.topic', verbose_name='main topic'),
        ),
        migrations.AddField(
            model_name='article',
            name='topics',
            field=models.ManyToManyField(blank=True, related_name='more_articles', to='articles.topic', verbose_name='more topics'),
        ),
        migrations.CreateModel(
            name='Word',
            fields=[
                ('word', models.CharField(max_length=30, primary_key=True, serialize=False)),
            ],
            options={
                'default_permissions': (),
                'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['word'], name='word_by_trigram', opclasses=['gin_trgm_ops'])],
            },
        ),
        migrations.CreateModel(
            name='Comment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('by_staff', models.BooleanField(default=False, verbose_name='written by staff')),
                ('name', models.CharField(blank=True, max_length=80, verbose_name='name')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
                ('text', models.TextField(blank=True, max_length=3000, verbose_name='comment')),
                ('has_link', models.BooleanField(default=False, verbose_name='holds a link')),
                ('status', models.CharField(choices=[('held', 'Waiting'), ('approved', 'Approved'), ('rejected', 'Rejected'), ('spam', 'Spam'), ('withdrawn', 'Withdrawn by its writer')], default='held', max_length=10, verbose_name='status')),
                ('created_at', models.DateTimeField(verbose_name='written')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='decided')),
                ('told_at', models.DateTimeField(null=True)),
                ('article', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='comments', to='articles.article', verbose_name='article')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL, verbose_name='decided by')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='answers', to='articles.comment', verbose_name='answer to')),
                ('contributor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to='articles.contributor', verbose_name='contributor')),
            ],
            options={
                'verbose_name': 'comment',
                'verbose_name_plural': 'comments',
                'ordering': ['-created_at', '-pk'],
                'permissions': [('answer_comment', 'Can answer comments')],
                'indexes': [models.Index(condition=models.Q(('status', 'approved')), fields=['article', '-created_at'], name='comment_shown'), models.Index(condition=models.Q(('status', 'held')), fields=['created_at'], name='comment_held')],
                'constraints': [models.CheckConstraint(condition=models.Q(('status', 'withdrawn'), models.Q(models.Q(('name', ''), _negated=True), models.Q(('text', ''), _negated=True)), _connector='OR'), name='comment_has_a_name_and_a_text'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'withdrawn'), _negated=True), models.Q(('email', ''), ('name', ''), ('text', '')), _connector='OR'), name='withdrawn_comment_is_empty')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='comment',
            trigger=pgtrigger.compiler.Trigger(name='answers_have_one_level', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."parent_id" IS NOT NULL)', func="\n        IF NOT EXISTS (\n            SELECT FROM articles_comment\n            WHERE id = NEW.parent_id AND article_id = NEW.article_id AND parent_id IS NULL\n        ) THEN\n            RAISE EXCEPTION 'an answer stands under a comment of its article'\n                USING ERRCODE = 'check_violation';\n        END IF;\n        RETURN NEW;\n    ", hash='1ae805c8d95dcc11060d774260bee4953e5662ce', operation='INSERT OR UPDATE OF "parent_id", "article_id"', pgid='pgtrigger_answers_have_one_level_7413f', table='articles_comment', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='contributor',
            constraint=models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='contributor_has_a_name'),
        ),
        migrations.AddConstraint(
            model_name='linkcheck',
            constraint=models.UniqueConstraint(fields=('article', 'url'), name='link_check_once'),
        ),
        migrations.AddConstraint(
            model_name='redirect',
            constraint=models.CheckConstraint(condition=models.Q(('path__startswith', '/')), name='redirect_from_a_path'),
        ),
        migrations.AddConstraint(
            model_name='related',
            constraint=models.UniqueConstraint(fields=('article', 'to'), name='related_article_once'),
        ),
        migrations.AddConstraint(
            model_name='related',
            constraint=models.CheckConstraint(condition=models.Q(('article', models.F('to')), _negated=True), name='article_is_not_related_to_itself'),
        ),
        migrations.AddConstraint(
            model_name='revision',
            constraint=models.UniqueConstraint(fields=('article', 'number'), name='revision_number_once'),
        ),
        migrations.AddConstraint(
            model_name='approval',
            constraint=models.CheckConstraint(condition=models.Q(('credentials', ''), _negated=True), name='approval_by_credentials'),
        ),
        migrations.AddConstraint(
            model_name='source',
            constraint=models.UniqueConstraint(deferrable=django.db.models.constraints.Deferrable['DEFERRED'], fields=('article', 'number'), name='source_number_once', violation_error_message='Two sources have the same number.'),
        ),
        migrations.AddConstraint(
            model_name='source',
            constraint=models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='source_numbers_from_one'),
        ),
        migrations.AddIndex(
            model_name='article',
            index=models.Index(condition=models.Q(('online__isnull', False)), fields=['-published_at', '-id'], name='article_newest'),
        ),
        migrations.AddIndex(
            model_name='article',
            index=models.Index(condition=models.Q(('status', 'scheduled')), fields=['publish_at'], name='article_due'),
        ),
        migrations.AddIndex(
            model_name='article',
            index=django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=['search'], name='article_search'),
        ),
        migrations.AddIndex(
            model_name='article',
            index=django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=['search_head'], name='article_search_head'),
        ),
        migrations.AddConstraint(
            model_name='article',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'published'), _negated=True), ('online__isnull', False), _connector='OR'), name='published_article_has_a_revision_online'),
        ),
        migrations.AddConstraint(
            model_name='article',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'archived'), _negated=True), ('online__isnull', True), _connector='OR'), name='archived_article_has_nothing_online'),
        ),
        migrations.AddConstraint(
            model_name='article',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'scheduled'), _negated=True), models.Q(('approved__isnull', False), ('publish_at__isnull', False)), _connector='OR'), name='scheduled_article_is_approved_and_has_a_time'),
        ),
        migrations.AddConstraint(
            model_name='article',
            constraint=models.CheckConstraint(condition=models.Q(('online__isnull', True), models.Q(('reviewer__isnull', False), ('published_at__isnull', False)), _connector='OR'), name='article_goes_online_only_with_a_reviewer'),
        ),
        migrations.AddConstraint(
            model_name='article',
            constraint=models.CheckConstraint(condition=models.Q(('reviewer__isnull', True), models.Q(('reviewer', models.F('author')), _negated=True), _connector='OR'), name='author_does_not_review_their_own_article'),
        ),
        migrations.AddConstraint(
            model_name='article',
            constraint=models.CheckConstraint(condition=models.Q(('slug__in', ['comments', 'contributors', 'feed', 'images', 'preview', 'search', 'topics']), _negated=True), name='slug_is_free'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='article',
            trigger=pgtrigger.compiler.Trigger(name='index_what_is_online', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE shown articles_revision; its_title text; its_summary text; its_headings text; its_text text;', func="\n        IF NEW.online_id IS NULL THEN\n            NEW.search := NULL;\n            NEW.search_head := NULL;\n            RETURN NEW;\n        END IF;\n        SELECT * INTO shown FROM articles_revision WHERE id = NEW.online_id;\n        its_title := regexp_replace(regexp_replace(regexp_replace(normalize(regexp_replace(normalize(shown.title, NFD), '[\\u0300-\\u036f]', '', 'g'), NFC), '[\\u0001-\\u002f\\u003a-\\u0040\\u005b-\\u0060\\u007b-\\u00bf\\u00d7\\u00f7\\u2000-\\u206f\\u2100-\\u214f\\u2190-\\u2bff\\u3000-\\u303f\\ufe00-\\ufe0f\\ufeff\\U0001F000-\\U0001FAFF]+', ' ', 'g'), '([0-9])([^0-9 ])', '\\1 \\2', 'g'), '([^0-9 ])([0-9])', '\\1 \\2', 'g');\n        its_summary := regexp_replace(regexp_replace(regexp_replace(normalize(regexp_replace(normalize(shown.summary, NFD), '[\\u0300-\\u036f]', '', 'g'), NFC), '[\\u0001-\\u002f\\u003a-\\u0040\\u005b-\\u0060\\u007b-\\u00bf\\u00d7\\u00f7\\u2000-\\u206f\\u2100-\\u214f\\u2190-\\u2bff\\u3000-\\u303f\\ufe00-\\ufe0f\\ufeff\\U0001F000-\\U0001FAFF]+', ' ', 'g'), '([0-9])([^0-9 ])', '\\1 \\2', 'g'), '([^0-9 ])([0-9])', '\\1 \\2', 'g');\n        its_headings := regexp_replace(regexp_replace(regexp_replace(normalize(regexp_replace(normalize(left(shown.headings, 20000), NFD), '[\\u0300-\\u036f]', '', 'g'), NFC), '[\\u0001-\\u002f\\u003a-\\u0040\\u005b-\\u0060\\u007b-\\u00bf\\u00d7\\u00f7\\u2000-\\u206f\\u2100-\\u214f\\u2190-\\u2bff\\u3000-\\u303f\\ufe00-\\ufe0f\\ufeff\\U0001F000-\\U0001FAFF]+', ' ', 'g'), '([0-9])([^0-9 ])', '\\1 \\2', 'g'), '([^0-9 ])([0-9])', '\\1 \\2', 'g');\n        its_text := regexp_replace(regexp_replace(regexp_replace(normalize(regexp_replace(normalize(left(shown.text, 200000), NFD), '[\\u0300-\\u036f]', '', 'g'), NFC), '[\\u0001-\\u002f\\u003a-\\u0040\\u005b-\\u0060\\u007b-\\u00bf\\u00d7\\u00f7\\u2000-\\u206f\\u2100-\\u214f\\u2190-\\u2bff\\u3000-\\u303f\\ufe00-\\ufe0f\\ufeff\\U0001F000-\\U0001FAFF]+', ' ', 'g'), '([0-9])([^0-9 ])', '\\1 \\2', 'g'), '([^0-9 ])([0-9])', '\\1 \\2', 'g');\n        NEW.search_head :=\n            setweight(to_tsvector('english', its_title), 'A')\n            || setweight(to_tsvector('simple', its_title), 'A')\n            || setweight(to_tsvector('english', its_summary), 'B')\n            || setweight(to_tsvector('simple', its_summary), 'B')\n            || setweight(to_tsvector('english', its_headings), 'C');\n        NEW.search := NEW.search_head\n            || setweight(to_tsvector('english', its_text), 'D');\n        INSERT INTO articles_word (word)\n            SELECT word FROM unnest(tsvector_to_array(to_tsvector('simple',\n                concat_ws(' ', its_title, its_summary, its_text)\n            ))) AS word\n            WHERE word ~ '^[a-z]{4,30}$'\n            ON CONFLICT DO NOTHING;\n        RETURN NEW;\n    ", hash='ba52e0ec42a9bedd000a6d1f3b3f77a98b86eaa7', operation='INSERT OR UPDATE OF "online_id"', pgid='pgtrigger_index_what_is_online_12c10', table='articles_article', when='BEFORE')),
        ),
        append_only.protect('articles_approval'),
        append_only.protect('articles_revision'),
        migrations.RunPython(_synonyms.write, migrations.RunPython.noop),
    ]
