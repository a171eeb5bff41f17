"""Django's command, whose files are the same whoever makes them, and on whatever day."""

import ast
import re
from functools import cached_property
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.commands import makemessages

# What nobody reads of this site, or is no source.
NO_SOURCES = (".venv*", "var", "staticfiles", "tests", "bench", "demo", "devstack", "semgrep")
# What staff alone read, who work in the default language: by folder, by name, by path.
STAFF_FOLDERS = (
    *("admin", "account", "mfa", "management", "migrations", "api", "webhooks", "monitoring"),
    *("database", "revisions", "wordpress", "transfer", "bounces", "delivery", "conflicts"),
    *("patient_records", "richtext"),
)
STAFF_MODULES = (
    *("admin.py", "apps.py", "*health_checks.py", "*after_restore.py", "staff_emails.py"),
    *("provider_emails.py", "moderation.py", "calls.py", "conflicts.py"),
    "patient_records.py",
    "device_check.py",
)
STAFF_PATHS = (
    *("core/staff", "core/images/[!u]*", "core/web", "curednation", "articles/publishing"),
    *("articles/models", "newsletter/models", "newsletter/issues/checks.py"),
    *("newsletter/issues/workflow.py", "core/mail/[!m]*", "core/mail/models.py"),
    *("core/sms", "core/outbox"),
    *("appointments/models/clinic.py", "visits/models/notes.py", "visits/models/start_checks.py"),
    *("payments/collection/attempts.py", "payments/documents/superbill_pdf.py"),
    "payments/models/billing.py",
    "messaging/models/rules.py",
    *(
        f"pages/text_pages/{name}.py"
        for name in ("expiring_pages", "forms", "publishing", "workflow_actions")
    ),
)
# To whom a mail goes stands in its name.
STAFF_MAILS = (
    *("account_*", "article_*", "provider_*", "comments_waiting.*", "*issue_trouble.*"),
    *("booking_paused.*", "chain_head.*", "mail_test.*", "contact_requests_open.*"),
    *("privacy_request_*", "staff_*", "_somebody_waits.*", "_provider_*"),
)
STAFF = (
    *STAFF_FOLDERS,
    *STAFF_MODULES,
    *STAFF_PATHS,
    *(f"templates/mail/{name}" for name in STAFF_MAILS),
)
COLUMN = re.compile(r"(Field|Key|Column|Constraint)$")
LABELS = {
    *("verbose_name", "verbose_name_plural", "help_text", "permissions"),
    "violation_error_message",
}
DATES = re.compile(r'^"(?:POT-Creation|PO-Revision)-Date: .*\n', re.MULTILINE)


class BuildFile(makemessages.BuildFile):
    """A source; of tables without what columns are called, which stands in staff's forms alone."""

    @cached_property
    def is_table(self) -> bool:
        parts = Path(self.path).parts
        return parts[-1] == "models.py" or "models" in parts

    @cached_property
    def is_templatized(self) -> bool:
        return self.is_table or super().is_templatized

    def preprocess(self) -> None:
        if self.is_table:
            Path(self.work_path).write_text(without_labels(Path(self.path).read_text()))
        else:
            super().preprocess()


def without_labels(source: str) -> str:
    """Return Python without the labels of its columns and tables."""
    return ast.unparse(_Unlabelled().visit(ast.parse(source)))


class _Unlabelled(ast.NodeTransformer):
    def visit_Call(self, node: ast.Call) -> ast.AST:
        if COLUMN.search(ast.unparse(node.func)):
            node.args = [arg for arg in node.args if not isinstance(arg, ast.Call)]
            node.keywords = [each for each in node.keywords if each.arg not in LABELS]
        return self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        is_label = ast.unparse(node.targets[0]) in LABELS
        return ast.Pass() if is_label else self.generic_visit(node)


class Command(makemessages.Command):
    help = "Collect what visitors read, sorted, without line numbers and dates."
    build_file_class = BuildFile
    xgettext_options = [*makemessages.Command.xgettext_options, "--keyword=_now"]
    # A guess at what a changed sentence means would be believed.
    msgmerge_options = ["-q", "--backup=none", "--no-fuzzy-matching", "--update", "--sort-output"]
    msgattrib_options = ["--no-obsolete", "--sort-output"]

    def handle(self, *args: Any, **options: Any) -> None:
        others = [code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
        options |= {
            "locale": options["locale"] or others,
            "ignore_patterns": [*options["ignore_patterns"], *NO_SOURCES, *STAFF],
            "no_obsolete": True,
            "no_wrap": True,
            "add_location": "file",
        }
        super().handle(*args, **options)

    def write_po_file(self, potfile: str, locale: str) -> None:
        super().write_po_file(potfile, locale)
        path = Path(potfile).parent / locale / "LC_MESSAGES" / f"{self.domain}.po"
        path.write_text(DATES.sub("", path.read_text()))
