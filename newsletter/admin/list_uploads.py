"""Importing readers: a file, its columns, a try in which nobody is added, then the import itself.

A worker reads the file; these pages show how far it is.
"""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.staff.admin_urls import Page, admin_urls
from core.staff.audit.disclosures import declare, declare_none
from core.validation.primary_keys import parse_key
from newsletter.admin.long_lists import LongListAdmin
from newsletter.models import ListUpload
from newsletter.transfer import column_roles, uploads
from newsletter.transfer.csv_formats import Unreadable

ROLES = [
    ("", gettext_lazy("Not used")),
    ("email", gettext_lazy("E-mail address")),
    ("status", gettext_lazy("Status, in words")),
    ("reads", gettext_lazy("Yes: they read. No: they left")),
    ("left", gettext_lazy("Anything here: they left")),
    ("bounced", gettext_lazy("Anything here: mail to them came back")),
    ("complained", gettext_lazy("Anything here: they complained")),
    ("confirmed", gettext_lazy("No: they never confirmed")),
    ("joined", gettext_lazy("Since when they read")),
    ("topics", gettext_lazy("Topics")),
    ("language", gettext_lazy("Language they read")),
    ("network", gettext_lazy("Address of their network when they agreed")),
]
SEES_READERS = "newsletter.view_subscriber"


class UploadForm(forms.ModelForm):
    """The file, and what is true of all in it."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "CSV, of Mailchimp, listmonk, Ghost, Substack, Mautic or another program; up to 30 MB."
        ),
        widget=forms.FileInput({"accept": ".csv,.txt,.tsv,text/csv"}),
    )

    class Meta:
        model = ListUpload
        fields = ["file", "source", "topic", "all_in"]
        widgets = {"all_in": forms.RadioSelect, "source": forms.TextInput({"size": 60})}

    def clean_source(self) -> str:
        return " ".join(self.cleaned_data["source"].split())

    def clean(self) -> dict[str, Any]:
        """Keep the file where nothing else is wrong."""
        given = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                self.upload = uploads.create(
                    given["file"],
                    name=given["file"].name,
                    source=given["source"],
                    all_in=given["all_in"],
                    topic=given["topic"],
                    by=self.user,  # type: ignore[attr-defined]  # of get_form
                )
            except Unreadable as error:
                self.add_error("file", ValidationError(str(error)))
        return given


class ColumnsForm(forms.Form):
    """What each column holds. One that says who left is read in any case."""

    all_in = forms.ChoiceField(
        label=gettext_lazy("Who left"),
        choices=ListUpload.AllIn.choices,
        required=False,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, upload: ListUpload, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["all_in"].initial = upload.all_in
        chosen = upload.columns or upload.header
        self.places = range(len(upload.header))
        for place in self.places:
            header = upload.header[place]
            guessed = column_roles.guess(header)
            self.fields[f"column-{place}"] = forms.ChoiceField(
                label=header or "–",
                choices=ROLES,
                required=False,
                initial=guessed if chosen[place] == header else column_roles.guess(chosen[place]),
                disabled=guessed in column_roles.ALWAYS_READ,
            )

    @property
    def roles(self) -> list[str]:
        """Return the role of each column."""
        return [self.cleaned_data[f"column-{place}"] for place in self.places]


@admin.register(ListUpload)
class ListUploadAdmin(LongListAdmin):
    """One page for each upload, from its columns to its end."""

    list_display = ["created_at", "name", "status", "added", "taken_off", "created_by"]
    list_select_related = ["created_by"]
    change_list_template = "admin/newsletter/listupload/change_list.html"
    fields = ["source", "topic", "all_in"]  # and the file: see UploadForm

    def get_urls(self) -> list[URLPattern]:
        pages: list[Page] = [
            ("<int:pk>/columns/", self.columns_view),
            ("<int:pk>/start/", self.start_view),
            ("<int:pk>/discard/", self.discard_view),
            ("<int:pk>/now/", self.upload_progress_view),
            ("<int:pk>/report.csv", self.report_view),
        ]
        return [*admin_urls(self, pages), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("sample", "header", "columns")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("newsletter.add_listupload")

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        """Take a file. What is wrong with it is said beside the field."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = UploadForm(request.POST or None, request.FILES or None)
        form.user = request.user  # type: ignore[attr-defined]  # who uploads it
        if request.method == "POST" and form.is_valid():
            self.log_addition(request, form.upload, "uploaded")
            return declare_none(redirect("admin:newsletter_listupload_change", form.upload.pk))
        context = self._context(request, title=_("Import readers"), form=form)
        return declare_none(
            TemplateResponse(request, "admin/newsletter/listupload/new.html", context)
        )

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show where it stands, and what can be done now."""
        if request.method == "POST":
            raise PermissionDenied  # each step has an address of its own
        try:
            upload = self._upload(request, object_id)
        except Http404:
            self.message_user(request, _("There is no such import."), messages.WARNING)
            return declare_none(redirect("admin:newsletter_listupload_changelist"))
        return self._shown(request, upload, ColumnsForm(upload=upload))

    def columns_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take what each column holds, and let a worker try the file."""
        upload = self._posted(request, pk)
        form = ColumnsForm(request.POST, upload=upload)
        if not form.is_valid():
            return self._shown(request, upload, form)
        roles, all_in = form.roles, form.cleaned_data["all_in"]
        return self._do(
            request, upload, _("It is being tried."), uploads.check, roles=roles, all_in=all_in
        )

    def start_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        upload = self._posted(request, pk)
        return self._do(request, upload, _("It is being imported."), uploads.start)

    def discard_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        upload = self._posted(request, pk)
        return self._do(request, upload, _("It is thrown away."), uploads.discard)

    def upload_progress_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Return the part of the page that changes while a worker reads."""
        upload = self._upload(request, str(pk))
        context = self._context(request, upload=upload, running=upload.status in upload.RUNNING)
        if not context["running"]:  # there is something to do now
            answer = HttpResponse(status=204, headers={"HX-Refresh": "true"})
            return declare_none(answer)
        page = TemplateResponse(request, "admin/newsletter/listupload/_progress.html", context)
        return declare_none(page)

    def report_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Return each line that was not taken over, or not all of it, as CSV."""
        upload = self._upload(request, str(pk))
        headers = {"Content-Disposition": f'attachment; filename="import-{upload.pk}.csv"'}
        file = StreamingHttpResponse(
            uploads.report(upload), content_type="text/csv; charset=utf-8", headers=headers
        )
        return declare(file, [upload])

    def _do(
        self, request: HttpRequest, upload: ListUpload, said: str, run: Any, **how: Any
    ) -> HttpResponse:
        try:
            run(upload, **how)
        except uploads.NotPossible as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            self.log_change(request, upload, said)
            self.message_user(request, said, messages.SUCCESS)
        return declare_none(redirect(self._page(upload)))

    def _shown(self, request: HttpRequest, upload: ListUpload, form: ColumnsForm) -> HttpResponse:
        columns = [
            (form[f"column-{place}"], [row[place] for row in upload.sample if place < len(row)])
            for place in form.places
        ]
        context = self._context(
            request,
            title=str(upload),
            upload=upload,
            form=form,
            columns=columns,
            running=upload.status in upload.RUNNING,
            can_change=self.has_add_permission(request),
            has_report=upload.parts.filter(kind="report").exists(),
        )
        page = TemplateResponse(request, "admin/newsletter/listupload/upload.html", context)
        return declare(page, [upload])

    def _context(self, request: HttpRequest, **more: Any) -> dict[str, Any]:
        return {**self.admin_site.each_context(request), "opts": self.opts, **more}

    def _upload(self, request: HttpRequest, pk: str) -> ListUpload:
        """Return it. Its pages show addresses of readers: they take the right to see those, too."""
        if not (self.has_view_permission(request) and request.user.has_perm(SEES_READERS)):
            raise PermissionDenied
        return get_object_or_404(ListUpload, pk=parse_key(pk))

    def _posted(self, request: HttpRequest, pk: int) -> ListUpload:
        if request.method != "POST":
            raise Http404
        if not self.has_add_permission(request):
            raise PermissionDenied
        return self._upload(request, str(pk))

    def _page(self, upload: ListUpload) -> str:
        return reverse("admin:newsletter_listupload_change", args=[upload.pk])
