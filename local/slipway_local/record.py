"""What a cloud leaves in its state folder, so that another process can find and end it.

The lock says whether the cloud lives: the system frees it however the process ends, so that
neither a stale file nor a number given to another process can mislead.
"""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from slipway_local.ministack.settings import Settings


def save(settings: Settings) -> None:
    """Write `settings` down in their state folder."""
    _settings(settings.state).write_text(json.dumps(asdict(settings), default=str))


def load(state: Path) -> Settings:
    """The settings last saved in `state`; FileNotFoundError when there are none."""
    saved = json.loads(_settings(state).read_text())
    folders = {
        name: Path(saved[name]) for name in ("state", "models", "project") if saved.get(name)
    }
    return Settings(**{**saved, **folders})


def log(state: Path) -> Path:
    """Where the cloud's process writes its log."""
    return state / "cloud.log"


def pid(state: Path) -> Path:
    """Where the number of the cloud's process, and so of its group, is written."""
    return state / "cloud.pid"


def alive(state: Path) -> bool:
    """Whether a cloud runs in `state`."""
    try:
        with held(state):
            return False
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True


@contextmanager
def held(state: Path) -> Iterator[None]:
    """Hold the lock of `state`; BlockingIOError when another process holds it."""
    with (state / "lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


def _settings(state: Path) -> Path:
    return state / "cloud.json"
