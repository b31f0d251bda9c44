"""Tasks by the adapter, on the embedded ECS and moto's logs."""

import time
from collections.abc import Iterator
from dataclasses import replace

import boto3
import pytest
from moto import mock_aws
from slipway.adapters.ecs_tasks import ECSTasks
from slipway.domain.errors import AccountFault, Refused
from slipway.domain.task import Program
from slipway.task_ports import Place
from slipway_local.sagemaker.inprocess import connect

from tests.local.ecs.conftest import Cloud

ROLE = "arn:aws:iam::000000000000:role/task"
PLACE = Place(
    "slipway-tasks", ("subnet-1",), ("sg-1",), ROLE, ROLE.replace("task", "execution"), "tasks"
)
PROGRAM = Program("job:1", ("python", "job.py"), 256, 512, {"FLAVOUR": "plain"})
FAMILY = "slipway-housing"


@pytest.fixture
def ecs() -> Cloud:
    cloud = Cloud(groups={"tasks"})
    cloud.client.create_cluster(clusterName="slipway-tasks")
    return cloud


@pytest.fixture
def session(_credentials: None, ecs: Cloud) -> Iterator[boto3.Session]:
    with mock_aws(config={"core": {"passthrough": {"urls": [r".*ecs\..*"]}}}):
        session = boto3.Session(region_name="eu-west-1")
        connect(session.events, ecs.ecs.handle)
        yield session


@pytest.fixture
def fargate(session: boto3.Session) -> ECSTasks:
    return ECSTasks(session, PLACE)


def begun(fargate: ECSTasks) -> str:
    """A task that was started; its ARN."""
    return fargate.start(fargate.define(FAMILY, PROGRAM), "token-1")


def test_a_task_runs_as_it_is_asked_to(fargate: ECSTasks, ecs: Cloud) -> None:
    arn = begun(fargate)
    ecs.tick(2)
    (run,) = ecs.runner.runs
    assert (run.program.image, [*run.program.command]) == ("job:1", ["python", "job.py"])
    assert (run.program.environment["FLAVOUR"], run.program.environment["ROLE"]) == ("plain", ROLE)
    (task,) = ecs.client.describe_tasks(cluster="slipway-tasks", tasks=[arn])["tasks"]
    assert (task["group"], task["startedBy"]) == (f"family:{FAMILY}", "token-1")


def test_it_is_started_once_for_a_token(fargate: ECSTasks) -> None:
    definition = fargate.define(FAMILY, PROGRAM)
    assert fargate.start(definition, "token-1") == fargate.start(definition, "token-1")
    assert fargate.start(definition, "token-2") != fargate.started("token-1")
    assert fargate.started("token-3") == ""


def test_its_exit_code_is_seen(fargate: ECSTasks, ecs: Cloud) -> None:
    arn = begun(fargate)
    ecs.tick(2)
    running = fargate.find(arn)
    assert running is not None
    assert (running.is_over, running.stopping, running.code) == (False, False, None)
    ecs.runner["task"].ended = 3
    ecs.tick(4, seconds=10)
    over = fargate.find(arn)
    assert over is not None
    assert (over.is_over, over.code, over.ended > 0) == (True, 3, True)
    assert over.reason == "Essential container in task exited"
    assert fargate.started("token-1") == arn


def test_one_that_could_not_be_started_says_why(fargate: ECSTasks, ecs: Cloud) -> None:
    ecs.groups.clear()
    arn = begun(fargate)
    ecs.tick(4, seconds=10)
    over = fargate.find(arn)
    assert over is not None
    assert (over.is_over, over.code) == (True, None)
    assert "The specified log group does not exist" in over.reason


def test_a_task_is_stopped_and_that_nobody_knows_needs_no_stopping(
    fargate: ECSTasks, ecs: Cloud
) -> None:
    arn = begun(fargate)
    ecs.tick(2)
    fargate.stop(arn, "it is asked to go")
    stopping = fargate.find(arn)
    assert stopping is not None
    assert (stopping.stopping, stopping.reason) == (True, "it is asked to go")
    fargate.stop(f"{arn[:-4]}0000", "it is asked to go")
    assert fargate.find(f"{arn[:-4]}0000") is None


def test_its_definitions_are_retired_and_those_of_others_stay(
    fargate: ECSTasks, ecs: Cloud
) -> None:
    for family in (FAMILY, FAMILY, f"{FAMILY}-2"):
        fargate.define(family, PROGRAM)
    fargate.retire(FAMILY)
    (left,) = ecs.client.list_task_definitions()["taskDefinitionArns"]
    assert left.endswith(f"{FAMILY}-2:1")


def test_a_definition_that_is_retired_starts_nothing(fargate: ECSTasks) -> None:
    definition = fargate.define(FAMILY, PROGRAM)
    fargate.retire(FAMILY)
    with pytest.raises(Refused, match="inactive"):
        fargate.start(definition, "token-1")


def test_a_role_that_ecs_cannot_take_is_the_account_s(fargate: ECSTasks, ecs: Cloud) -> None:
    ecs.strangers.add(ROLE)
    with pytest.raises(AccountFault, match="unable to assume the role"):
        begun(fargate)


def test_a_cluster_that_is_gone_is_the_account_s(session: boto3.Session) -> None:
    with pytest.raises(AccountFault, match="Cluster not found"):
        begun(ECSTasks(session, replace(PLACE, cluster="other")))
    assert ECSTasks(session, replace(PLACE, cluster="other")).find("a-task") is None


def test_what_it_printed_is_read(fargate: ECSTasks, session: boto3.Session) -> None:
    assert fargate.lines(FAMILY, "task/1") == []
    logs, stream = session.client("logs"), f"{FAMILY}/task/1"
    logs.create_log_group(logGroupName="tasks")
    logs.create_log_stream(logGroupName="tasks", logStreamName=stream)
    now = int(time.time() * 1000)  # what is older than two weeks is not taken
    events = [{"timestamp": now, "message": text} for text in ("one", "two")]
    logs.put_log_events(logGroupName="tasks", logStreamName=stream, logEvents=events)
    assert fargate.lines(FAMILY, "task/1") == ["one", "two"]


@pytest.mark.parametrize("subnets", [(), ("subnet-1",)])
def test_it_needs_subnets(session: boto3.Session, subnets: tuple[str, ...]) -> None:
    assert ECSTasks(session, replace(PLACE, subnets=subnets)).has_network() == bool(subnets)
