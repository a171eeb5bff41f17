from django.db import migrations, models
from django.db.models.deletion import CASCADE


class Migration(migrations.Migration):
    dependencies = [("articles", "0009_facts_with_a_date")]

    operations = [
        migrations.RenameModel("Opinion", "Feedback"),
        migrations.AlterField(
            "feedback",
            "article",
            models.ForeignKey(
                "articles.article", CASCADE, related_name="feedback", verbose_name="article"
            ),
        ),
    ]
