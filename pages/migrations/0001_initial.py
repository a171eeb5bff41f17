import django.core.validators
import localflavor.us.models
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Testimonial',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('words', models.TextField(help_text='Without quotation marks.', max_length=400, verbose_name='words')),
                ('initial', models.CharField(help_text='A letter, best not the real one.', max_length=1, verbose_name='initial')),
                ('state', localflavor.us.models.USStateField(max_length=2, verbose_name='state')),
                ('since', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1990), django.core.validators.MaxValueValidator(2100)], verbose_name='patient since')),
                ('permission', models.BooleanField(default=False, help_text="Signed by the patient for publication, and kept in the patient's chart.", verbose_name='written permission is on file')),
                ('published', models.BooleanField(default=False, verbose_name='published')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
            ],
            options={
                'verbose_name': 'testimonial',
                'verbose_name_plural': 'testimonials',
                'ordering': ['position', 'id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('published', False), ('permission', True), _connector='OR'), name='testimonial_published_only_with_permission', violation_error_message="It can be published only when the patient's written permission is on file.")],
            },
        ),
    ]
