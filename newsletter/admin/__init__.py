"""How staff write and send issues. Every change of a state goes through `campaigns`."""

from newsletter.admin import issues

__all__ = ["issues"]
