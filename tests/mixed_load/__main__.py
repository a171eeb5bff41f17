"""`make drill`: mixed load for ten minutes, and one fault after the other; prints the table.

Ends with 1 where something was lost or doubled, a fault was not over by itself within a minute, or
a limit of time was missed.
"""

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "curednation.settings"


def main() -> int:
    parser = argparse.ArgumentParser(prog="make drill", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--faults", default="", help="some alone, parted by commas")
    parser.add_argument("--rate", type=int, default=600, help="public pages a second")
    parser.add_argument("--readers", type=int, default=20_000, help="who get each issue")
    parser.add_argument("--folder", type=Path, help="keep logs and mails there")
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="mixed-load-"))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    folder.chmod(0o711)  # the database's account passes through
    try:
        return _drill(folder, options)
    finally:
        if not options.folder:
            shutil.rmtree(folder, ignore_errors=True)


def _drill(folder: Path, options: argparse.Namespace) -> int:
    from tests.mixed_load.machine import Machine

    print("Making the machine …", flush=True)
    with Machine(folder) as machine:
        machine.manage("load_library", DEBUG="on")
        import django

        django.setup()
        from tests.mixed_load.run import Run

        run = Run(machine, options)
        run.all()
        return run.report()


if __name__ == "__main__":
    sys.exit(main())
