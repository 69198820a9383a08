"""How a command says that it could not do what was asked."""


class CommandError(Exception):
    """The message goes to standard error and the exit status is 1."""
