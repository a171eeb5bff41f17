"""What is served under /static/, and what is not."""

import json
import re
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from curednation import settings as project
from curednation.static_files import Middleware


@pytest.fixture
def collected(settings, tmp_path) -> Path:
    """As a deployment has it: what collectstatic wrote, over what an older release left."""
    settings.STATIC_ROOT = tmp_path / "files"
    settings.STATIC_ROOT.mkdir()
    (settings.STATIC_ROOT / "staticfiles.json").write_text("{}")
    settings.STATICFILES_DIRS = [tmp_path / "source"]
    settings.STATICFILES_DIRS[0].mkdir()
    (settings.STATICFILES_DIRS[0] / "theme.css").write_text("a { color: blue }")
    settings.WHITENOISE_USE_FINDERS = settings.WHITENOISE_AUTOREFRESH = False
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "curednation.static_files.Storage"}
    }
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    call_command("collectstatic", interactive=False, verbosity=0)
    return tmp_path


def test_the_list_of_all_files_is_not_served(collected):
    listed = json.loads((collected / "staticfiles.json").read_text())["paths"]
    assert "theme.css" in listed
    served = Middleware(lambda request: None).files
    assert f"/static/{listed['theme.css']}" in served
    assert [path for path in served if ".json" in path] == []


@pytest.mark.django_db
def test_what_a_release_puts_there_while_we_run_is_served_and_nothing_beside_it(collected, rf):
    serve = Middleware(lambda request: None)
    newer = collected / "files" / "theme.0123456789ab.css"
    newer.write_text("a { color: red }")
    (collected / "key").write_text("of the clinic")
    with closing(serve(rf.get("/static/theme.0123456789ab.css"))) as response:
        content = b"".join(response)
    assert (response.status_code, content) == (200, b"a { color: red }")
    assert response["Cache-Control"] == "max-age=60, public", "its name is not one of ours"
    for path in ("../key", "%2e%2e/key", "staticfiles.json", "", "no.css", "a\0b", "x" * 5000):
        assert serve(rf.get(f"/static/{path}")) is None, path


@pytest.mark.django_db
def test_nothing_that_only_we_need_is_public():
    """Over all that stands in the root of a checkout, and what other frameworks leave there."""
    client = Client()
    for path in (
        *("/static/staticfiles.json", "/staticfiles.json", "/static/", "/static/css/"),
        *(
            "/.env",
            "/.git/config",
            "/pyproject.toml",
            "/requirements.txt",
            "/var/log/",
            "/manage.py",
        ),
        *("/static/../manage.py", "/static/%2e%2e/manage.py", "/articles/images/../../manage.py"),
        *("/media/", "/metrics", "/debug/", "/server-status", "/admin/doc/", "/__debug__/"),
        *("/api/", "/graphql", "/.well-known/", "/.well-known/change-password"),
    ):
        assert client.get(path).status_code in (302, 404), path
        assert "manage.py" not in client.get(path, follow=True).text


def test_files_of_other_projects_are_as_their_authors_released_them():
    vendor = project.BASE_DIR / "static" / "vendor"
    listed = re.findall(r"\| (\S+) \| ([0-9a-f]{64}) \|", (vendor / "README.md").read_text())
    found = {
        str(path.relative_to(vendor)): sha256(path.read_bytes()).hexdigest()
        for path in vendor.glob("*/**/*")
        if path.is_file()
    }
    assert found == dict(listed)
