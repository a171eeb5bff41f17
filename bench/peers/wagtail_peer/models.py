"""An article as a Wagtail site would hold it: what its page shows here, its page shows there."""

from django.db import models
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from wagtail import blocks
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.fields import StreamField
from wagtail.models import Orderable, Page

# Call-outs and tables have no place in Wagtail's rich text: they are blocks of their own.
BODY = [
    ("heading", blocks.CharBlock()),
    ("text", blocks.RichTextBlock()),
    ("callout", blocks.RichTextBlock()),
    ("table", blocks.RawHTMLBlock()),
]


@register_setting
class Practice(BaseSiteSetting):
    name = models.CharField(max_length=80, default="Practice")
    phone = models.CharField(max_length=40, default="(615) 555-0142")
    address = models.CharField(max_length=120, default="1 Main Street, Nashville, TN 37200")


class Voice(models.Model):
    words = models.TextField()
    name = models.CharField(max_length=80)

    def __str__(self):
        return self.name


class Person(models.Model):
    name = models.CharField(max_length=80)
    credentials = models.CharField(max_length=40, default="MD")

    def __str__(self):
        return self.name


class Topic(models.Model):
    name = models.CharField(max_length=80)

    def __str__(self):
        return self.name


class ArticleList(Page):
    pass


class ArticlePage(Page):
    summary = models.CharField(max_length=300)
    key_points = models.JSONField(default=list)
    body = StreamField(BODY)
    author = models.ForeignKey(Person, models.PROTECT, related_name="+")
    reviewer = models.ForeignKey(Person, models.PROTECT, related_name="+")
    topic = models.ForeignKey(Topic, models.PROTECT)
    topics = ParentalManyToManyField(Topic, related_name="+")

    def get_context(self, request, *args, **kwargs):
        others = ArticlePage.objects.live().public().exclude(pk=self.pk)
        return super().get_context(request, *args, **kwargs) | {
            "related": others.select_related("topic")[:6],
            "voices": Voice.objects.all()[:3],
            "crumbs": self.get_ancestors().live()[1:],
        }


class Source(Orderable):
    page = ParentalKey(ArticlePage, on_delete=models.CASCADE, related_name="sources")
    title = models.CharField(max_length=300)
    publisher = models.CharField(max_length=200)
    url = models.URLField(max_length=500)


class Question(Orderable):
    page = ParentalKey(ArticlePage, on_delete=models.CASCADE, related_name="questions")
    question = models.CharField(max_length=200)
    answer = models.TextField()
