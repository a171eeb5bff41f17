"""The app of the pages that belong to no subject."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PagesConfig(AppConfig):
    """Testimonials, and the pages of text that staff edit."""

    name = "pages"
    label = "pages"
    verbose_name = _("Pages")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let the search find pages of text, the questions in them, providers and states."""
        from core import site_pages  # late: apps are not loaded before
        from pages import clinic_search
        from pages.text_pages import catalog, page_search

        site_pages.register(*page_search.pages(catalog.ENTRIES))
        site_pages.register_finder(clinic_search.find_states)
        site_pages.register_finder(clinic_search.find_providers)
        site_pages.register_finder(page_search.find_questions)
