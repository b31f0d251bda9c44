"""Where commands go: the embedded cloud while it is up, otherwise AWS."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from slipway_cli.target import Target, choose, pointed_at
from slipway_local import cloud
from slipway_local.cloud import Cloud


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    state = tmp_path_factory.mktemp("cloud") / "state"
    yield cloud.start(state)
    cloud.stop(state)


def test_a_cloud_that_is_up_is_found(up: Cloud) -> None:
    assert choose("slipway", up.settings.state, aws=False).cloud == up


def test_aws_can_be_asked_for_all_the_same(up: Cloud) -> None:
    assert choose("slipway", up.settings.state, aws=True).cloud is None


def test_without_a_cloud_it_is_aws(tmp_path: Path) -> None:
    assert choose("slipway", tmp_path, aws=False).cloud is None


def test_nothing_of_the_caller_s_accounts_is_left_while_it_points_at_the_cloud(
    up: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "secret")
    with pointed_at(Target("slipway", up.settings.state, up)):
        assert os.environ["AWS_ENDPOINT_URL"] == up.endpoint
        assert not {"AWS_PROFILE", "AWS_SESSION_TOKEN"} & os.environ.keys()
    assert os.environ["AWS_PROFILE"] == "production"


def test_on_aws_the_environment_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    with pointed_at(Target("slipway", Path(), None)):
        assert os.environ["AWS_PROFILE"] == "production"
