"""`manage.py install_clinic`: from an empty database to a clinic that its manager can enter."""

import getpass
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from curednation.installation import database, environment_file, questions, steps
from curednation.installation.questions import QUESTIONS, Answers, Question


class Command(BaseCommand):
    """Asks, writes the environment file, makes the database, and invites the first manager."""

    help = (
        "Set up a clinic: asks for what has to be known, writes the environment file with fresh "
        "keys, makes the roles and tables of the database, and invites the first manager. Each "
        "question has an option; @FILE reads options from a file, one a line. Run again it keeps "
        "keys and passwords, and whatever staff have changed."
    )
    requires_system_checks = ()  # nothing is configured yet

    def create_parser(self, *args: Any, **options: Any) -> CommandParser:
        return super().create_parser(*args, fromfile_prefix_chars="@", **options)

    def add_arguments(self, parser: CommandParser) -> None:
        for question in QUESTIONS:
            usual = question.default if isinstance(question.default, str) else ""
            ending = f" (default: {usual})" if usual else ""
            parser.add_argument(question.option, help=f"{question.text}{ending}")
        parser.add_argument("--no-input", action="store_true", help="ask nothing")
        parser.add_argument(
            "--directory",
            type=Path,
            default=Path("/etc/curednation"),
            help="where the environment files are written (default: /etc/curednation)",
        )

    def handle(self, *, no_input: bool, directory: Path, **options: Any) -> None:
        answers = self._answers(options, ask=not no_input)
        site_file, owner_file = directory / "curednation.env", directory / "owner.env"
        try:
            owner_url, environ = self._write(answers, site_file, owner_file)
            for step in steps.steps(answers):
                self.stdout.write(f"· {step.purpose}")
                self.stdout.flush()
                steps.run(step, environ, owner_url)
        except (database.NotPossible, steps.Failed, ImproperlyConfigured) as error:
            raise CommandError(str(error)) from None
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}.") from None
        self.stdout.write(
            f"\nThe settings are in {site_file}. Keep a copy of it and of {owner_file.name} where "
            "nobody else gets at it: without the keys links in sent mails end.\n"
            f"As soon as the workers run, {answers['manager_email']} gets the invitation."
        )
        if not environ.get("BACKUP_RECIPIENTS"):
            self.stdout.write("There are no backups yet: docs/backup.md says how, in ten minutes.")

    def _answers(self, options: dict[str, Any], *, ask: bool) -> Answers:
        answers: Answers = {}
        for question in QUESTIONS:
            given = options[question.name]
            if given is None and not (ask and question.asked):
                given = question.usual(answers)
                if given is None:
                    raise CommandError(f"{question.option} is needed: {question.text}.")
            if given is None:
                answers[question.name] = self._ask(question, answers)
                continue
            try:
                answers[question.name] = question.read(given)
            except ValidationError as error:
                raise CommandError(f"{question.option}: {' '.join(error.messages)}") from None
        return answers

    def _ask(self, question: Question, answers: Answers) -> str:
        """Ask until the answer can be used."""
        if question.name == "smtp_password" and not answers["smtp_user"]:
            return ""
        usual = question.usual(answers)
        prompt = f"{question.text}{f' [{usual}]' if usual else ''}: "
        while True:
            typed = self._line(prompt, secret=question.secret)
            try:
                return question.read(typed or usual or "")
            except ValidationError as error:
                self.stdout.write(f"  {' '.join(error.messages)}")

    def _line(self, prompt: str, *, secret: bool) -> str:
        try:
            return getpass.getpass(prompt) if secret else input(prompt)
        except EOFError:
            raise CommandError(
                "Nobody answers. Give the answers as options, and --no-input."
            ) from None

    def _write(
        self, answers: Answers, site_file: Path, owner_file: Path
    ) -> tuple[str, dict[str, str]]:
        """Make the database and both files; return the owner's address and the environment."""
        known = environment_file.read(site_file)
        owner_url = answers["database_owner_url"]
        if owner_url == questions.DATABASE_HERE:
            owner_url = database.make_here(
                environment_file.read(owner_file).get("DATABASE_OWNER_URL", "")
            )
        database.check_owner(owner_url)
        site_url = database.site_url(owner_url, known.get("DATABASE_URL", ""))
        # What an earlier run or an operator wrote stays, the keys above all.
        environ = environment_file.fresh_keys() | questions.usual_settings(answers)
        environ |= known | questions.settings_of(answers)
        environ |= {"DATABASE_URL": site_url}
        owner = {"DATABASE_OWNER_URL": owner_url}
        environment_file.write(owner_file, owner, "Only for migrate and database_roles.")
        environment_file.write(site_file, environ, "All settings: docs/settings.md.")
        if known.get("DATABASE_URL") != site_url:
            database.renew_site_password(owner_url, site_url)
        return owner_url, environ
