"""How the process of the rooms is started: for `make run`, for the tests, and in docs/deploy.md."""

COMMAND = ["visits.signalling"]  # what follows `python -m`
