"""How the worker's own functions say that they cannot go on."""


class Refused(Exception):
    """A function cannot do what it was asked for."""


class Nothing(Exception):
    """An expression yields nothing, which is not null."""
