"""`make deploy-drill`: from a fresh Debian to a booked visit, by docs/deploy.md alone."""

import argparse
import contextlib
import email
import email.policy
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from mailbox import Maildir
from pathlib import Path

from tests.deploy.drill import document, image
from tests.deploy.drill.machine import Machine, copy_configuration, install, make_root

passed = 0  # of the steps
BASE_DIR = Path(__file__).parents[3]
# A name of the kind for which Caddy is its own authority: no other would give it a certificate.
DOMAIN = "clinic.localhost"
MANAGER = "dana@clinic.test"
ANSWERS = [DOMAIN, "Elm Street Health", "Elm Office", "615-555-0142", "", "office@clinic.test"]
ANSWERS += ["127.0.0.1", "25", "", "", "Dana O'Hara", MANAGER, "", "", ""]
NEXT_VERSION = """
git clone --quiet /srv/curednation.git /srv/next
cd /srv/next
sed -i 's|</html>|<!-- the next version --></html>|' templates/base.html
echo '/* of the next */' >> static/css/theme.css
git -c user.name=Drill -c user.email=drill@clinic.test commit --quiet --all --message Next
git push --quiet
"""
OPENED_MEANWHILE = """
rm -f /tmp/enough
while [ ! -e /tmp/enough ]; do
    curl -sk -o /dev/null -w '%{{http_code}} %{{time_total}}\\n' https://{domain}/book/
done > /tmp/answers &
{command}
touch /tmp/enough
wait
"""
UNITS = ("web", "worker", "letters", "beat", "watch")


class Drill:
    """The machine, the mail that left it, and what every step took."""

    def __init__(self, folder: Path, machine: Machine) -> None:
        self.folder, self.machine = folder, machine
        self.mails = Maildir(folder / "mail")

    def shell(self, statement: str) -> str:
        """Run a step of `visit` in the machine."""
        code = f"from tests.deploy.drill import visit; visit.{statement}"
        said = self.machine.run(f"curednation shell --verbosity 0 -c '{code}'")
        assert "Traceback" not in said, said
        return said

    def subjects(self) -> list[str]:
        """Return what all mails that left are about."""
        return [str(message["Subject"]) for message in self.mails]

    def mail_to(self, address: str, *, seconds: float = 90) -> str:
        """Return the text of the newest mail to this address; wait until there is one."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for key in sorted(self.mails.keys(), reverse=True):
                octets = self.mails.get_bytes(key)
                message = email.message_from_bytes(octets, policy=email.policy.default)
                if message["X-Envelope-To"] == address:
                    body = message.get_body(("plain",))
                    return str(body.get_content()) if body else ""
            time.sleep(0.5)
        raise AssertionError(f"no mail to {address} within {seconds} seconds")


def typed_commands(drill: Drill, blocks: list[str]) -> None:
    """Type what the document says, in one go; answer what is asked."""
    script = "\n".join(blocks)
    said = drill.machine.run(script, typed="\n".join(ANSWERS) + "\n")
    (drill.folder / "document.txt").write_text(said)


def trusts_caddy(drill: Drill) -> None:
    """Make Caddy's own authority one that this machine knows, as a public one would be."""
    drill.machine.run(
        "cd /var/lib/caddy/.local/share/caddy/pki/authorities/local\n"
        "cp root.crt /usr/local/share/ca-certificates/caddy.crt\n"
        "update-ca-certificates >/dev/null 2>&1"
    )


def doctor_says(drill: Drill, block: str) -> None:
    """Type the doctor's block until what has just started has been heard of."""
    deadline = time.monotonic() + 180
    while True:
        said = drill.machine.run(block, check=False)
        (drill.folder / "doctor.txt").write_text(said)
        wrong = [line for line in said.splitlines() if line.startswith("wrong")]
        # Those of Caddy's own authority hold for twelve hours.
        if [line for line in wrong if "certificate ends in" not in line] == []:
            break
        assert time.monotonic() < deadline, said
        time.sleep(10)
    assert "This mail left your site" in drill.subjects()


def manager_enters(drill: Drill) -> None:
    """The invitation arrives, its link opens, and a password is set."""
    text = drill.mail_to(MANAGER)
    [link] = re.findall(rf"https://{DOMAIN}/\S+", text)
    drill.shell(f'enter("{link}")')


def visit_is_booked(drill: Drill) -> None:
    """A patient books by https, and has the confirmation."""
    drill.shell("prepare()")
    drill.shell("book()")
    assert "Grace" in drill.mail_to("grace@example.org")


def killed_processes_come_back(drill: Drill) -> None:
    """Kill every main process: all are back within ten seconds, and a visit is booked."""
    units = [f"curednation-{unit}" for unit in UNITS]
    drill.machine.run(f"systemctl kill --signal=KILL {' '.join(units)}; sleep 3")
    for unit in units:  # of several at once systemctl would be content with one
        drill.machine.wait_for(f"systemctl is-active {unit}", seconds=10)
    drill.machine.wait_for(f"curl -fsk https://{DOMAIN}/healthz || exit 1", seconds=20)
    drill.shell('book("11:00", "henry@example.org")')
    drill.mail_to("henry@example.org")


def dead_web_process_is_replaced(drill: Drill) -> None:
    """Kill one worker of the web server: there are as many again within seconds."""
    count = "systemctl show -P MainPID curednation-web | xargs ps --no-headers --ppid | wc -l"
    before = int(drill.machine.run(count))
    victim = "systemctl show -P MainPID curednation-web | xargs ps --no-headers -o pid= --ppid"
    drill.machine.run(f"kill -9 $({victim} | tail -1)")
    drill.machine.wait_for(f'[ "$({count})" -eq {before} ]', seconds=15)


def whole_machine_starts_again(drill: Drill) -> None:
    """Stop and start the target, as a reboot does."""
    drill.machine.run("systemctl stop curednation.target")
    units = " ".join(f"curednation-{unit}" for unit in UNITS)
    drill.machine.wait_for(f"! systemctl is-active --quiet {units}", seconds=70)
    # Meanwhile the proxy has nobody to ask, and says so without the address of a page.
    drill.machine.run(f"curl -sk https://{DOMAIN}/appointments/secret-token/ || true")
    drill.machine.run("systemctl start curednation.target")
    drill.machine.wait_for(f"curl -fsk https://{DOMAIN}/healthz || exit 1", seconds=30)


def logs_name_nobody(drill: Drill) -> None:
    """Nothing that the whole machine wrote down holds an address of a person or of a page."""
    log = drill.machine.run(
        "journalctl --no-pager -o cat; find /var/log -name '*.log' -exec cat {} +"
    )
    (drill.folder / "journal.txt").write_text(log)
    for word in ("grace@example.org", "henry@example.org", MANAGER, "secret-token", "Whitfield"):
        assert word not in log, f"{word} stands in a log"
    assert not re.findall(r"/appointments/[\w-]{20,}", log)


def doctor_finds_what_is_wrong(drill: Drill) -> None:
    """Stop the broker: the doctor says so in words, and ends with 1."""
    drill.machine.run("systemctl stop redis-server")
    said = drill.machine.run("curednation doctor", check=False)
    drill.machine.run("systemctl start redis-server")
    assert "wrong  The broker does not answer" in said, said
    assert said.endswith("exit 1"), said


def upgraded_without_a_stop(drill: Drill) -> None:
    """Go over to a next version while pages are opened, and back: each answer is a page, soon."""
    drill.machine.run(NEXT_VERSION)
    upgrade = "PIP_NO_INDEX=1 PIP_FIND_LINKS=/srv/wheels curednation upgrade --no-backup"
    for command, release in ((upgrade, True), ("curednation upgrade --back", False)):
        said = drill.machine.run(OPENED_MEANWHILE.format(command=command, domain=DOMAIN))
        name = "upgrade" if release else "back"
        (drill.folder / f"{name}.txt").write_text(said)
        answers = [line.split() for line in drill.machine.run("cat /tmp/answers").splitlines()]
        assert len(answers) > 50, said
        assert {status for status, _ in answers} == {"200"}, answers
        assert max(float(seconds) for _, seconds in answers) < 3, answers
        page = drill.machine.run(f"curl -sk https://{DOMAIN}/book/")
        assert ("the next version" in page) is release, said
        [style] = re.findall(r"/static/css/theme\.\w+\.css", page)
        assert ("of the next" in drill.machine.run(f"curl -fsk https://{DOMAIN}{style}")) is release
    drill.shell('book("14:00", "joan@example.org")')
    drill.mail_to("joan@example.org")


def files_are_private(drill: Drill) -> None:
    """Only root reads the settings; the site writes nothing but its own folder."""
    modes = drill.machine.run("stat -c '%a %U' /etc/curednation /etc/curednation/*.env")
    assert modes.split() == ["700", "root", "600", "root", "600", "root"], modes
    inside = drill.machine.run(
        "pid=$(systemctl show -P MainPID curednation-web)\n"
        "nsenter -t $pid -m setpriv --reuid curednation --regid curednation --clear-groups sh -c '"
        "for f in /opt/curednation /etc /usr /var /root; do [ -w $f ] && echo $f; done; "
        "touch /var/lib/curednation/x && rm /var/lib/curednation/x'"
    )
    assert inside.strip() == "", inside
    drill.machine.run("systemctl show -P User curednation-web | grep -qx curednation")


def visit_by_image(drill: Drill) -> None:
    """Book a visit, and get its mail, while the image's processes run."""
    drill.machine.wait_for(f"curl -fsk https://{DOMAIN}/healthz || exit 1", seconds=60)
    drill.shell('book("12:00", "ida@example.org")')
    drill.mail_to("ida@example.org")


STEPS: list[Callable[[Drill], None]] = [
    manager_enters,
    visit_is_booked,
    killed_processes_come_back,
    dead_web_process_is_replaced,
    whole_machine_starts_again,
    doctor_finds_what_is_wrong,
    upgraded_without_a_stop,
    files_are_private,
    logs_name_nobody,
]


@contextlib.contextmanager
def timed(what: str) -> Iterator[None]:
    """Print a line of the table."""
    started = time.monotonic()
    print(f"  {what:<44}", end="", flush=True)
    try:
        yield
    except BaseException:
        print("FAILED", flush=True)
        raise
    print(f"{time.monotonic() - started:6.0f} s", flush=True)


def serve_mail(machine: Machine, folder: Path) -> subprocess.Popen:
    """Take all mail that leaves the machine, at its port 25."""
    command = [sys.executable, "-m", "devstack.smtp_server", "25", str(folder)]
    return subprocess.Popen(machine.inside(*command, namespaces="-n"), cwd=BASE_DIR)


def values() -> dict[str, str]:
    return {"DOMAIN": DOMAIN, "SOURCE": "/srv/curednation.git", "YOU": "you@clinic.test"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--suite", default="trixie", help="which Debian")
    parser.add_argument("--folder", type=Path, help="where to work; kept, and begun with again")
    parser.add_argument("--only", choices=["machine"], help="leave the image out")
    options = parser.parse_args()
    if os.geteuid() != 0:
        sys.exit("The drill makes namespaces and mounts: run it as root.")
    folder = options.folder or Path(tempfile.mkdtemp(prefix="curednation-drill-"))
    folder.mkdir(parents=True, exist_ok=True)
    print(f"The drill of docs/deploy.md, Debian {options.suite}, in {folder}")
    started = time.monotonic()
    try:
        run(folder, options.suite, options.only)
    finally:
        if not options.folder:
            shutil.rmtree(folder, ignore_errors=True)
    print(f"All of it: {time.monotonic() - started:.0f} s.\n{passed} passed, 0 failed")


def run(folder: Path, suite: str, only: str | None) -> None:
    """Do all of it. Raises AssertionError, or ends with what went wrong."""
    global passed
    fresh, packages, root = folder / "fresh", folder / "packages", folder / "root"
    if not fresh.exists():
        with timed("a fresh Debian by debootstrap"):
            make_root(folder / "half", suite)
            (folder / "half").rename(fresh)
    first, *rest = document.blocks()
    first = document.filled_in(first, values())
    if not packages.exists():
        with timed("document: packages and software"):
            install_packages(fresh, packages, first, rest)
    shutil.rmtree(root, ignore_errors=True)
    subprocess.run(["cp", "-a", packages, root], check=True)
    with Machine(root) as machine:
        mail = serve_mail(machine, folder / "mail")
        try:
            in_the_machine(Drill(folder, machine), first, rest)
            if only != "machine":
                drill = Drill(folder, machine)
                image.drill(folder, fresh, machine, timed, lambda: visit_by_image(drill))
                passed += 1
        finally:
            mail.send_signal(signal.SIGTERM)
            mail.wait()


def install_packages(fresh: Path, packages: Path, first: str, rest: list[str]) -> None:
    """Type what needs the network, in a copy of the fresh Debian."""
    half = packages.with_name("half")
    subprocess.run(["cp", "-a", fresh, half], check=True)
    copy_configuration(half)
    (half / "etc/hosts").write_text(f"127.0.0.1 localhost {DOMAIN}\n")
    source = half / "srv/curednation.git"
    subprocess.run(["git", "clone", "--quiet", "--bare", BASE_DIR, source], check=True)
    wheels = "pip download --quiet --require-hashes --requirement requirements.txt"
    script = [first, *filter(document.NEEDS_THE_NETWORK.search, rest)]
    install(half, "".join(script) + f".venv/bin/{wheels} --dest /srv/wheels\n")
    half.rename(packages)


def in_the_machine(drill: Drill, first: str, rest: list[str]) -> None:
    """Type the rest of the document, then do what people do, and what goes wrong."""
    global passed
    *blocks, last = [block for block in rest if not document.NEEDS_THE_NETWORK.search(block)]
    with timed("document: files, clinic, services"):
        typed_commands(drill, [first, "cd /opt/curednation\n", *blocks])
    drill.machine.wait_for(f"curl -fsk https://{DOMAIN}/healthz || exit 1", seconds=60)
    trusts_caddy(drill)
    with timed("document: doctor"):
        doctor_says(drill, first + last)
    for step in STEPS:
        with timed(step.__name__.replace("_", " ")):
            step(drill)
        passed += 1


if __name__ == "__main__":
    main()
