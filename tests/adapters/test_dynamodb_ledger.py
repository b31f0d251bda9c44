from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from slipway.adapters.dynamodb_ledger import DynamoDBLedger
from slipway.domain.attempts import Attempts, Good
from slipway.domain.batch import Batch, BatchTarget, Due, JobStatus, Run, Runs
from slipway.domain.desired import (
    Artifact,
    Desired,
    EndpointTarget,
    Expectation,
    MissingData,
    Monitor,
    OnViolation,
    Policy,
    ProbeRequest,
    Runner,
    ServerlessTarget,
    Target,
    Uploads,
)
from slipway.domain.errors import Conflict
from slipway.domain.known import Known
from slipway.domain.lease import Lease
from slipway.domain.naming import Site
from slipway.domain.plan.endpoint import plan
from slipway.domain.probed import Asked, Origin, Probed, Probes, Source
from slipway.domain.record import Asked as Wished
from slipway.domain.record import Record, Settled
from slipway.domain.steps import Announce, Verdict
from slipway.domain.wish import Delete
from slipway.domain.world import (
    Baseline,
    Drift,
    Inspected,
    Package,
    PackageApproval,
)
from slipway.ports import Moment

ARTIFACT = Artifact("b", "models/h/model.tar.gz", "v1", 1700000000.5, 10)
DATA = Artifact("b", "models/h/baseline.csv", "d1", 1700000001.0, 20)
INSPECTED = Inspected(
    ARTIFACT, sha256="ab", summary="scikit-learn", environment={"B": "2"}, findings=("x",)
)
PLAN = plan(
    Desired("h", 4, {"": ARTIFACT}, Policy()), [INSPECTED], Site("s", "b", "eu-west-1", "arn:role")
)
SERVED = Inspected(ARTIFACT, sha256="cd", known=Known(3, ("x",)))
GOOD = Good("a", ("arn:a",), PLAN, (SERVED,), proven=False)
DUE = Due("2026-11-27T03:00:00Z", "the schedule says so")
RUN = Run(
    number=1,
    due=DUE,
    config="c",
    version="version 1",
    job="j",
    input="s3://b/in/",
    output="s3://b/out/",
    seen="seen.json",
    first="a.csv",
    objects=2,
    at=1.0,
    status=JobStatus.COMPLETED,
    rows_in=4,
)
FULL = Record(
    "h",
    hints=3,
    fence=2,
    desired=Desired(
        "h",
        4,
        {"": ARTIFACT},
        Policy(
            environment={"A": "1"},
            capture_percentage=100,
            monitor=Monitor(
                every=6,
                on_violation=OnViolation.HOLD,
                missing_data=MissingData.BREACHING,
                thresholds={"comparison_threshold": 0.2, "comparison_method": "Simple"},
                limits={"ks": 0.1},
            ),
            probes=(ProbeRequest("1,2", expect=Expectation(between=(0.0, 60.0))),),
        ),
        manifest_version="m1",
        baseline=DATA,
    ),
    lease=Lease("arn:execution", 2, 5.0, 6.0),
    waiting="token",
    inspected=(INSPECTED,),
    packages=(Package("key", "arn:package/1", PackageApproval.APPROVED),),
    attempts=Attempts(good=(GOOD, Good("b", ("arn:b",)))).begun(4, "c", None),
    probes=Probes(
        (
            Probed(
                4,
                "c",
                passed=True,
                reason="a captured request was answered",
                asked=(Asked(Origin(Source.CAPTURE, "k", number=2), 200, "CSV 1 number", 0.25),),
            ),
        )
    ),
    baseline=Baseline("monitoring/baselines/h/ab/", refused="no rows"),
    runners=(Runner.LAMBDA, Runner.SAGEMAKER),
    drift=Drift(4, "2026/11/22/10", "violations", 3, "2026/11/22/08", "d1", 7.5, told=True),
    settled=Settled(4, Announce(Verdict.RELEASED, "well", "c"), told=True),
)


@pytest.fixture
def ledger(aws: boto3.Session) -> DynamoDBLedger:
    aws.client("dynamodb").create_table(
        TableName="ledger",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[
            {"AttributeName": "deployment", "KeyType": "HASH"},
            {"AttributeName": "item", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "deployment", "AttributeType": "S"},
            {"AttributeName": "item", "AttributeType": "S"},
            {"AttributeName": "version", "AttributeType": "N"},
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "records",
                "KeySchema": [{"AttributeName": "version", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
    )
    return DynamoDBLedger(aws, "ledger")


def test_a_deployment_nobody_knows_has_an_empty_record(ledger: DynamoDBLedger) -> None:
    assert ledger.load("h") == Record("h")


def test_deployments_are_those_with_a_record(ledger: DynamoDBLedger) -> None:
    assert ledger.deployments() == []
    for name in ("b", "a"):
        ledger.save(ledger.save(Record(name)))
        ledger.note(name, Moment(1.0, "one", "Started", "uploaded"))
    ledger.note("c", Moment(1.0, "one", "Started", "uploaded"))
    assert ledger.deployments() == ["a", "b"]


def test_a_record_comes_back_as_it_was_saved_one_version_on(ledger: DynamoDBLedger) -> None:
    saved = ledger.save(FULL)
    assert saved == FULL.next_version()
    assert ledger.load("h") == saved


@pytest.mark.parametrize(
    "target", [EndpointTarget(), ServerlessTarget(), BatchTarget()], ids=lambda t: type(t).__name__
)
def test_a_target_comes_back_as_what_it_was(ledger: DynamoDBLedger, target: Target) -> None:
    policy = Policy(target=target, batch=Batch())
    saved = ledger.save(Record("h", desired=Desired("h", 1, {}, policy), runs=Runs((RUN,), (DUE,))))
    assert ledger.load("h") == saved


def test_a_record_from_before_there_were_parts_is_read(
    ledger: DynamoDBLedger, aws: boto3.Session
) -> None:
    """What an earlier version wrote of FULL, with a wish."""
    document = (Path(__file__).parent / "record_of_one_part.json").read_text()
    item: Any = {"deployment": {"S": "h"}, "item": {"S": "record"}, "document": {"S": document}}
    aws.client("dynamodb").put_item(TableName="ledger", Item=item)
    asked = Wished(Delete(at=5.0), Uploads({"": ARTIFACT}, "m1"))
    assert ledger.load("h") == replace(FULL, asked=asked)


def test_who_read_an_older_version_may_not_write(ledger: DynamoDBLedger) -> None:
    first = ledger.save(Record("h"))
    ledger.save(first.hinted())
    with pytest.raises(Conflict):
        ledger.save(first)
    with pytest.raises(Conflict):
        ledger.save(Record("h"))
    assert ledger.load("h").hints == 1


def test_the_history_is_told_oldest_first_and_apart_from_other_deployments(
    ledger: DynamoDBLedger,
) -> None:
    moments = [Moment(float(at), "arn:x", f"Step {at}", "because", 3) for at in (20, 3, 100)]
    for moment in moments:
        ledger.note("h", moment)
    ledger.note("other", moments[0])
    assert ledger.history("h") == sorted(moments, key=lambda moment: moment.at)


def test_a_moment_leaves_the_table_some_day(ledger: DynamoDBLedger, aws: boto3.Session) -> None:
    ledger.note("h", Moment(1000.0, "", "Started", "upload"))
    item = aws.client("dynamodb").scan(TableName="ledger")["Items"][0]
    assert int(item["expires"]["N"]) > 1000
