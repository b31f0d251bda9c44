"""Wishes: what is asked for that no file says.

A wish is written on the record like any hint and becomes part of the desired state: what it takes
is decided, and repeated, like everything else, and a newer upload takes its place.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from slipway.domain.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Delete:
    """Nothing of the deployment shall run any more. Its versions and its history stay, and what
    was uploaded; with `purge` they go, too. `at` is when it was said, in epoch seconds: what was
    uploaded since then is not meant."""

    purge: bool = False
    at: float = 0.0

    @property
    def words(self) -> str:
        """What is asked for, in words."""
        return "delete, with versions, data and history" if self.purge else "delete"


Wish = Delete


def wish_of(said: object) -> Wish:
    """The wish that a document says, as `{"type": "delete"}`. Raises InvalidInput."""
    match said:
        case {"type": "delete", **rest} if rest in ({}, {"purge": True}, {"purge": False}):
            return Delete(purge=bool(rest.get("purge")))
    shown = dict(said) if isinstance(said, Mapping) else said
    raise InvalidInput(
        f"wish: {shown!r:.200} is none; write "
        '{"type": "delete"}, or {"type": "delete", "purge": true} for versions and history, too'
    )
