"""A Wagtail site with pages of equal content, in its own environment, under the same web server."""

import contextlib
import json
import os
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import connection

from articles.models import Article
from bench import peer
from tests.processes import database_url, free_port

PACKAGES = ["wagtail==7.4.*", "granian", "psycopg2-binary"]
DATABASE = "bench_wagtail"
PATIENCE = 30


@contextlib.contextmanager
def site(shown: Article) -> Iterator[dict[str, Any]]:
    """`port`, `path` of the page like `shown`, its `queries` and `length`."""
    python = peer.environment("wagtail", PACKAGES)
    name = str(connection.settings_dict["NAME"])
    migrations = tempfile.TemporaryDirectory()
    package = Path(migrations.name) / "wagtail_peer_migrations"
    package.mkdir()
    (package / "__init__.py").touch()
    environ = os.environ | {
        "BENCH_DATABASE": database_url().replace(f"/{name}", f"/{DATABASE}", 1),
        "PYTHONPATH": f"{Path(__file__).with_name('peers')}{os.pathsep}{migrations.name}",
        "DJANGO_SETTINGS_MODULE": "wagtail_peer.settings",
    }
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {DATABASE}")
    try:
        facts = _prepared(python, environ, shown)
        with _served(python, environ, facts["path"]) as port:
            yield facts | {"port": port}
    finally:
        migrations.cleanup()
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")


def _prepared(python: Path, environ: dict[str, str], shown: Article) -> dict[str, Any]:
    others = Article.objects.published().exclude(pk=shown.pk).select_related("online")
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump([_content(article) for article in [*others, shown]], file)
        file.flush()
        done = subprocess.run(  # noqa: S603  (our own script)
            [python, "-m", "wagtail_peer.prepare", file.name],
            env=environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return json.loads(done.stdout.splitlines()[-1])


def _content(article: Article) -> dict[str, Any]:
    shown = article.published_revision
    sources = [
        {name: each[name] for name in ("title", "publisher", "url")} for each in shown.sources
    ]
    return {
        "title": shown.title,
        "slug": article.slug,
        "summary": shown.summary,
        "key_points": shown.key_points,
        "body": shown.body,
        "sources": sources,
        "faq": shown.faq,
    }


@contextlib.contextmanager
def _served(python: Path, environ: dict[str, str], path: str) -> Iterator[int]:
    port = free_port()
    command = [str(python), "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--workers", "2", "--blocking-threads", "4"]
    process = subprocess.Popen(  # noqa: S603
        [*command, "wagtail_peer.wsgi:application"],
        env=environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5).close()
                break
            except OSError:
                if time.monotonic() > until or process.poll() is not None:
                    raise
                time.sleep(0.2)
        yield port
    finally:
        process.terminate()
        process.wait(10)
