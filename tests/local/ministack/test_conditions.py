"""What policies are told of a call besides its action."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from ministack.core import iam_actions
from slipway_local.ministack import conditions

PLACE = ({}, "us-east-1", "000000000000")
ALARM = "arn:aws:cloudwatch:us-east-1:000000000000:alarm:"


@pytest.fixture(autouse=True)
def _tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """MiniStack's functions, as they were, after the test."""
    for name in ("extract_resource_arn", "request_tag_context"):
        monkeypatch.setattr(iam_actions, name, getattr(iam_actions, name))
    conditions.name_alarms()
    conditions.name_namespaces_and_sources()


def resource(service: str, body: bytes) -> str:
    found: str = iam_actions.extract_resource_arn(service, "POST", "/", {}, body, *PLACE)
    return found


def context(service: str, action: str, body: bytes) -> Mapping[str, Any]:
    found: Mapping[str, Any] = iam_actions.request_tag_context(service, action, body, {})
    return found


@pytest.mark.parametrize(
    ("body", "checked"),
    [
        (b'{"AlarmNames": ["slipway-h-drift"]}', f"{ALARM}slipway-h-drift"),
        (b'{"AlarmNames": ["first", "second"]}', f"{ALARM}first"),
        (b'{"AlarmName": "slipway-h-drift", "Namespace": "Slipway"}', f"{ALARM}slipway-h-drift"),
        # Who names no alarm means all.
        (b'{"AlarmNames": []}', "*"),
        (b'{"AlarmNames": "slipway-h-drift"}', "*"),
        (b"{}", "*"),
        (b"", "*"),
        (b"no JSON", "*"),
        (b"[]", "*"),
    ],
)
def test_a_call_on_alarms_is_checked_on_the_alarm_it_names(body: bytes, checked: str) -> None:
    assert resource("monitoring", body) == checked


def test_other_services_are_checked_as_before() -> None:
    table = resource("dynamodb", b'{"TableName": "ledger", "AlarmNames": ["a"]}')
    assert table == "arn:aws:dynamodb:us-east-1:000000000000:table/ledger"


@pytest.mark.parametrize(
    ("action", "fields", "keys"),
    [
        (
            "cloudwatch:PutMetricData",
            {"Namespace": "Slipway/Drift", "MetricData": []},
            {"cloudwatch:namespace": "Slipway/Drift"},
        ),
        ("cloudwatch:PutMetricData", {"MetricData": []}, {}),
        ("cloudwatch:PutMetricAlarm", {"Namespace": "Slipway"}, {}),
        (
            "events:PutEvents",
            {"Entries": [{"Source": "slipway"}, {"Source": "other"}, {}]},
            {"events:source": ["slipway", "other", ""]},
        ),
        ("events:PutEvents", {"Entries": None}, {"events:source": []}),
        ("events:PutRule", {"Entries": [{"Source": "slipway"}]}, {}),
    ],
)
def test_conditions_know_the_namespace_and_the_sources(
    action: str, fields: dict[str, Any], keys: dict[str, Any]
) -> None:
    service = {"cloudwatch": "monitoring"}.get(action.partition(":")[0], "events")
    assert context(service, action, json.dumps(fields).encode()) == keys


def test_conditions_on_tags_stay() -> None:
    body = b'{"Name": "rule", "Tags": [{"Key": "Team", "Value": "risk"}]}'
    known = context("events", "events:PutRule", body)
    assert known["aws:TagKeys"] == ["Team"]
