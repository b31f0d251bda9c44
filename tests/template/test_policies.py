"""Who may do what: no more than the reason written beside it."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import cfnlint  # type: ignore[import-untyped] # it has no types
import pytest

Document = Mapping[str, Any]
Statements = dict[str, list[Document]]

# What AWS grants on no resource at all, and why it is granted here.
EVERYWHERE = {
    "states:SendTaskSuccess": "the task token says which task",
    "ecr:GetAuthorizationToken": "the token opens no repository by itself",
    "cloudwatch:PutMetricData": "conditioned on SageMaker's namespaces, or drift's",
    "cloudwatch:GetMetricData": "metrics that are read belong to no resource",
    "sagemaker:ListModelPackages": "names of versions, which AWS's tables give no one resource",
    "ecs:ListTasks": "conditioned on the cluster; without an instance they belong to none",
    "ecs:RegisterTaskDefinition": "what is defined can have no roles but those that are passed",
    "ecs:ListTaskDefinitions": "lists belong to no resource",
    "ecs:DeregisterTaskDefinition": "AWS takes no resource",
    "application-autoscaling:DescribeScalableTargets": "lists belong to no resource",
    "application-autoscaling:DescribeScalingPolicies": "lists belong to no resource",
    "logs:CreateLogDelivery": "log deliveries of the state machine",
    "logs:GetLogDelivery": "log deliveries of the state machine",
    "logs:UpdateLogDelivery": "log deliveries of the state machine",
    "logs:DeleteLogDelivery": "log deliveries of the state machine",
    "logs:ListLogDeliveries": "log deliveries of the state machine",
    "logs:PutResourcePolicy": "log deliveries of the state machine",
    "logs:DescribeResourcePolicies": "log deliveries of the state machine",
    "logs:DescribeLogGroups": "log deliveries of the state machine",
}
# Metrics that are put, and tasks that are listed, take a condition instead; tables of two years
# differ on the others.
DISPUTED = {
    "cloudwatch:PutMetricData",
    "cloudwatch:GetMetricData",
    "sagemaker:ListModelPackages",
    "ecs:RegisterTaskDefinition",
    "ecs:ListTasks",
}
READS = ("Describe", "Get", "List", "BatchGet")


def items(value: Any) -> list[Any]:  # noqa: ANN401 - JSON
    return value if isinstance(value, list) else [value]


def actions(statements: list[Document]) -> set[str]:
    return {action for statement in statements for action in items(statement["Action"])}


@pytest.fixture(scope="session")
def identity_statements(
    statements: Statements, resources: Callable[[str], dict[str, Document]]
) -> Statements:
    """What every role of the template may do, by function or resource."""
    machines, roles = resources("AWS::Serverless::StateMachine"), resources("AWS::IAM::Role")
    return {
        **statements,
        **{n: [s for p in m["Policies"] for s in p["Statement"]] for n, m in machines.items()},
        **{
            n: [s for p in r.get("Policies", []) for s in p["PolicyDocument"]["Statement"]]
            for n, r in roles.items()
        },
    }


def everywhere(statements: Statements) -> Iterator[str]:
    for granted in statements.values():
        for statement in granted:
            if "*" in items(statement["Resource"]):
                yield from items(statement["Action"])


def test_nothing_is_granted_everywhere_but_what_aws_grants_on_no_resource(
    identity_statements: Statements,
) -> None:
    assert set(everywhere(identity_statements)) == set(EVERYWHERE)


@pytest.mark.parametrize("action", sorted(EVERYWHERE.keys() - DISPUTED))
def test_aws_knows_no_resource_for_what_is_granted_everywhere(action: str) -> None:
    data = Path(cfnlint.__file__).parent / "data/AdditionalSpecs/Policies.json"
    service, name = action.lower().split(":")
    known = json.loads(data.read_text())[service]["Actions"][name]
    assert known.get("Resources", []) == []


def test_models_write_metrics_of_sagemakers_namespaces_alone(
    identity_statements: Statements,
) -> None:
    granted = identity_statements["ModelRole"]
    (metrics,) = [s for s in granted if s["Action"] == "cloudwatch:PutMetricData"]
    namespaces = metrics["Condition"]["StringLike"]["cloudwatch:namespace"]
    assert namespaces == ["AWS/SageMaker", "/aws/sagemaker/*"]


def test_checks_write_metrics_of_their_namespace_alone(statements: Statements) -> None:
    writing = [
        (name, statement)
        for name, granted in statements.items()
        for statement in granted
        if "cloudwatch:PutMetricData" in items(statement["Action"])
    ]
    ((name, statement),) = writing
    assert name == "CheckDriftFunction"
    namespace = {"cloudwatch:namespace": {"Ref": "DriftNamespace"}}
    assert statement["Condition"] == {"StringEquals": namespace}


def test_what_puts_events_does_so_in_slipways_name_alone(statements: Statements) -> None:
    puts = {
        name: statement["Condition"]
        for name, granted in statements.items()
        for statement in granted
        if "events:PutEvents" in items(statement["Action"])
    }
    alone = {"ForAllValues:StringEquals": {"events:source": "slipway"}}
    assert puts == dict.fromkeys(
        ("IngestViolationsFunction", "RemedyFunction", "RunBatchFunction", "RunTaskFunction"),
        alone,
    )


def test_one_function_alone_starts_what_alarms_may_start(
    statements: Statements, resources: Callable[[str], dict[str, Document]]
) -> None:
    assuming = [name for name, found in statements.items() if "sts:AssumeRole" in actions(found)]
    assert assuming == ["RemedyFunction"]
    assert "Policies" not in resources("AWS::IAM::Role")["StartRole"]
    (policy,) = resources("AWS::IAM::Policy").values()
    assert policy["Roles"] == [{"Ref": "StartRole"}]
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert set(statement["Action"]) == {"states:StartExecution", "sagemaker:StartPipelineExecution"}
    assert statement["Resource"] == {"Split": [",", {"Ref": "RemedyTargets"}]}


def test_no_action_is_a_pattern(identity_statements: Statements) -> None:
    for name, granted in identity_statements.items():
        assert [action for action in actions(granted) if "*" in action] == [], name


def test_only_deploy_endpoint_changes_endpoints(identity_statements: Statements) -> None:
    changing = {
        name
        for name, granted in identity_statements.items()
        for action in actions(granted) - {"sagemaker:DeleteEndpointConfig"}
        if action.startswith("sagemaker:")
        and "Endpoint" in action
        and not action.split(":")[1].startswith((*READS, "Invoke"))
    }
    # Who registers a variant for autoscaling has to be one who may scale it.
    assert changing == {"DeployEndpointFunction", "RemedyFunction", "ScaleEndpointFunction"}
    scaling = actions(identity_statements["RemedyFunction"])
    own = {a for a in scaling if a.startswith("sagemaker:") and "Describe" not in a}
    assert own == {"sagemaker:UpdateEndpointWeightsAndCapacities"}


def test_only_clean_up_deletes_what_is_not_an_endpoint(identity_statements: Statements) -> None:
    deleting = {
        name
        for name, granted in identity_statements.items()
        for action in actions(granted)
        if action.startswith("sagemaker:DeleteModel") or action.endswith("DeleteEndpointConfig")
    }
    assert deleting == {"CleanUpFunction"}


def test_what_parses_untrusted_bytes_may_read_them_and_write_the_ledger(
    statements: Statements,
) -> None:
    granted = statements["InspectArtifactFunction"]
    assert actions(granted) == {"s3:GetObjectVersion", "dynamodb:GetItem", "dynamodb:PutItem"}


def test_only_probe_endpoint_sends_requests_to_models(identity_statements: Statements) -> None:
    invoking = {
        n for n, g in identity_statements.items() if "sagemaker:InvokeEndpoint" in actions(g)
    }
    assert invoking == {"ProbeEndpointFunction"}


def test_each_role_is_passed_to_one_service_by_whom_makes_what_runs_as_it(
    identity_statements: Statements,
) -> None:
    passing = [
        (name, statement["Resource"], statement["Condition"])
        for name, granted in identity_statements.items()
        for statement in granted
        if "iam:PassRole" in items(statement["Action"])
    ]

    def to(service: str) -> Document:
        return {"StringEquals": {"iam:PassedToService": f"{service}.amazonaws.com"}}

    tasks = [{"GetAtt": "TaskRole.Arn"}, {"GetAtt": "TaskExecutionRole.Arn"}]
    assert passing == [
        ("DeployEndpointFunction", {"GetAtt": "ModelRole.Arn"}, to("sagemaker")),
        ("WatchEndpointFunction", {"GetAtt": "ScheduleRole.Arn"}, to("scheduler")),
        ("WatchEndpointFunction", {"GetAtt": "MonitorRole.Arn"}, to("sagemaker")),
        ("RunBatchFunction", {"GetAtt": "ModelRole.Arn"}, to("sagemaker")),
        ("RunTaskFunction", tasks, to("ecs-tasks")),
    ]


def test_what_reads_captured_requests_changes_nothing_but_its_own_files(
    statements: Statements,
) -> None:
    for name in ("CheckDriftFunction", "ProfileCaptureFunction"):
        changing = {a for a in actions(statements[name]) if not a.split(":")[1].startswith(READS)}
        own = {"s3:PutObject", "s3:DeleteObject", "cloudwatch:PutMetricData", "s3:ListBucket"}
        assert changing <= own | {"s3:ListBucket"}, name
        for statement in statements[name]:
            if {"s3:PutObject", "s3:DeleteObject"} & set(items(statement["Action"])):
                for resource in items(statement["Resource"]):
                    assert resource["Sub"].startswith("${Bucket.Arn}/monitoring/"), name


# What a person has put on an endpoint of Slipway's may go by any name.
SEEN = {"sagemaker:DescribeEndpointConfig", "sagemaker:DescribeModel"}


def test_sagemaker_is_granted_by_prefix(identity_statements: Statements) -> None:
    for name, granted in identity_statements.items():
        for statement in granted:
            asked = {a for a in items(statement["Action"]) if a.startswith("sagemaker:")}
            if asked - SEEN - EVERYWHERE.keys():
                for resource in items(statement["Resource"]):
                    assert resource["Sub"].endswith("/${Prefix}-*"), name


def test_nobody_deletes_what_users_uploaded_but_who_is_asked_to(
    identity_statements: Statements,
) -> None:
    writing = {"s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion"}
    for name, granted in identity_statements.items():
        for statement in granted:
            if writing & set(items(statement["Action"])) and name != "CleanUpFunction":
                assert all("/models/" not in r["Sub"] for r in items(statement["Resource"])), name


def test_models_cannot_read_uploads_that_were_not_inspected(
    identity_statements: Statements,
) -> None:
    read = [s for s in identity_statements["ModelRole"] if "s3:GetObject" in items(s["Action"])]
    folders = {r["Sub"].removeprefix("${Bucket.Arn}/") for s in read for r in items(s["Resource"])}
    assert folders == {"artifacts/*", "scripts/*", "async-inputs/*", "batches/*"}


def test_tasks_read_what_is_released_and_what_batches_are_given_and_do_nothing_else(
    identity_statements: Statements,
) -> None:
    (read,) = identity_statements["TaskRole"]
    assert read["Action"] == "s3:GetObject"
    folders = {each["Sub"].removeprefix("${Bucket.Arn}/") for each in read["Resource"]}
    assert folders == {"artifacts/*", "batches/*/in/*"}


def test_tasks_are_listed_in_their_own_cluster_alone(statements: Statements) -> None:
    (listing,) = [s for s in statements["RunTaskFunction"] if s["Action"] == "ecs:ListTasks"]
    assert listing["Condition"] == {"ArnEquals": {"ecs:cluster": {"GetAtt": "Tasks.Arn"}}}


@pytest.mark.parametrize(
    ("role", "service"),
    [
        ("ModelRole", "sagemaker"),
        ("MonitorRole", "sagemaker"),
        ("ScheduleRole", "scheduler"),
        ("TaskRole", "ecs-tasks"),
        ("TaskExecutionRole", "ecs-tasks"),
    ],
)
def test_only_one_service_in_this_account_assumes_a_role(
    role: str, service: str, resources: Callable[[str], dict[str, Document]]
) -> None:
    (trust,) = resources("AWS::IAM::Role")[role]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": f"{service}.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


# Of managed policies a role may have ten, unless the account asked for more. SAM adds what writes
# logs and traces, and a function in a VPC needs one that makes network interfaces.
MOST_POLICIES = 10 - len(("AWSLambdaBasicExecutionRole", "AWSXRayDaemonWriteAccess", "of a VPC"))


def test_no_role_has_more_managed_policies_than_an_account_allows(
    resources: Callable[[str], dict[str, Document]],
) -> None:
    counts = {
        name: sum("Ref" in policy for policy in function.get("Policies", ()))
        for name, function in resources("AWS::Serverless::Function").items()
    }
    assert {name: count for name, count in counts.items() if count > MOST_POLICIES} == {}
    assert max(counts.values()) > 1
