"""Backup and restore: database and media in one archive that this machine cannot open.

`creation` makes an archive, `changes` keeps beside it what must not be undone, `restoration` brings
both back, and `review` leaves to staff what nobody can know. docs/decisions/backup.md says why.
"""
