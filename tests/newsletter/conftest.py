"""What several tests of the newsletter share."""

import csv
from pathlib import Path

import pytest
from django.core.management import call_command


class CsvImports:
    """Runs the command on a file with this text; keeps what it says, and its report by line."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys, self.number = folder, capsys, 0
        self.report: dict[int, str] = {}

    def __call__(self, text: str | bytes, *options: str, source: str = "the old list") -> str:
        self.number += 1
        path, report = self.folder / f"{self.number}.csv", self.folder / f"{self.number}-report.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        given = ["--source", source, "--report", str(report)]
        call_command("import_subscribers", str(path), *given, *options)
        with report.open(newline="") as file:
            self.report = {}
            for line, _email, why in list(csv.reader(file))[1:]:
                self.report[int(line)] = f"{self.report.get(int(line), '')}{why} "
        return self.capsys.readouterr().out


@pytest.fixture
def run_import(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> CsvImports:
    return CsvImports(tmp_path, capsys)
