import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slipway.domain.desired import Approval, EndpointTarget, Policy
from slipway.domain.errors import InvalidInput
from slipway.manifest import parse, schema

FULL = b"""
approval: manual
target:
  type: endpoint
  instance_type: ml.c5.large
  instance_count: 2
image: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/mine:1
environment: {MODE: fast}
rollout: all_at_once
network_isolation: false
capture: {percentage: 20}
probes:
  - body: "0.1,18"
    expect: {columns: 1, between: [0, 60]}
  - body: '{"instances": [1]}'
    content_type: application/json
    expect: {path: "$.predictions[0].score"}
"""


def test_an_empty_manifest_is_the_default_policy() -> None:
    assert parse(b"", Approval.AUTOMATIC) == Policy()
    assert parse(b"", Approval.MANUAL).approval == Approval.MANUAL


def test_every_key_reaches_the_policy() -> None:
    policy = parse(FULL, Approval.AUTOMATIC)
    assert policy.approval == Approval.MANUAL
    assert policy.target == EndpointTarget("ml.c5.large", 2)
    assert policy.image == "123456789012.dkr.ecr.eu-west-1.amazonaws.com/mine:1"
    assert policy.environment == {"MODE": "fast"}
    assert not policy.network_isolation
    assert policy.capture_percentage == 20
    csv, json_probe = policy.probes
    assert (csv.expect.columns, csv.expect.between) == (1, (0.0, 60.0))
    assert (json_probe.content_type, json_probe.expect.path) == (
        "application/json",
        "$.predictions[0].score",
    )


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("approvall: manual", "approvall: unknown key; the keys are those `slipway schema` prints"),
        ("approval: maybe", "approval: 'maybe' cannot be used; input should be 'automatic' or"),
        ("target: {instance_type: m5.large}", "'m5.large' cannot be used; give an instance type"),
        ("target: {instance_count: 0}", "target.instance_count: 0 cannot be used"),
        ("target: {instance_count: '2'}", "target.instance_count: '2' cannot be used"),
        ("target: {type: lambda}", "target.type: 'lambda' cannot be used"),
        ("capture: {percentage: 10%}", "'10%' cannot be used; give a whole number from 0 to 100"),
        ("capture: {percentage: 101}", "capture.percentage: 101 cannot be used"),
        ("image: mine", "image: 'mine' cannot be used; give a whole image URI"),
        ("environment: {A: 1}", "environment.A: 1 cannot be used"),
        ("probes: [{}]", "probes.0.body"),
        ("probes: [{body: x, expect: {between: [9, 1]}}]", "`between` needs the lower bound first"),
        ("probes: [{body: x, expect: {columns: 1, path: $.a}}]", "give one"),
        ("probes: [{body: x, expect: {path: a.b}}]", "probes.0.expect.path: 'a.b'"),
        ("a: [", "not YAML"),
        ("- a", "it must be a mapping"),
        ("a: &x 1\nb: *x", "YAML aliases"),
        ("x: !!python/object/apply:os.system [id]", "not YAML"),
        ("\x00", "not YAML"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_remedy(text: str, complaint: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse(text.encode(), Approval.AUTOMATIC)
    assert str(refused.value).startswith("slipway.yaml: ")
    assert complaint in str(refused.value)


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(InvalidInput, match=r"approval.*capture\.percentage"):
        parse(b"approval: x\ncapture: {percentage: -1}", Approval.AUTOMATIC)


def test_a_manifest_too_large_to_be_one_is_not_read() -> None:
    with pytest.raises(InvalidInput, match="the largest manifest is 65536"):
        parse(b"#" * 70_000, Approval.AUTOMATIC)


@given(st.binary(max_size=300) | st.text(alphabet="abc:[]{}&*!-\n '\"|>%@`", max_size=80))
def test_any_bytes_are_a_policy_or_a_clear_error(content: bytes | str) -> None:
    raw = content if isinstance(content, bytes) else content.encode()
    with suppress(InvalidInput):
        assert isinstance(parse(raw, Approval.AUTOMATIC), Policy)


def test_the_schema_describes_every_key() -> None:
    described = schema()
    assert json.loads(json.dumps(described)) == described
    assert all(key.get("description") for key in described["properties"].values())
    assert described["additionalProperties"] is False
