"""What a person at the keyboard is told when something cannot go on."""


class Trouble(Exception):
    """A sentence that says what is wrong and what to do. Shown without a traceback."""
