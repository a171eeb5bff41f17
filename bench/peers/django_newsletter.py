"""Mails a second by django-newsletter 1.2, in its own virtual environment.

Run by bench/peer.py with a database address, the socket's folder or nothing, the port of an SMTP
server, and a file with the text; prints JSON.
"""

import datetime
import json
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import django
from django.conf import settings

MAILS = 1_000
address = urlsplit(sys.argv[1])
settings.configure(
    SECRET_KEY="only-for-measuring",  # noqa: S106
    USE_TZ=True,
    ROOT_URLCONF="newsletter.urls",
    SITE_ID=1,
    NEWSLETTER_THUMBNAIL="sorl-thumbnail",
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    EMAIL_HOST="127.0.0.1",
    EMAIL_PORT=int(sys.argv[3]),
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": address.path.lstrip("/"),
            "USER": address.username or "",
            "PASSWORD": address.password or "",
            "HOST": sys.argv[2] or address.hostname or "",
            "PORT": address.port or "",
        }
    },
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sites",
        "sorl.thumbnail",
        "newsletter",
    ],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
)
django.setup()

from django.core.management import call_command  # noqa: E402

from newsletter.models import Article, Message, Newsletter, Submission, Subscription  # noqa: E402


def main():
    call_command("migrate", verbosity=0)
    newsletter = Newsletter.objects.create(
        title="News", slug="news", email="news@example.org", sender="News"
    )
    newsletter.site.set([1])
    Subscription.objects.bulk_create(
        Subscription(
            newsletter=newsletter,
            name_field="Reader",
            email_field=f"reader{number}@example.org",
            subscribed=True,
            activation_code=str(number),
        )
        for number in range(MAILS)
    )
    message = Message.objects.create(newsletter=newsletter, title="News", slug="news")
    Article.objects.create(
        post=message, title="What is new", text=Path(sys.argv[4]).read_text(), sortorder=10
    )
    past = datetime.datetime.now(datetime.UTC) - datetime.timedelta(minutes=1)
    submission = Submission.objects.create(
        newsletter=newsletter, message=message, publish_date=past, prepared=True
    )
    submission.subscriptions.set(Subscription.objects.all())
    began = time.perf_counter()
    submission.submit()
    print(json.dumps({"a_second": MAILS / (time.perf_counter() - began)}))


main()
