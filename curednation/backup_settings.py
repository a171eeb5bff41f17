"""What the environment sets of backups: a part of the settings.

The settings take in every name of this module.
"""

import re

from core.environment import Environment, refuse

env = Environment()
PUBLIC_KEY = "age1[02-9ac-hj-np-z]{58}"

# Where archives are written; empty: none are. The public keys that open none of them.
BACKUP_DIR = env.text("BACKUP_DIR")
BACKUP_RECIPIENTS = env.words("BACKUP_RECIPIENTS")
if not all(re.fullmatch(PUBLIC_KEY, key) for key in BACKUP_RECIPIENTS):
    refuse("BACKUP_RECIPIENTS", "holds no public key of age: each begins with age1.")
# So many days, weeks and months that have an archive keep their newest.
BACKUP_KEEP_DAYS = env.number("BACKUP_KEEP_DAYS", default=14, least=1, most=3650)
BACKUP_KEEP_WEEKS = env.number("BACKUP_KEEP_WEEKS", default=8, most=520)
BACKUP_KEEP_MONTHS = env.number("BACKUP_KEEP_MONTHS", default=12, most=120)
