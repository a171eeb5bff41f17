from django.urls import path, register_converter
from django.urls.converters import StringConverter

from devstack import views


class MailKey(StringConverter):
    """The name of a file in a Maildir."""

    regex = r"[\w.=,:-]+"


register_converter(MailKey, "mail_key")

app_name = "devstack"
urlpatterns = [
    path("", views.mail_list, name="mail_list"),
    path("throw-away/", views.throw_away, name="throw_away"),
    path("example/<slug:template>/<slug:language>/", views.mail_example, name="mail_example"),
    path("<mail_key:key>/", views.mail, name="mail"),
    path("<mail_key:key>/html/", views.mail_html, name="mail_html"),
    path("<mail_key:key>/attachments/<int:number>/", views.attachment, name="attachment"),
]
