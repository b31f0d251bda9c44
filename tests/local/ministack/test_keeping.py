"""What MiniStack holds is on disk whenever something has changed, whole or not at all."""

import time
from pathlib import Path

import pytest
from slipway_local.ministack import keeping
from slipway_local.ministack.keeping import Keeper, replace


class Clock:
    """What `time.monotonic` says here."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(time, "monotonic", made)
    monkeypatch.setattr(keeping.app, "_build_persistence_save_dict", dict)
    return made


def test_a_file_that_cannot_be_written_whole_stays_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "ledger.json"
    replace(file, b"before")

    def fail(_number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OSError, match="No space"):
        replace(file, b"after")
    assert file.read_bytes() == b"before"


async def serve(_scope: object, _receive: object, _send: object) -> None:
    """An application that does nothing."""


def ask(keeper: Keeper, kind: str = "http") -> None:
    """One request."""
    with pytest.raises(StopIteration):
        keeper.watched(serve)({"type": kind}, None, None).send(None)


def test_nothing_is_written_before_the_first_request(tmp_path: Path, clock: Clock) -> None:
    keeper = Keeper(tmp_path, {"a.json": lambda: b"empty"})
    ask(keeper, "lifespan")
    keeper.tick()
    assert not (tmp_path / "a.json").exists()
    ask(keeper)
    keeper.tick()
    assert (tmp_path / "a.json").read_bytes() == b"empty"
    assert clock.now == 1000.0


def test_what_changes_after_a_request_is_written_until_nothing_does(
    tmp_path: Path, clock: Clock
) -> None:
    contents = iter((b"1", b"2", b"2", b"never asked"))
    keeper = Keeper(tmp_path, {"a.json": lambda: next(contents)})
    ask(keeper)
    for _ in range(9):
        keeper.tick()
        clock.now += 0.6
    assert (tmp_path / "a.json").read_bytes() == b"2"
    assert next(contents) == b"never asked"


def test_what_others_change_while_it_is_copied_is_copied_again() -> None:
    answers = iter((RuntimeError("dictionary changed size during iteration"), {"a": 1}))

    def get() -> object:
        answer = next(answers)
        if isinstance(answer, RuntimeError):
            raise answer
        return answer

    assert keeping._steady(get)() == {"a": 1}


def test_layers_lie_beside_and_are_written_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer = b"zip" * 100_000
    for name in ("save_state", "_json_object_hook"):
        monkeypatch.setattr(keeping.persistence, name, getattr(keeping.persistence, name))
    monkeypatch.setattr(keeping.persistence, "PERSIST_STATE", True)
    monkeypatch.setattr(keeping.persistence, "STATE_DIR", str(tmp_path))
    keeper = Keeper(tmp_path, {})
    keeper.install()
    keeping.persistence.save_all({"lambda": lambda: {"layers": layer, "small": b"x"}})
    (blob,) = (tmp_path / "blobs").iterdir()
    assert blob.read_bytes() == layer
    assert (tmp_path / "lambda.json").stat().st_size < 1000
    assert keeping.persistence.load_state("lambda") == {"layers": layer, "small": b"x"}
