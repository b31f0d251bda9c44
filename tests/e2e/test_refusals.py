"""What must not be served is refused with a reason, and what serves goes on serving."""

from pathlib import Path
from typing import Any

import pytest
from slipway_cli.demo import hostile


@pytest.fixture
def served(slipway: Any, models: Any) -> Any:
    """A deployment that serves x0 + 2 x1."""
    if not slipway.history("target"):
        assert slipway.release("target", models.line()).verdict == "Released"
    return slipway


def test_an_archive_that_climbs_out_is_refused(served: Any, tmp_path: Path) -> None:
    end = served.release_file("target", hostile.traversal(tmp_path / "model.tar.gz"))
    assert end.verdict == "Held"
    assert "climbs out of the folder" in end.reason
    assert served.predict("target") == pytest.approx(5)


def test_a_pickle_that_runs_a_command_is_refused_and_not_run(served: Any, tmp_path: Path) -> None:
    marker = tmp_path / "owned"
    end = served.release_file("target", hostile.command(tmp_path / "model.tar.gz", marker))
    assert end.verdict == "Held"
    assert "system" in end.reason
    assert not marker.exists()
    assert served.predict("target") == pytest.approx(5)


def test_a_model_that_does_not_load_is_rolled_back(
    served: Any, models: Any, tmp_path: Path
) -> None:
    model = tmp_path / "model.joblib"
    model.write_bytes(models.line()["model.joblib"])
    before = served.describe("target")["EndpointConfigName"]
    end = served.release_file("target", hostile.unloadable(tmp_path / "model.tar.gz", model))
    assert end.verdict == "Held"
    assert "rolled back" in end.reason
    assert served.describe("target")["EndpointConfigName"] == before
    assert served.predict("target") == pytest.approx(5)


def test_a_manifest_that_cannot_be_used_is_named_with_its_remedy(slipway: Any, models: Any) -> None:
    end = slipway.release("typo", models.line(), "aproval: manual\n")
    assert end.verdict == "Held"
    assert "aproval: unknown key" in end.reason
    assert "slipway schema" in end.reason
