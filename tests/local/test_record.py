"""What a cloud leaves in its state folder."""

from pathlib import Path

import pytest
from slipway_local import record
from slipway_local.ministack.settings import Settings


def test_settings_are_read_as_they_were_written(tmp_path: Path) -> None:
    settings = Settings(state=tmp_path, models=tmp_path / "models", port=1, time_scale=0.5)
    record.save(settings)
    assert record.load(tmp_path) == settings


def test_where_nothing_was_written_nothing_is_read(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        record.load(tmp_path)
    assert not record.alive(tmp_path / "absent")


def test_a_cloud_is_alive_while_its_lock_is_held(tmp_path: Path) -> None:
    assert not record.alive(tmp_path)
    with record.held(tmp_path):
        assert record.alive(tmp_path)
        with pytest.raises(BlockingIOError), record.held(tmp_path):
            pass
    assert not record.alive(tmp_path)
