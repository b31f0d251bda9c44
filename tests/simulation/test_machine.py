"""The interpreter, against small graphs; the simulation runs the real one."""

from collections.abc import Callable
from itertools import pairwise
from random import Random
from typing import Any

import pytest

from tests.simulation.machine import Execution, Killed, Machine
from tests.simulation.scheduler import START, Scheduler

Json = Any
Play = Callable[..., Execution]

CHANCE = Random(1)  # noqa: S311  seeded, no secret
INVOKE = "arn:aws:states:::lambda:invoke"
RETRY = {"ErrorEquals": ["Busy"], "IntervalSeconds": 2, "BackoffRate": 2, "MaxAttempts": 3}
CATCH = {"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Failed"}


class Busy(Exception):
    """What a function raises."""


def graph(**task: Json) -> Json:
    state = {
        "Type": "Task",
        "Resource": INVOKE,
        "Parameters": {"FunctionName": "work", "Payload": {"of.$": "$.name"}},
        "Next": "Chosen",
        **task,
    }
    choice = {"Variable": "$.did.what", "StringEquals": "well", "Next": "Done"}
    return {
        "StartAt": "Work",
        "States": {
            "Work": state,
            "Chosen": {"Type": "Choice", "Choices": [choice], "Default": "Failed"},
            "Done": {"Type": "Succeed"},
            "Failed": {"Type": "Fail"},
        },
    }


@pytest.fixture
def scheduler() -> Scheduler:
    return Scheduler()


@pytest.fixture
def run(scheduler: Scheduler) -> Play:
    """Run a graph of one task for a while; what the task's function does is given."""

    def run(work: Callable[..., Json], *, seconds: float = 100.0, **task: Json) -> Execution:
        result = {"ResultSelector": {"what.$": "$.Payload"}, "ResultPath": "$.did"}
        machine = Machine(graph(**(result | task)), {"work": work}, scheduler, CHANCE, fail)
        machine.start("one", {"name": "h"})
        machine.start("one", {"name": "another"})
        scheduler.run_until(START + seconds)
        return machine.executions["one"]

    return run


def fail(what: str) -> None:
    raise AssertionError(what)


def test_a_task_gets_its_payload_and_its_result_finds_its_place(run: Play) -> None:
    ended = run(lambda _, payload: "well" if payload == {"of": "h"} else "badly")
    assert (ended.status, ended.visited) == ("SUCCEEDED", ["Work", "Chosen", "Done"])
    assert ended.document == {"name": "h", "did": {"what": "well"}}


def test_an_output_path_picks_a_part_of_the_result(run: Play) -> None:
    ended = run(
        lambda *_: {"did": {"what": "well"}},
        ResultSelector={"Payload.$": "$.Payload"},
        ResultPath="$",
        OutputPath="$.Payload",
    )
    assert ended.document == {"did": {"what": "well"}}


def test_a_choice_that_fits_nothing_takes_the_default(run: Play) -> None:
    assert run(lambda *_: "badly").status == "FAILED"


def test_a_retrier_tries_as_often_as_it_says_and_waits_longer_each_time(
    run: Play, scheduler: Scheduler
) -> None:
    times = []

    def busy(*_: Json) -> Json:
        times.append(scheduler.elapsed)
        raise Busy

    assert run(busy, Retry=[RETRY], Catch=[CATCH]).visited[-1] == "Failed"
    assert [round(later - earlier) for earlier, later in pairwise(times)] == [
        2,
        4,
        8,
    ]


def test_jitter_shortens_the_wait_and_a_longest_wait_bounds_it(
    run: Play, scheduler: Scheduler
) -> None:
    times = []

    def busy(*_: Json) -> Json:
        times.append(scheduler.elapsed)
        raise Busy

    run(busy, Retry=[{**RETRY, "JitterStrategy": "FULL", "MaxDelaySeconds": 3, "MaxAttempts": 9}])
    waits = [later - earlier for earlier, later in pairwise(times)]
    assert len(waits) == 9
    assert max(waits) <= 3
    assert len({round(wait, 3) for wait in waits}) > 1


def test_an_error_that_nobody_retries_is_caught_by_its_name(run: Play) -> None:
    def busy(*_: Json) -> Json:
        raise Busy("in motion")

    owned = {"ErrorEquals": ["Owned"], "ResultPath": "$.error", "Next": "Done"}
    ended = run(busy, Catch=[owned, CATCH])
    assert ended.visited == ["Work", "Failed"]
    assert ended.document["error"] == {"Error": "Busy", "Cause": "in motion"}


def test_a_killed_function_is_an_error_with_lambda_s_name_for_it(run: Play) -> None:
    def die(*_: Json) -> Json:
        raise Killed("Sandbox.Timedout")

    assert run(die, Catch=[CATCH]).document["error"]["Error"] == "Sandbox.Timedout"


SLEEP = {
    "Resource": f"{INVOKE}.waitForTaskToken",
    "Parameters": {"FunctionName": "work", "Payload": {"token.$": "$$.Task.Token"}},
    "TimeoutSecondsPath": "$.timeout",
    "ResultSelector": {"what.$": "$"},
}


@pytest.fixture
def sleeper(scheduler: Scheduler) -> tuple[Machine, list[str]]:
    """A machine whose only execution sleeps for 50 s, and the tokens it left."""
    tokens: list[str] = []
    catch = {"ErrorEquals": ["States.Timeout"], "ResultPath": "$.error", "Next": "Done"}
    machine = Machine(
        graph(**SLEEP, Catch=[catch], Next="Done"),
        {"work": lambda _, payload: tokens.append(payload["token"])},
        scheduler,
        CHANCE,
        fail,
    )
    machine.start("one", {"timeout": 50})
    scheduler.run_until(START + 10)
    return machine, tokens


def test_a_sleeper_is_woken_once(sleeper: tuple[Machine, list[str]], scheduler: Scheduler) -> None:
    machine, tokens = sleeper
    assert machine.is_running("one")
    assert [machine.wake(tokens[0]), machine.wake(tokens[0]), machine.wake("other")] == [
        True,
        False,
        False,
    ]
    scheduler.run_until(START + 20)
    assert not machine.is_running("one")
    assert machine.was_running("one", ago=15)


def test_a_sleeper_that_nobody_wakes_is_told_that_time_is_up(
    sleeper: tuple[Machine, list[str]], scheduler: Scheduler
) -> None:
    machine, tokens = sleeper
    scheduler.run_until(START + 60)
    assert machine.executions["one"].document["error"]["Error"] == "States.Timeout"
    assert not machine.wake(tokens[0])


def test_an_execution_that_was_stopped_hears_nothing_more(
    sleeper: tuple[Machine, list[str]], scheduler: Scheduler
) -> None:
    machine, tokens = sleeper
    machine.stop("one")
    assert not machine.wake(tokens[0])
    scheduler.run_until(START + 60)
    assert machine.executions["one"].status == "ABORTED"
