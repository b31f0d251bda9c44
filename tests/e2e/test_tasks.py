"""Tasks and services on ECS, really run: in a cloud of their own, with IAM enforced."""

import json
import os
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from slipway_local import cloud
from slipway_local.cloud import Cloud

EXAMPLE = Path(__file__).parents[2] / "examples" / "boto3" / "ecs_task.py"
TIME_SCALE = 0.02
GROUP = "/ecs/housing"
CLUSTERS = "arn:aws:ecs:us-east-1:000000000000:cluster/"
NETWORK = {"awsvpcConfiguration": {"subnets": ["subnet-1"], "assignPublicIp": "ENABLED"}}
WHO = """
import boto3
print(boto3.client("sts").get_caller_identity()["Arn"].split("/")[1])
print(boto3.client("s3").get_object(Bucket="housing", Key="rows")["Body"].read().decode())
boto3.client("s3").put_object(Bucket="housing", Key="other", Body=b"")
"""
SERVE = """
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(sys.argv[3].encode())
http.server.HTTPServer((sys.argv[1], int(sys.argv[2])), Handler).serve_forever()
"""
SERVING = """
import http.server, os, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.send_response(200); self.end_headers()
        self.wfile.write(f"{self.path} {os.environ['MODEL_BASE_PATH']}".encode())
http.server.HTTPServer((sys.argv[1], int(sys.argv[2])), Handler).serve_forever()
"""

Eventually = Callable[..., Any]


def project(folder: Path) -> Path:
    """A folder that says what the image `housing` is here."""
    folder.mkdir()
    (folder / "server").mkdir()
    (folder / "server" / "serve.py").write_text(SERVING)
    serving = {"command": ["python", "serve.py", "{address}", "{port}"], "folder": "server"}
    entries = {"housing:1": {"command": ["python", "-V"]}, "serving:1": serving}
    told = {name: {**entry, "python": sys.executable} for name, entry in entries.items()}
    (folder / "slipway.images.yaml").write_text(json.dumps(told))
    return folder


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    folder = tmp_path_factory.mktemp("tasks")
    state = folder / "state"
    started = cloud.start(state, time_scale=TIME_SCALE, project=project(folder / "project"))
    try:
        prepare(started)
        yield started
    finally:
        cloud.stop(state)


def prepare(running: Cloud) -> None:
    read = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::housing/rows"}
    needed = ["logs:*", "secretsmanager:GetSecretValue", "ssm:GetParameters"]
    write = {"Effect": "Allow", "Action": needed, "Resource": "*"}
    for name, statement in (("task", read), ("execution", write)):
        role(running, name, statement)
    running.client("s3").create_bucket(Bucket="housing")
    running.client("s3").put_object(Bucket="housing", Key="rows", Body=b"the rows")
    running.client("logs").create_log_group(logGroupName=GROUP)
    running.client("ecs").create_cluster(clusterName="housing")


def role(running: Cloud, name: str, *statements: dict[str, Any]) -> None:
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "ecs-tasks.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    iam = running.client("iam")
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy(trust))
    iam.put_role_policy(RoleName=name, PolicyName=name, PolicyDocument=policy(*statements))


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def arn_of(name: str) -> str:
    return f"arn:aws:iam::000000000000:role/{name}"


def container(*command: str, **changes: Any) -> dict[str, Any]:
    options = {
        "awslogs-group": GROUP,
        "awslogs-region": "us-east-1",
        "awslogs-stream-prefix": "ecs",
    }
    log = {"logDriver": "awslogs", "options": options}
    usual = {"name": "main", "image": "housing:1", "command": command, "logConfiguration": log}
    return {**usual, **changes}


def define(ecs: Any, family: str, *containers: dict[str, Any], **changes: Any) -> None:
    usual = {
        "requiresCompatibilities": ["FARGATE"],
        "networkMode": "awsvpc",
        "cpu": "256",
        "memory": "512",
        "executionRoleArn": arn_of("execution"),
        "taskRoleArn": arn_of("task"),
    }
    ecs.register_task_definition(
        family=family, containerDefinitions=containers, **{**usual, **changes}
    )


def run(ecs: Any, family: str) -> str:
    """Run a task; its ARN."""
    asked = {"launchType": "FARGATE", "networkConfiguration": NETWORK}
    started = ecs.run_task(cluster="housing", taskDefinition=family, **asked)
    return str(started["tasks"][0]["taskArn"])


def task(ecs: Any, arn: str) -> Any:
    return ecs.describe_tasks(cluster="housing", tasks=[arn])["tasks"][0]


def ended(ecs: Any, arn: str) -> Any:
    """A task, once it has stopped."""
    wait = {"Delay": 0.1, "MaxAttempts": 600}
    ecs.get_waiter("tasks_stopped").wait(cluster="housing", tasks=[arn], WaiterConfig=wait)
    return task(ecs, arn)


def printed(running: Cloud, arn: str, name: str = "main") -> list[str]:
    stream = f"ecs/{name}/{arn.rpartition('/')[2]}"
    found = running.client("logs").get_log_events(logGroupName=GROUP, logStreamName=stream)
    return [event["message"] for event in found["events"]]


def asked(running: Cloud, task: Any) -> str:
    """What a task's port answers, found as a client on AWS finds it: by its network interface."""
    details = {each["name"]: each["value"] for each in task["attachments"][0]["details"]}
    found = running.client("ec2").describe_network_interfaces(
        NetworkInterfaceIds=[details["networkInterfaceId"]]
    )
    address = found["NetworkInterfaces"][0]["Association"]["PublicIp"]
    assert address == details["privateIPv4Address"]
    (binding,) = task["containers"][0]["networkBindings"]
    assert binding["bindIP"] in (address, "127.0.0.1")
    url = f"http://{binding['bindIP']}:{binding['hostPort']}"
    with urllib.request.urlopen(url) as answer:
        return str(answer.read().decode())


def test_a_task_runs_as_its_role_and_tells_its_exit_code(running: Cloud) -> None:
    ecs = running.client("ecs")
    define(ecs, "who", container("python", "-u", "-c", WHO))
    arn = run(ecs, "who")
    found = ended(ecs, arn)
    assert found["stopCode"] == "EssentialContainerExited"
    assert found["containers"][0]["exitCode"] == 1
    lines = printed(running, arn)
    assert lines[:2] == ["task", "the rows"], lines
    assert "AccessDenied" in lines[-1]


def test_a_task_is_told_its_secrets(running: Cloud) -> None:
    secret = running.client("secretsmanager").create_secret(
        Name="db", SecretString=json.dumps({"user": "me", "port": 1})
    )["ARN"]
    running.client("ssm").put_parameter(Name="/flavour", Value="plain", Type="SecureString")
    sources = {"WHO": f"{secret}:user::", "ALL": secret, "FLAVOUR": "/flavour"}
    secrets = [{"name": name, "valueFrom": sources[name]} for name in sources]
    ecs = running.client("ecs")
    define(ecs, "secret", container("sh", "-c", 'echo "$WHO $FLAVOUR $ALL"', secrets=secrets))
    arn = run(ecs, "secret")
    ended(ecs, arn)
    assert printed(running, arn) == ['me plain {"user": "me", "port": 1}']


def test_what_happens_to_a_task_is_on_the_bus(running: Cloud, eventually: Eventually) -> None:
    sqs, events = running.client("sqs"), running.client("events")
    queue = sqs.create_queue(QueueName="seen")["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    pattern = {"source": ["aws.ecs"], "detail": {"lastStatus": ["STOPPED"]}}
    events.put_rule(Name="stopped", EventPattern=json.dumps(pattern))
    target = {"Id": "seen", "Arn": attributes["Attributes"]["QueueArn"]}
    events.put_targets(Rule="stopped", Targets=[target])
    ecs = running.client("ecs")
    define(ecs, "told", container("sh", "-c", "exit 3"))
    arn = run(ecs, "told")
    message = eventually(lambda: sqs.receive_message(QueueUrl=queue).get("Messages"))[0]
    event = json.loads(message["Body"])
    assert event["detail-type"] == "ECS Task State Change"
    assert event["resources"] == [arn]
    assert event["detail"]["containers"][0]["exitCode"] == 3


def test_containers_share_a_volume_in_their_order(running: Cloud) -> None:
    ecs = running.client("ecs")
    mounts = [{"sourceVolume": "models", "containerPath": "/models"}]
    waits = [{"containerName": "fetch", "condition": "SUCCESS"}]
    define(
        ecs,
        "order",
        container("sh", "-c", "echo one > /models/a", name="fetch", mountPoints=mounts,
                  essential=False),
        container("cat", "/models/a", mountPoints=mounts, dependsOn=waits),
        volumes=[{"name": "models"}],
    )  # fmt: skip
    arn = run(ecs, "order")
    assert [each["exitCode"] for each in ended(ecs, arn)["containers"]] == [0, 0]
    assert printed(running, arn) == ["one"]


def test_a_service_is_rolled_out(running: Cloud, eventually: Eventually) -> None:
    ecs = running.client("ecs")
    ports = [{"containerPort": 8501}]
    look = "python -c 'import urllib.request as r; r.urlopen(\"http://localhost:8501\")'"
    check = {"command": ["CMD-SHELL", look], "interval": 5, "startPeriod": 300}

    def serving(word: str) -> None:
        command = ("python", "-c", SERVE, "{address}", "{port}", word)
        define(ecs, "serving", container(*command, portMappings=ports, healthCheck=check))

    def answers() -> set[str]:
        arns = ecs.list_tasks(cluster="housing", serviceName="web")["taskArns"]
        found = ecs.describe_tasks(cluster="housing", tasks=arns)["tasks"] if arns else []
        healthy = [each for each in found if each["healthStatus"] == "HEALTHY"]
        return {asked(running, each) for each in healthy if each["lastStatus"] == "RUNNING"}

    serving("one")
    ecs.create_service(
        cluster="housing",
        serviceName="web",
        taskDefinition="serving",
        desiredCount=2,
        launchType="FARGATE",
        networkConfiguration=NETWORK,
    )
    wait = {"Delay": 0.2, "MaxAttempts": 300}
    stable = ecs.get_waiter("services_stable")
    stable.wait(cluster="housing", services=["web"], WaiterConfig=wait)
    eventually(lambda: answers() == {"one"})
    serving("two")
    ecs.update_service(cluster="housing", service="web", taskDefinition="serving")
    stable.wait(cluster="housing", services=["web"], WaiterConfig=wait)
    eventually(lambda: answers() == {"two"})
    ecs.delete_service(cluster="housing", service="web", force=True)
    ecs.get_waiter("services_inactive").wait(cluster="housing", services=["web"], WaiterConfig=wait)


ALLOWED = {
    "Effect": "Allow",
    "Action": ["ecs:RunTask"],
    "Resource": "arn:aws:ecs:us-east-1:000000000000:task-definition/policed:*",
    "Condition": {
        "ArnEquals": {"ecs:cluster": "arn:aws:ecs:us-east-1:000000000000:cluster/housing"}
    },
}
PASSED = {
    "Effect": "Allow",
    "Action": "iam:PassRole",
    "Resource": [arn_of("task"), arn_of("execution")],
    "Condition": {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
}


@pytest.mark.parametrize(
    ("statements", "denied"),
    [
        ((ALLOWED, PASSED), None),
        ((PASSED,), "ecs:RunTask"),
        ((ALLOWED,), "iam:PassRole"),
        (({**ALLOWED, "Resource": ALLOWED["Resource"][:-1] + "9"}, PASSED), "ecs:RunTask"),
    ],
)
def test_who_runs_a_task_must_be_allowed_to(
    running: Cloud, statements: tuple[dict[str, Any], ...], denied: str | None
) -> None:
    iam, name = running.client("iam"), f"user-{denied}-{len(statements)}"[:40].replace(":", "-")
    define(running.client("ecs"), "policed", container("true"))
    with_user = user(running, name, policy(*statements))
    try:
        if denied is None:
            run(with_user, "policed")
            return
        with pytest.raises(ClientError) as caught:
            run(with_user, "policed")
        assert caught.value.response["Error"]["Code"] == "AccessDeniedException"
        assert denied in str(caught.value)
    finally:
        iam.delete_user_policy(UserName=name, PolicyName="p")
        for key in iam.list_access_keys(UserName=name)["AccessKeyMetadata"]:
            iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
        iam.delete_user(UserName=name)


def user(running: Cloud, name: str, document: str) -> Any:
    """A client of a user who has that policy."""
    iam = running.client("iam")
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=document)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return boto3.client(
        "ecs",
        endpoint_url=running.endpoint,
        region_name="us-east-1",
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )


def test_the_execution_role_must_be_allowed_to_write_the_log(running: Cloud) -> None:
    ecs = running.client("ecs")
    define(ecs, "mute", container("true"), executionRoleArn=arn_of("task"))
    found = ended(ecs, run(ecs, "mute"))
    assert found["stopCode"] == "TaskFailedToStart"
    assert "logs:CreateLogStream" in found["stoppedReason"]


def example(running: Cloud, tmp_path: Path, image: str, model: Path, request: str) -> list[str]:
    """What examples/boto3/ecs_task.py prints."""
    rows = tmp_path / "request.json"
    rows.write_text(request)
    given = ["housing", arn_of("task"), arn_of("execution"), image, model, rows]
    done = subprocess.run(
        [sys.executable, EXAMPLE, *map(str, given)],
        env={**os.environ, **running.environment},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_the_example_of_fargate(running: Cloud, tmp_path: Path) -> None:
    (tmp_path / "model" / "1").mkdir(parents=True)
    (tmp_path / "model" / "1" / "saved_model.pb").touch()
    told = example(running, tmp_path, "serving:1", tmp_path / "model", "{}")
    assert told == [
        "/v1/models/chapter-task:predict s3://housing/chapter-task/models",
        "STOPPED UserInitiated predicted",
    ]


def stacked(command: str) -> str:
    """A template of a service of one task."""
    container = {"Name": "main", "Image": "housing:1", "Command": ["sh", "-c", command]}
    definition = {
        "RequiresCompatibilities": ["FARGATE"],
        "NetworkMode": "awsvpc",
        "Cpu": 256,
        "Memory": "512",
        "ContainerDefinitions": [container],
    }
    service = {
        "Cluster": {"Ref": "Cluster"},
        "TaskDefinition": {"Ref": "Definition"},
        "LaunchType": "FARGATE",
        "DesiredCount": "1",
        "NetworkConfiguration": {"AwsvpcConfiguration": {"Subnets": ["subnet-1"]}},
        "DeploymentConfiguration": {"DeploymentCircuitBreaker": {"Enable": True, "Rollback": True}},
    }
    resources = {
        "Cluster": ("Cluster", {"ClusterName": "stacked"}),
        "Definition": ("TaskDefinition", definition),
        "Service": ("Service", service),
    }
    described = {
        name: {"Type": f"AWS::ECS::{kind}", "Properties": properties}
        for name, (kind, properties) in resources.items()
    }
    return json.dumps({"Resources": described})


def test_a_stack_makes_rolls_back_and_deletes_a_service(
    running: Cloud, eventually: Eventually
) -> None:
    stacks, ecs = running.client("cloudformation"), running.client("ecs")
    named = {"StackName": "tasks"}

    def status() -> str:
        (found,) = stacks.describe_stacks(**named)["Stacks"]
        return str(found["StackStatus"])

    stacks.create_stack(**named, TemplateBody=stacked("sleep 60"))
    eventually(lambda: status() == "CREATE_COMPLETE")
    (arn,) = ecs.list_services(cluster="stacked")["serviceArns"]
    (service,) = ecs.describe_services(cluster="stacked", services=[arn])["services"]
    assert service["runningCount"] == 1
    stacks.update_stack(**named, TemplateBody=stacked("exit 1"))
    eventually(lambda: status() == "UPDATE_ROLLBACK_COMPLETE")
    stacks.delete_stack(**named)
    eventually(lambda: ecs.list_clusters()["clusterArns"] == [f"{CLUSTERS}housing"])


def test_a_state_machine_runs_a_task(running: Cloud, eventually: Eventually) -> None:
    define(running.client("ecs"), "step", container("sh", "-c", "exit 5"))
    asked = {
        "Cluster": "housing",
        "TaskDefinition": "step",
        "LaunchType": "FARGATE",
        "NetworkConfiguration": {"AwsvpcConfiguration": {"Subnets": ["subnet-1"]}},
    }
    step = {"Type": "Task", "Resource": "arn:aws:states:::ecs:runTask.sync", "End": True}
    states = {"StartAt": "Run", "States": {"Run": {**step, "Parameters": asked}}}
    role(running, "machine", {"Effect": "Allow", "Action": "*", "Resource": "*"})
    client = running.client("stepfunctions")
    machine = client.create_state_machine(
        name="tasks", definition=json.dumps(states), roleArn=arn_of("machine")
    )
    begun = client.start_execution(stateMachineArn=machine["stateMachineArn"])["executionArn"]
    described = eventually(
        lambda: (
            (found := client.describe_execution(executionArn=begun))["status"] != "RUNNING"
            and found
        )
    )
    (found,) = json.loads(described["output"])["tasks"]
    assert found["containers"][0]["exitCode"] == 5


def test_a_rule_runs_a_task_in_its_role(running: Cloud, eventually: Eventually) -> None:
    ecs, events = running.client("ecs"), running.client("events")
    define(ecs, "ruled", container("sh", "-c", "exit $CODE"))
    (definition,) = ecs.list_task_definitions(familyPrefix="ruled")["taskDefinitionArns"]
    role(running, "ruler", {**ALLOWED, "Resource": definition}, PASSED)
    told = {"name": "main", "environment": [{"name": "CODE", "value": "7"}]}
    events.put_rule(Name="due", EventPattern=json.dumps({"source": ["chapter"]}))
    parameters = {
        "TaskDefinitionArn": definition,
        "LaunchType": "FARGATE",
        "NetworkConfiguration": {"awsvpcConfiguration": {"Subnets": ["subnet-1"]}},
    }
    target = {
        "Arn": f"{CLUSTERS}housing",
        "EcsParameters": parameters,
        "Input": json.dumps({"containerOverrides": [told]}),
    }
    targets = [
        {**target, "Id": "1", "RoleArn": arn_of("ruler")},
        {**target, "Id": "2", "RoleArn": arn_of("task")},
    ]
    events.put_targets(Rule="due", Targets=targets)
    events.put_events(Entries=[{"Source": "chapter", "DetailType": "x", "Detail": "{}"}])
    listed = {"cluster": "housing", "family": "ruled", "desiredStatus": "STOPPED"}
    (arn,) = eventually(lambda: ecs.list_tasks(**listed)["taskArns"])
    assert ended(ecs, arn)["containers"][0]["exitCode"] == 7
    eventually(lambda: "arn:aws:iam::000000000000:role/task is not" in running.log.read_text())


@pytest.mark.skipif(shutil.which("aws") is None, reason="the AWS CLI is not installed")
def test_the_cli_runs_a_task(running: Cloud, tmp_path: Path) -> None:
    define(running.client("ecs"), "typed", container("true"))
    words = "ecs run-task --cluster housing --task-definition typed --launch-type FARGATE"
    network = "awsvpcConfiguration={subnets=[subnet-1],assignPublicIp=ENABLED}"
    told = subprocess.run(
        ["aws", *words.split(), "--network-configuration", network],  # noqa: S607
        env={**os.environ, **running.environment},
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )
    arn = json.loads(told.stdout)["tasks"][0]["taskArn"]
    assert ended(running.client("ecs"), arn)["containers"][0]["exitCode"] == 0


def test_a_task_ends_with_a_cloud_that_is_kept(tmp_path: Path, eventually: Eventually) -> None:
    state, images = tmp_path / "state", project(tmp_path / "project")
    options: dict[str, Any] = {"time_scale": TIME_SCALE, "keep": True, "project": images}
    started = cloud.start(state, **options)
    try:
        prepare(started)
        ecs = started.client("ecs")
        define(ecs, "long", container("sleep", "60"))
        arn = run(ecs, "long")
        eventually(lambda: task(ecs, arn)["lastStatus"] == "RUNNING")
        cloud.stop(state)
        ecs = cloud.start(state, **options).client("ecs")
        found = ended(ecs, arn)
        assert found["stoppedReason"] == "The embedded cloud ended while the task ran"
    finally:
        cloud.stop(state)
