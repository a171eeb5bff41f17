"""What a person at the keyboard is told when something cannot go on."""


class Trouble(Exception):  # noqa: N818  (it is shown to a person, not an error of the code)
    """A sentence that says what is wrong and what to do. Shown without a traceback."""
