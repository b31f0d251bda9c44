"""What a container reads of its environment."""

from pathlib import Path

import pytest
from slipway_local.images.slipway_container.settings import Settings, read_settings

ROOT = Path("/root-of-it")


def test_folders_stand_as_in_a_real_container() -> None:
    settings = Settings(ROOT, {"SLIPWAY_CODE_FOLDER": "/root-of-it/opt/ml/model/code"})
    assert settings.model_folder == ROOT / "opt/ml/model"
    assert settings.code_folder == settings.model_folder / "code"


@pytest.mark.parametrize(
    ("program", "module"), [("inference.py", "inference"), ("serve", "serve"), ("", None)]
)
def test_a_program_is_a_module(program: str, module: str | None) -> None:
    assert Settings(ROOT, {"SAGEMAKER_PROGRAM": program}).program == module


def test_defaults_are_those_of_the_real_containers() -> None:
    settings = Settings(ROOT, {})
    assert (settings.request_seconds, settings.batch, settings.multi_model) == (60.0, False, False)
    assert settings.default_accept("text/csv") == "text/csv"


def test_they_are_this_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAGEMAKER_BATCH", "true")
    assert read_settings(ROOT).batch
