"""The environment of the cloud's process."""

from pathlib import Path

from slipway_local.ministack.settings import Settings, environment

SETTINGS = Settings(state=Path("/state"), models=Path("/models"), port=4566, time_scale=0.5)


def test_nothing_of_the_user_reaches_the_cloud_or_its_functions() -> None:
    users = {
        "PATH": "/bin",
        "HOME": "/home/user",
        "AWS_PROFILE": "work",
        "AWS_SESSION_TOKEN": "secret",
        "AWS_ENDPOINT_URL": "https://elsewhere",
        "HTTPS_PROXY": "http://proxy",
        "PYTHONPATH": "/elsewhere",
    }
    made = environment(SETTINGS, users)
    kept = {name: value for name, value in users.items() if made.get(name) == value}
    assert kept == {"PATH": "/bin"}
    assert not {"AWS_PROFILE", "AWS_ENDPOINT_URL", "PYTHONPATH", "HTTPS_PROXY"} & made.keys()


def test_the_cloud_listens_here_knows_no_docker_and_keeps_its_pace() -> None:
    made = environment(SETTINGS, {})
    assert made["BIND_HOST"] == "127.0.0.1"
    assert made["GATEWAY_PORT"] == "4566"
    assert made["DOCKER_HOST"] == "unix:///state/no-docker"
    assert made["AUTH"] == "true"
    assert made["SFN_WAIT_SCALE"] == "0.5"
    assert made["LAMBDA_ASYNC_RETRY_BASE_SECONDS"] == "30.0"
