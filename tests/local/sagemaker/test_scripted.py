"""Scripted containers keep to their scripts."""

import pytest
from slipway_local.sagemaker.jobs import Ending, Job, Run
from slipway_local.sagemaker.rehearsal import START, Clock
from slipway_local.sagemaker.scripted import (
    JobScript,
    Script,
    ScriptedLauncher,
    ScriptedRunner,
    constant,
    echo,
)
from slipway_local.sagemaker.serving import Container, Health, Invocation, Server, ServerGone

IMAGE = Container("image", "s3://b/k", {})


def test_a_server_is_ready_when_its_script_says() -> None:
    clock = Clock()
    launcher = ScriptedLauncher(clock, {"image": Script(after=10)})
    server: Server = launcher.launch(IMAGE)
    assert server.health() is Health.STARTING
    assert launcher.next_change() == START + 10
    with pytest.raises(ServerGone):
        server.invoke(Invocation(b"", {}), timeout=1)
    clock.now += 10
    assert server.health() is Health.READY
    assert launcher.next_change() is None


def test_a_server_fails_when_its_script_says() -> None:
    clock = Clock()
    launcher = ScriptedLauncher(clock, {"image": Script(after=10, failure="no such file")})
    server = launcher.launch(IMAGE)
    assert server.failure() == ""
    clock.now += 10
    assert (server.health(), server.failure()) == (Health.FAILED, "no such file")


def test_the_data_url_goes_before_the_image() -> None:
    scripts = {"image": Script(after=1), "s3://b/k": Script(after=2)}
    launcher = ScriptedLauncher(Clock(), scripts)
    assert launcher.launch(IMAGE).script.after == 2
    assert launcher.launch(Container("image", None, {})).script.after == 1
    assert launcher.launch(Container("other", None, {})).script.after == 0


def test_a_stopped_server_is_gone_and_may_be_stopped_again() -> None:
    server = ScriptedLauncher(Clock()).launch(IMAGE)
    server.stop()
    server.stop()
    with pytest.raises(ServerGone):
        server.invoke(Invocation(b"", {}), timeout=1)


def test_answers() -> None:
    asked = Invocation(b"1,2", {"Content-Type": "text/csv"})
    assert echo(IMAGE, asked).body == b"1,2"
    assert echo(IMAGE, asked).headers == {"Content-Type": "text/csv"}
    assert constant(b"x", 500)(IMAGE, asked).status == 500


def test_a_job_begins_and_ends_when_its_script_says() -> None:
    clock = Clock()
    script = JobScript(Ending(3, "oh"), before=10, after=20)
    runner = ScriptedRunner(clock, {"analyzer": script})
    run: Run = runner.run(Job("job", "1.dkr.ecr/analyzer:2", (), {}, (), (), {}))
    assert (run.began(), run.ending(), runner.next_change()) == (False, None, START + 10)
    clock.now += 10
    assert (run.began(), run.ending(), runner.next_change()) == (True, None, START + 30)
    clock.now += 20
    assert (run.ending(), runner.next_change()) == (Ending(3, "oh"), None)


def test_a_job_without_a_script_is_done_at_once_and_a_stopped_one_is_killed() -> None:
    runner = ScriptedRunner(Clock(), {"slow": JobScript(after=60)})
    quick, slow = (runner.run(Job("j", image, (), {}, (), (), {})) for image in ("any", "slow"))
    slow.stop()
    assert (quick.ending(), slow.ending()) == (Ending(), Ending(137))
