"""SAM is run as a person would run it, told apart from other clouds, and never left behind."""

import subprocess
from pathlib import Path

import pytest
from slipway_cli.deploying import Deployment
from slipway_cli.failures import Problem
from slipway_local.cloud import Cloud
from slipway_local.ministack.settings import Settings

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def cloud(tmp_path: Path) -> Cloud:
    """A cloud that building needs no answer of."""
    state = tmp_path / "state"
    state.mkdir()
    return Cloud(Settings(state=state, models=state, port=9))


def test_a_folder_without_a_template_is_no_clone(cloud: Cloud, tmp_path: Path) -> None:
    with pytest.raises(Problem, match="there is no template") as problem:
        Deployment(tmp_path, cloud, "slipway").build(lambda _: None)
    assert "clone" in problem.value.remedy


def test_what_sam_said_last_is_what_went_wrong(cloud: Cloud, tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text("Resources: {Odd: {Type: AWS::Serverless::Function}}")
    (tmp_path / "samconfig.toml").write_text("version = 0.1\n")
    with pytest.raises(Problem, match="sam build failed"):
        Deployment(tmp_path, cloud, "slipway").build(lambda _: None)


def test_interrupted_it_ends_sam_and_all_that_sam_started(cloud: Cloud) -> None:
    def interrupt(_line: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Deployment(REPOSITORY, cloud, "slipway").build(interrupt)
    listed = subprocess.run(["/bin/ps", "-eo", "args"], capture_output=True, text=True, check=True)
    assert str(cloud.settings.state) not in listed.stdout
