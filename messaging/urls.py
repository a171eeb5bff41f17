"""Messages inside the portal, under /me/messages/. What staff open is registered in the admin."""

from django.urls import URLPattern, path, re_path

from messaging.keys import PATTERN
from messaging.views import files, threads, writing

KEY = rf"(?P<key>{PATTERN})"
app_name = "messaging"
urlpatterns: list[URLPattern] = [
    path("", threads.thread_list, name="threads"),
    path("new/", writing.new_thread, name="new"),
    path("new/draft/", writing.new_thread_draft, name="new_draft"),
    re_path(rf"^files/{KEY}/$", files.download, name="file"),
    re_path(rf"^{KEY}/$", writing.thread, name="thread"),
    re_path(rf"^{KEY}/draft/$", writing.thread_draft, name="thread_draft"),
    re_path(rf"^{KEY}/read/$", threads.read, name="read"),
    re_path(rf"^{KEY}/settle/$", threads.settle, name="settle"),
]
