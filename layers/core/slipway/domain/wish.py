"""Wishes: what is asked for that no file says.

A wish is written on the record like any hint and becomes part of the desired state: what it takes
is decided, and repeated, like everything else, and a newer upload takes its place.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from slipway.domain.errors import InvalidInput
from slipway.domain.task import MOST_TEXT as MOST_COMMAND
from slipway.domain.task import MOST_WORDS

REMEDY = (
    'write {"type": "delete"}, or {"type": "delete", "purge": true} for versions and history, too; '
    'or {"type": "rollback"}, with "to": 12 for a release by its number, "now": true for all '
    'traffic at once, and "rerun": true to make the runs of a batch deployment again; or, of a '
    "rollout under way, the type promote, pause, resume or abort; or, of a batch deployment, "
    '{"type": "run"}, with "input": "s3://…" for what has not just arrived; or {"type": "task"}, '
    'with "command": ["python", "job.py"] for another than the manifest\'s'
)
MOST_TEXT = 1100  # a URI with the longest key


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


@dataclass(frozen=True, slots=True)
class Rollback:
    """What an earlier release was made of shall serve again: of the release number `to`, or of the
    one before the last. `now` moves all traffic at once, whatever the manifest says. With `rerun`
    the runs of a batch deployment by what is rolled back from are due again; those of the numbers
    in `left` cannot be, for as many wait as may."""

    to: int | None = None
    now: bool = False
    at: float = 0.0
    rerun: bool = False
    left: tuple[int, ...] = ()

    @property
    def words(self) -> str:
        """What is asked for, in words."""
        where = f" to release {self.to}" if self.to else ""
        again = ", and run again" if self.rerun else ""
        return f"roll back{where}{', at once' if self.now else ''}{again}"

    @property
    def remainder(self) -> str:
        """What is not due again, in words."""
        if not self.left:
            return ""
        runs = ", ".join(map(str, self.left))
        return (
            f"; too many are due for runs {runs} to be so again: `slipway batch` runs their input"
        )


class How(StrEnum):
    """What a person may do with a rollout that is under way."""

    PROMOTE = "promote"
    PAUSE = "pause"
    RESUME = "resume"
    ABORT = "abort"


@dataclass(frozen=True, slots=True)
class Steer:
    """The rollout that is under way shall be ended, halted or let go on. It is about that rollout
    alone: what is wanted stays as it is."""

    how: How

    @property
    def words(self) -> str:
        """What is asked for, in words."""
        return str(self.how)


@dataclass(frozen=True, slots=True)
class RunNow:
    """A batch deployment shall run: over the objects at the URI `input`, else over what has
    arrived. `due` tells it from all others: to be asked for the same once more is no other run.
    What is wanted stays as it is."""

    due: str = ""
    input: str = ""

    @property
    def words(self) -> str:
        """What is asked for, in words."""
        return f"run{f' over {self.input}' if self.input else ''}"


@dataclass(frozen=True, slots=True)
class TaskNow:
    """A task shall run, with a command of its own or the manifest's. What is wanted stays as it
    is."""

    command: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """What is asked for, in words."""
        return " ".join(("task", *self.command))


Wish = Delete | Rollback
Passing = Steer | RunNow | TaskNow  # what leaves alone what is wanted


def wish_of(said: object) -> Wish | Passing:
    """The wish that a document says, as `{"type": "delete"}`. Raises InvalidInput."""
    match said:
        case {"type": "run", **rest} if rest.keys() <= {"due", "input"} and _are_texts(rest):
            return RunNow(**{str(key): str(value) for key, value in rest.items()})
        case {"type": "task", **rest} if rest.keys() <= {"command"}:
            return TaskNow(_command(rest.get("command", [])))
        case {"type": how, **rest} if how in [*How] and not rest:
            return Steer(How(str(how)))
        case {"type": "delete", **rest} if rest in ({}, {"purge": True}, {"purge": False}):
            return Delete(purge=bool(rest.get("purge")))
        case {"type": "rollback", **rest} if rest.keys() <= {"to", "now", "rerun"}:
            return _rollback(rest)
    raise InvalidInput(f"wish: {_shown(said)} is none; {REMEDY}")


def _rollback(said: Mapping[object, object]) -> Rollback:
    to, how = said.get("to"), {name: said.get(name, False) for name in ("now", "rerun")}
    if not (to is None or (isinstance(to, int) and not isinstance(to, bool) and to > 0)):
        raise InvalidInput(f"wish: to: {_shown(to)} is no number of a release; {REMEDY}")
    for name, value in how.items():
        if not isinstance(value, bool):
            raise InvalidInput(f"wish: {name}: {_shown(value)} is neither true nor false; {REMEDY}")
    return Rollback(to, now=how["now"] is True, rerun=how["rerun"] is True)


def _command(said: object) -> tuple[str, ...]:
    words = said if isinstance(said, list) else [None]
    texts = all(isinstance(word, str) for word in words)
    if len(words) > MOST_WORDS or not texts or sum(map(len, words)) > MOST_COMMAND:
        raise InvalidInput(
            f"wish: command: {_shown(said)} is no command; give a list of at most {MOST_WORDS} "
            f"texts, of {MOST_COMMAND} characters together, "
            'such as ["python", "job.py"]'
        )
    return tuple(map(str, words))


def _are_texts(said: Mapping[object, object]) -> bool:
    return all(isinstance(value, str) and 0 < len(value) <= MOST_TEXT for value in said.values())


def _shown(said: object) -> str:
    shown = dict(said) if isinstance(said, Mapping) else said
    return f"{shown!r:.200}"
