"""The addresses of the pages that belong to no subject."""

from django.urls import URLPattern, path

from pages import price_views, provider_views, state_views, views
from pages.text_pages import catalog
from pages.text_pages import views as texts

app_name = "pages"
# Each under its own address: /how-it-works/, /privacy/ …
text_pages = [
    path(f"{entry.slug}/", texts.text_page, {"slug": entry.slug}, name=entry.route.split(":")[1])
    for entry in catalog.ENTRIES
    if entry.slug != texts.FAQ
]
urlpatterns: list[URLPattern] = [
    path("", views.home, name="home"),
    path("share.png", views.share, name="share"),
    path("about/", views.about, name="about"),
    path("contact/", views.contact, name="contact"),
    path("faq/", texts.faq, name="faq"),
    path("faq/questions/", texts.faq_questions, name="faq_questions"),
    *text_pages,
    path("prices/", price_views.prices, name="prices"),
    path("providers/", provider_views.providers, name="providers"),
    path("providers/<slug:slug>/", provider_views.provider, name="provider"),
    path("providers/<slug:slug>/next-free/", provider_views.next_free, name="next_free"),
    path("states/", state_views.states, name="states"),
    path("states/<slug:slug>/", state_views.state, name="state"),
    path("<slug:slug>/versions/", texts.versions, name="text_versions"),
    path("<slug:slug>/versions/<int:number>/", texts.version, name="text_version"),
]
