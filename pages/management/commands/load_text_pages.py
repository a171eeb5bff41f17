"""`manage.py load_text_pages`: the questions, rules and notices that come with the site."""

from typing import Any

from django.core.management.base import BaseCommand

from pages.text_pages import loading


class Command(BaseCommand):
    """Loads the files of `pages/library`."""

    help = (
        "Load the pages of text that come with the site. Readers see them at once, with a line "
        "that the clinic has not reviewed them. What staff have written or approved stays."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        new, same = loading.load()
        self.stdout.write(f"{new} new, {same} as they were.")
