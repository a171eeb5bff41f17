"""No cell of a file that we hand out is taken for a formula, and all of it comes in the same."""

import ast
import csv
import io
import json

import pytest
from django.core.management import call_command

from core import spreadsheets
from newsletter.models import Event, Subscriber, Topic
from tests.core.staff.people import make_staff, sign_in
from tests.import_graph import modules
from tests.newsletter.factories import make_consent_text, make_subscriber, make_topic

FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\rcmd",
    "\ncmd",
    " =1",
    "\N{NO-BREAK SPACE}=1",
    "\N{ZERO WIDTH SPACE}=1",
    "\ufeff=1",
    "\0=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM",
    "﹦1",
    "−1",
    "'=1",
    "''=1",
    '"=1',
    '" =1"',
    "“=1",
    "=cmd|' /C calc'!A0",
]
PLAIN = ["", "Recovery", "'tis", "a=b", "grace@example.org", "O'Hara", "5 - 3", "=", "'", "''", '"']
# What no `=` stands in can still be the address of somebody.
ADDRESSES = ["=cmd@example.org", "+tag@example.org", "-dash@example.org", "'=x@example.org"]


@pytest.mark.parametrize("text", FORMULAS)
def test_what_a_program_could_calculate_begins_with_an_apostrophe(text):
    assert spreadsheets.cell(text) == f"'{text}"


@pytest.mark.parametrize("text", [*FORMULAS, *PLAIN])
def test_whatever_goes_out_comes_in_the_same(text):
    assert spreadsheets.value(spreadsheets.cell(text)) == text
    written = io.StringIO(spreadsheets.table([["name", text]]), newline="")
    assert list(spreadsheets.reader(written)) == [["name", text]]


def test_files_of_others_are_read_as_they_are():
    assert list(spreadsheets.reader(["'tis,O'Hara,'x@example.org"])) == [
        ["'tis", "O'Hara", "'x@example.org"]
    ]


def is_bad(text: str) -> bool:
    return spreadsheets.calculates(text) and not text.startswith("'")


@pytest.mark.django_db
def test_the_list_of_readers_holds_no_formula_and_can_come_in_again(tmp_path):
    for address in ADDRESSES:
        make_subscriber(email=address).topics.add(make_topic())
    out, report = tmp_path / "out.csv", tmp_path / "report.csv"
    call_command("export_subscribers", str(out))
    assert not any(is_bad(text) for row in csv.reader(out.open(newline="")) for text in row)
    before = set(Subscriber.objects.values_list("email", "joined_at", "topics"))
    Subscriber.topics.through.objects.all().delete()
    Subscriber.objects.all().delete()
    call_command("import_subscribers", str(out), "--source", "ours", "--report", str(report))
    after = set(Subscriber.objects.values_list("email", "joined_at", "topics"))
    assert {(a, t) for a, _j, t in after} == {(a, t) for a, _j, t in before}
    assert report.read_text().split() == ["line,email,why"]


@pytest.mark.django_db
def test_the_report_of_what_was_left_out_holds_no_formula(tmp_path):
    make_consent_text()
    path, report = tmp_path / "list.csv", tmp_path / "report.csv"
    lines = [f'"{text}"' for text in ("=1+1", " @SUM", "＝1", "=HYPERLINK(1)@x")]
    path.write_text("\n".join(["email", *lines]))
    options = ["--all-active", "--source", "x", "--report", str(report)]
    call_command("import_subscribers", str(path), *options)
    rows = list(csv.reader(report.open(newline="")))
    assert len(rows) == 5
    assert not any(is_bad(text) for row in rows for text in row)


@pytest.mark.django_db
def test_the_record_of_one_person_holds_no_formula_and_says_the_same_as_json(client):
    editor = sign_in(client, make_staff("newsletter editor"))
    reader = make_subscriber(email="=cmd@example.org")
    reader.topics.add(Topic.objects.create(name="＝1+1", slug="one"))
    Event.objects.create(source="x", event_id="1", kind="deferred", subscriber=reader, why="\t@X")
    page = f"/admin/newsletter/subscriber/{reader.pk}/record"
    text = editor.get(f"{page}.csv").text
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert not any(is_bad(cell) for row in rows for cell in row)
    read = {
        (part, name): value
        for part, name, value in spreadsheets.reader(io.StringIO(text, newline=""))
    }
    record = json.loads(editor.get(f"{page}.json").content)
    assert read["", "e-mail"] == record["e-mail"] == "=cmd@example.org"
    assert read["", "topics"] == ", ".join(record["topics"])
    assert read["reports about issues 1", "reason"] == "\t@X"


def test_no_other_module_writes_csv():
    """`importing` streams into the database: nobody opens that."""
    writers = {"core.spreadsheets", "newsletter.subscription.bulk_import"}
    found = {
        name
        for name, tree in modules().items()
        for node in ast.walk(tree)
        if (isinstance(node, ast.Attribute) and node.attr in {"writer", "DictWriter"})
        or (isinstance(node, ast.Constant) and "TO STDOUT" in str(node.value))
    }
    assert found == writers
