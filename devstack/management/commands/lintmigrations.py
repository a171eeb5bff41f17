"""django-migration-linter's command, without that package among the site's apps."""

from django_migration_linter.management.commands.lintmigrations import Command

__all__ = ["Command"]
