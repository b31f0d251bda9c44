"""What a ledger promises, kept by DynamoDB's (on moto) and by the simulation's alike."""

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws
from slipway.adapters.dynamodb_ledger import DynamoDBLedger
from slipway.domain.desired import Desired, Policy
from slipway.domain.errors import Conflict
from slipway.domain.record import Record
from slipway.ports import Ledger, Moment

from tests.simulation.fakes import MemoryLedger


@pytest.fixture
def dynamodb(monkeypatch: pytest.MonkeyPatch) -> Iterator[DynamoDBLedger]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        session = boto3.Session(region_name="eu-west-1")
        session.client("dynamodb").create_table(
            TableName="ledger",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[
                {"AttributeName": "deployment", "KeyType": "HASH"},
                {"AttributeName": "item", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[
                {"AttributeName": "deployment", "AttributeType": "S"},
                {"AttributeName": "item", "AttributeType": "S"},
            ],
        )
        yield DynamoDBLedger(session, "ledger")


@pytest.fixture(params=["memory", "dynamodb"])
def ledger(request: pytest.FixtureRequest) -> Ledger:
    if request.param == "memory":
        return MemoryLedger()
    found: Ledger = request.getfixturevalue("dynamodb")
    return found


def test_nobody_knows_a_new_deployment(ledger: Ledger) -> None:
    assert ledger.load("h") == Record("h")


def test_a_saved_record_is_one_version_on_and_comes_back_equal(ledger: Ledger) -> None:
    given = Record("h", hints=2, desired=Desired("h", 1, {}, Policy()))
    saved = ledger.save(given)
    assert saved == given.next_version()
    assert ledger.load("h") == saved


def test_of_two_who_read_the_same_version_one_writes(ledger: Ledger) -> None:
    first = second = ledger.load("h")
    saved = ledger.save(first.hinted())
    with pytest.raises(Conflict):
        ledger.save(second)
    assert ledger.load("h") == saved


def test_who_read_what_is_gone_writes_it_anew(ledger: Ledger) -> None:
    read = Record("h", version=7)
    assert ledger.save(read) == read.next_version()


def test_deployments_do_not_meet(ledger: Ledger) -> None:
    ledger.save(Record("h").hinted())
    assert ledger.load("other") == Record("other")


def test_the_history_is_told_oldest_first(ledger: Ledger) -> None:
    moments = [Moment(at, "one", f"Step {at:g}", "because") for at in (20.0, 3.0, 100.5)]
    for moment in moments:
        ledger.note("h", moment)
    ledger.note("other", moments[0])
    assert ledger.history("h") == sorted(moments, key=lambda moment: moment.at)


def test_a_moment_that_is_noted_again_is_told_once(ledger: Ledger) -> None:
    for _ in range(2):
        ledger.note("h", Moment(3.0, "one", "Decide", "because"))
    assert len(ledger.history("h")) == 1
