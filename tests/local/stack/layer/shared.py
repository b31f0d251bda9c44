"""What the stack's functions share through a layer."""


class Throttled(Exception):
    """An error that the state machine retries by its name."""
