"""The site never opens more database connections than the server allows."""

import pytest
from django.core.management import CommandError, call_command

from curednation.production import connections_suffice

pytestmark = pytest.mark.django_db


def test_a_site_of_the_usual_size_fits():
    assert connections_suffice(databases=["default"]) == []


def test_a_site_that_is_too_large_is_told_what_to_lower(settings):
    settings.WEB_WORKERS, settings.WEB_THREADS = 100, 16
    [problem] = connections_suffice(databases=["default"])
    assert "100 web workers with 16 threads" in problem.msg
    assert "WEB_WORKERS" in problem.hint


def test_make_run_does_not_start_a_site_that_is_too_large(settings):
    settings.WEB_WORKERS = 500
    with pytest.raises(CommandError, match="database connections"):
        call_command("dev_prepare")
