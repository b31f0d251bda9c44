"""Tasks of a deployment, over ports in memory."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest
from slipway.domain.errors import AccountFault, InvalidInput, LookAgain
from slipway.domain.task import MOST_DUE, TaskDue, TaskRun, Tasks
from slipway.domain.wish import Delete, Rollback, TaskNow
from slipway.looking import look
from slipway.release import announce, decide_release
from slipway.tasking import run_task

from tests.core.conftest import IMAGE, Advance, Archive, House

TASK = f"{IMAGE}\ntask: {{command: ['0'], environment: {{FLAVOUR: plain}}}}\n"
Push = Callable[..., None]


@pytest.fixture
def push(house: House, archive: Archive) -> Push:
    """Upload a manifest and a model."""

    def pushing(manifest: str = TASK, weights: bytes = b"0.5") -> None:
        house.bucket.upload("models/h/slipway.yaml", manifest.encode())
        house.bucket.upload("models/h/model.tar.gz", archive({"weights.txt": weights}))

    return pushing


def run_of(house: House, number: int = 1) -> TaskRun:
    """A task as the ledger has it."""
    return next(run for run in house.ports.ledger.load("h").tasks.last if run.number == number)


def settle(house: House, advance: Advance, execution: str = "one") -> None:
    """Release until nothing is owed, letting tasks end as they begin."""
    for number in range(10):
        for task in [*house.fargate.tasks]:
            house.fargate.finish(task)
        with suppress(LookAgain):
            announce(house.ports, advance("Announce", f"{execution}-{number}"))
        over = all(seen.is_over for seen in house.fargate.tasks.values())
        if over and look(house.ports, house.ports.ledger.load("h")).converged:
            return
    raise AssertionError("it never comes to rest")


def asked(house: House, *command: str, execution: str = "asked") -> None:
    """Ask for a task, as an execution does."""
    decide_release(house.ports, "h", execution, TaskNow(command))


@pytest.fixture
def released(house: House, push: Push, advance: Advance) -> House:
    """The house with a released deployment that has a task."""
    push()
    settle(house, advance)
    return house


class TestTasks:
    def test_one_runs_with_the_version_that_was_released(
        self, released: House, advance: Advance
    ) -> None:
        asked(released)
        settle(released, advance, "two")
        run, good = run_of(released), released.ports.ledger.load("h").attempts.good[0]
        assert (run.code, run.reason, run.told) == (0, "exit code 0", True)
        assert run.program.environment == {}
        (program,) = released.fargate.programs.values()
        sha256 = good.digests[0]
        assert program.image.endswith("/mine:1")
        assert program.environment == {
            "FLAVOUR": "plain",
            "SLIPWAY_MODEL_SHA256": sha256,
            "SLIPWAY_MODEL_URI": f"s3://bucket/artifacts/h/sha256/{sha256}/model.tar.gz",
        }
        (event,) = [each for kind, each in released.bus.events if kind == "Task Run"]
        assert (event["status"], event["exit_code"]) == ("Completed", 0)
        assert released.announcements.drifts[-1][1] == "h: task 1 Completed"

    def test_a_command_of_one_s_own_is_run_and_its_exit_code_told(
        self, released: House, advance: Advance
    ) -> None:
        asked(released, "3")
        settle(released, advance, "two")
        assert run_of(released).words == "Failed: exit code 3"

    def test_to_be_asked_by_the_same_execution_is_no_other_one(
        self, released: House, advance: Advance
    ) -> None:
        asked(released)
        asked(released)
        settle(released, advance, "asked")
        assert len(released.fargate.tasks) == 1

    def test_one_runs_at_a_time_and_the_others_wait(
        self, released: House, advance: Advance
    ) -> None:
        asked(released)
        advance("Announce", "asked")
        record = released.ports.ledger.load("h")
        waiting = replace(record, tasks=record.tasks.wanting(TaskDue("other", ("1",))))
        released.ports.ledger.save(waiting)
        advance("Announce", "asked")
        assert len(released.fargate.tasks) == 1
        settle(released, advance, "asked")
        assert [run.code for run in released.ports.ledger.load("h").tasks.last] == [1, 0]

    def test_what_ecs_refuses_ends_it(self, released: House, advance: Advance) -> None:
        released.fargate.refuses = "no such image"
        asked(released)
        settle(released, advance, "two")
        assert run_of(released).words == "Failed: refused: no such image"
        assert not released.fargate.tasks

    def test_what_the_account_cannot_do_is_tried_again(
        self, released: House, advance: Advance, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def start(*_: str) -> str:
            raise AccountFault("ECS was unable to assume the role")

        asked(released)
        task = advance("RunTask", "asked")
        monkeypatch.setattr(released.fargate, "start", start)
        assert run_task(released.ports, task).startswith("account: ECS was unable")
        monkeypatch.undo()
        assert not run_of(released).over
        released.cloud.pass_time(1000)
        settle(released, advance, "two")
        assert run_of(released).code == 0
        assert len(released.fargate.programs) == 1

    def test_definitions_of_tasks_that_are_over_are_retired(
        self, released: House, advance: Advance
    ) -> None:
        asked(released)
        advance("Announce", "asked")
        assert len(released.fargate.active) == 1
        settle(released, advance, "asked")
        assert not released.fargate.active

    def test_one_that_ecs_forgot_is_told_as_that(self, released: House, advance: Advance) -> None:
        asked(released)
        announce(released.ports, advance("Announce", "asked"))
        released.fargate.tasks.clear()
        announce(released.ports, advance("Announce", "soon"))
        assert not run_of(released).over
        released.cloud.pass_time(3600)
        settle(released, advance, "late")
        assert run_of(released).reason == "ECS does not know it any more"

    def test_a_version_that_somebody_rolled_back_from_runs_none(
        self, released: House, push: Push, advance: Advance
    ) -> None:
        before = released.ports.ledger.load("h").attempts.good[0].digests[0]
        released.cloud.pass_time(60)
        push(weights=b"0.7")
        settle(released, advance, "two")
        decide_release(released.ports, "h", "back", Rollback())
        settle(released, advance, "back")
        asked(released)
        settle(released, advance, "asked")
        (program,) = released.fargate.programs.values()
        assert program.environment["SLIPWAY_MODEL_SHA256"] == before

    def test_it_waits_for_the_first_release(
        self, house: House, push: Push, advance: Advance
    ) -> None:
        push()
        advance("RegisterModel")
        record = house.ports.ledger.load("h")
        house.ports.ledger.save(replace(record, tasks=Tasks(due=(TaskDue("early"),))))
        settle(house, advance)
        assert run_of(house).code == 0


class TestLeaving:
    def test_a_task_under_way_is_stopped(self, released: House, advance: Advance) -> None:
        asked(released)
        announce(released.ports, advance("Announce", "asked"))
        decide_release(released.ports, "h", "go", Delete())
        assert run_task(released.ports, advance("RunTask", "go")) == "stop of task 1 accepted"
        settle(released, advance, "go")
        assert run_of(released).words == "Failed: exit code 137; h is asked to go"

    def test_one_whose_name_was_never_written_down_is_found(
        self, released: House, advance: Advance
    ) -> None:
        asked(released)
        announce(released.ports, advance("Announce", "asked"))
        _lose_name(released)
        decide_release(released.ports, "h", "go", Delete())
        assert run_task(released.ports, advance("RunTask", "go")) == "stop of task 1 accepted"

    def test_one_that_was_never_started_is_a_line_alone(
        self, released: House, advance: Advance
    ) -> None:
        asked(released)
        announce(released.ports, advance("Announce", "asked"))
        _lose_name(released)
        released.fargate.tokens.clear()
        decide_release(released.ports, "h", "go", Delete())
        told = run_task(released.ports, advance("RunTask", "go"))
        assert told == "task 1: Failed: it was never started"

    def test_what_waits_is_given_up(self, released: House, advance: Advance) -> None:
        record = released.ports.ledger.load("h")
        released.ports.ledger.save(replace(record, tasks=Tasks(due=(TaskDue("waits"),))))
        decide_release(released.ports, "h", "go", Delete())
        settle(released, advance, "go")
        assert released.ports.ledger.load("h").tasks == Tasks()


def _lose_name(house: House) -> None:
    """As if who started it had been stopped before it was written down."""
    record = house.ports.ledger.load("h")
    run = replace(record.tasks.last[0], arn="")
    house.ports.ledger.save(replace(record, tasks=record.tasks.having(run)))


class TestRefusals:
    def test_without_subnets_it_says_what_to_deploy_with(self, released: House) -> None:
        released.fargate.network = False
        with pytest.raises(InvalidInput, match="TaskSubnets"):
            asked(released)

    def test_without_a_task_it_says_what_to_write(
        self, house: House, push: Push, advance: Advance
    ) -> None:
        push(IMAGE)
        settle(house, advance)
        with pytest.raises(InvalidInput, match="has no `task`"):
            asked(house)

    def test_one_that_is_asked_to_go_runs_none(self, released: House) -> None:
        decide_release(released.ports, "h", "go", Delete())
        released.executions.running.clear()
        with pytest.raises(InvalidInput, match="asked to go"):
            asked(released)


def test_so_many_may_wait_and_no_more() -> None:
    tasks = Tasks()
    for number in range(MOST_DUE + 1):
        tasks = tasks.wanting(TaskDue(str(number)))
    assert len(tasks.due) == MOST_DUE
