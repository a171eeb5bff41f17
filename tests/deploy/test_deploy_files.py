"""The files of deploy/ are ones that their programs take, and agree with what the tests start."""

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml
from django.conf import settings

from devstack import deploy_tools, rooms, web
from tests.deploy.drill import document

DEPLOY = Path(settings.BASE_DIR) / "deploy"
UNITS = sorted(path.name for path in (DEPLOY / "systemd").glob("*.*") if path.is_file())
SERVICES = ("web", "rooms", "worker", "letters", "beat", "watch")


def run(program: str, *arguments: str, **environ: str) -> str:
    """Return what a program says of a file; it must take it."""
    result = subprocess.run(
        [deploy_tools.find(program), *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | environ,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout + result.stderr


def command(unit: str) -> str:
    """Return what a unit starts, as one line."""
    text = (DEPLOY / f"systemd/curednation-{unit}.service").read_text().replace("\\\n", " ")
    [line] = re.findall(r"^ExecStart=(.*)$", text, re.MULTILINE)
    line = " ".join(line.split()).replace("%%", "%")  # systemd's own mark
    return line.removeprefix("/opt/curednation/.venv/bin/")


def composed() -> dict:
    return yaml.safe_load((DEPLOY / "container/compose.yaml").read_text())["services"]


def test_systemd_takes_every_unit():
    assert len(UNITS) >= 7
    units = [str(DEPLOY / "systemd" / unit) for unit in UNITS]
    result = subprocess.run(
        [deploy_tools.find("systemd-analyze"), "verify", "--man=no", *units],
        capture_output=True,
        text=True,
        check=False,
    )
    # The programs are where the document puts them, which is not on this machine.
    said = [line for line in result.stderr.splitlines() if "is not executable" not in line]
    assert [line for line in said if "curednation" in line] == []


@pytest.mark.parametrize("service", [*SERVICES, "backup"])
def test_a_process_may_touch_little_of_the_machine(service):
    """By systemd's own mark: 0 is shut in, 10 is free. Most that Debian ships are above 8."""
    said = run(
        "systemd-analyze",
        *("security", "--offline=yes", "--threshold=25", "--no-pager"),
        str(DEPLOY / f"systemd/curednation-{service}.service"),
        SYSTEMD_UNIT_PATH=f"{DEPLOY}/systemd:",
    )
    assert "Overall exposure level" in said


@pytest.mark.parametrize("service", SERVICES)
def test_every_process_comes_back_and_belongs_to_the_target(service):
    text = (DEPLOY / f"systemd/curednation-{service}.service").read_text()
    for line in ("Restart=always", "PartOf=curednation.target", "WantedBy=curednation.target"):
        assert line in text
    target = (DEPLOY / "systemd/curednation.target").read_text()
    assert f"curednation-{service}.service" in target


def test_units_containers_and_the_document_start_the_same():
    lines = document.DOCUMENT.read_text().replace("\\\n", " ").splitlines()
    assert command("rooms") == " ".join(["python", "-m", *rooms.COMMAND])
    for service in ("rooms", "worker", "letters", "beat", "watch"):
        assert composed()[service]["command"] == command(service)
        assert command(service) in lines
    # By the link, so that a reload follows it to another release.
    granian = command("web").replace("/opt/curednation/curednation/rsgi.py:", "curednation.rsgi:")
    granian = shlex.split(granian.replace("${WEB_WORKERS}", "2").removeprefix("python -m "))
    assert sorted(granian) == sorted(web.command(port=8000, workers=2))
    container = (DEPLOY / "container/Containerfile").read_text()
    assert " ".join(web.OPTIONS) in container


def test_containers_are_confined():
    for name, service in composed().items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
    text = (DEPLOY / "container/Containerfile").read_text()
    assert re.findall(r"^USER (.*)$", text, re.MULTILINE) == ["10001:10001"]


def test_caddy_takes_its_configuration(tmp_path):
    file = DEPLOY / "Caddyfile"
    home = {"XDG_DATA_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    run("caddy", "validate", "--config", str(file), "--adapter", "caddyfile", **home)
    assert run("caddy", "fmt", str(file)) == file.read_text()


def test_nginx_takes_its_configuration(tmp_path):
    name, place = "www.example.org", tmp_path / "ssl"
    place.mkdir()
    run(
        "openssl",
        *("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", f"/CN={name}"),
        *("-keyout", str(place / f"{name}.key"), "-out", str(place / f"{name}.pem")),
    )
    site = (DEPLOY / "nginx/curednation.conf").read_text()
    site = site.replace("/etc/ssl/", f"{place}/").replace("/var/log/nginx/", f"{tmp_path}/")
    site = site.replace("/etc/nginx/", f"{DEPLOY}/nginx/")
    (tmp_path / "site.conf").write_text(site)
    whole = f"pid {tmp_path}/pid; error_log {tmp_path}/log; events {{}}\n"
    whole += f"http {{ include {tmp_path}/site.conf; }}\n"
    (tmp_path / "nginx.conf").write_text(whole)
    run("nginx", "-t", "-q", "-c", str(tmp_path / "nginx.conf"), "-p", str(tmp_path))


def test_the_firewall_takes_its_rules():
    """In a network of its own: nothing is changed here."""
    run("unshare", "--net", "nft", "--check", "--file", str(DEPLOY / "nftables.conf"))


def test_the_proxies_hand_on_no_word_of_the_visitor_and_write_no_path():
    caddy = (DEPLOY / "Caddyfile").read_text()
    for line in (
        "header_up X-Forwarded-For {remote_host}",
        "header_up X-Forwarded-Proto {scheme}",
        "header_up -X-Forwarded-Host",
        "header_up -Forwarded",
        "request delete",
        "admin off",
    ):
        assert line in caddy


def test_the_commands_of_the_document_name_files_that_are_there():
    text = "".join(document.blocks())
    for name in re.findall(r"\bdeploy/[\w./-]+", text):
        assert (DEPLOY.parent / name).exists(), name
    for script in ("curednation", "upgrade.sh"):
        assert (DEPLOY / script).stat().st_mode & 0o111
        run("sh", "-n", str(DEPLOY / script))
    filled = document.filled_in(document.blocks()[0], {"DOMAIN": "x", "SOURCE": "y", "YOU": "z"})
    assert filled == "DOMAIN=x\nSOURCE=y\nYOU=z\n"
