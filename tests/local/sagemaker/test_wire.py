"""The wire: both protocols, unknown operations, and that no request crashes the service."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

import pytest
from botocore.exceptions import ClientError, ParamValidationError
from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.validate import ParamValidator
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from slipway_local.sagemaker.rehearsal import Clock, Rehearsal, clients
from slipway_local.sagemaker.scripted import ScriptedLauncher
from slipway_local.sagemaker.service import SageMaker
from slipway_local.sagemaker.shapes import constraints_of
from slipway_local.sagemaker.wire import Request, Response, operation_of, service_model

Strategy = st.SearchStrategy[Any]

ARN = "arn:aws:sagemaker:us-east-1:000000000000"


def post(target: str, body: bytes) -> Request:
    return Request("POST", "/", {}, {"x-amz-target": target}, body)


def error(response: Response) -> tuple[int, str]:
    return response.status, json.loads(response.body)["__type"]


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (post("SageMaker.Fly", b"{}"), 400, "UnknownOperationException"),
        (post("Other.ListModels", b"{}"), 400, "UnknownOperationException"),
        (Request("GET", "/", {}, {}, b""), 400, "UnknownOperationException"),
        (Request("POST", "/endpoints/a/b", {}, {}, b""), 400, "UnknownOperationException"),
        (post("SageMaker.ListModels", b"{"), 400, "SerializationException"),
        (post("SageMaker.ListModels", b"\xff"), 400, "SerializationException"),
        (post("SageMaker.ListModels", b"[]"), 400, "SerializationException"),
        (post("SageMaker.ListModels", b'{"MaxResults": "1"}'), 400, "SerializationException"),
        (post("SageMaker.ListModels", b'{"MaxResults": true}'), 400, "SerializationException"),
        (post("SageMaker.ListModels", b'{"MaxResults": 1e999}'), 400, "SerializationException"),
        (post("SageMaker.ListModels", b"[" * 100_000), 400, "SerializationException"),
        (post("SageMaker.DescribeModel", b""), 400, "ValidationException"),
        (post("SageMaker.ListTrainingJobs", b"{}"), 501, "UnsupportedOperation"),
    ],
)
def test_bad_requests_have_answers(cloud: Rehearsal, sent: Request, status: int, code: str) -> None:
    assert error(cloud.service.handle(sent)) == (status, code)


def test_an_operation_that_is_not_here_is_named(
    cloud: Rehearsal, refused: Callable[[Callable[[], object]], tuple[str, str]]
) -> None:
    code, message = refused(lambda: cloud.control.list_training_jobs())
    assert code == "UnsupportedOperation"
    assert message.startswith("ListTrainingJobs exists in SageMaker")


def test_unknown_members_are_ignored(cloud: Rehearsal) -> None:
    response = cloud.service.handle(post("SageMaker.ListModels", b'{"Colour": "red"}'))
    assert (response.status, json.loads(response.body)) == (200, {"Models": []})


def test_every_answer_has_a_request_id(cloud: Rehearsal) -> None:
    ids = {cloud.control.list_models()["ResponseMetadata"]["RequestId"] for _ in range(3)}
    assert len(ids) == 3


def test_names_the_operation_of_a_request() -> None:
    assert operation_of(post("SageMaker.ListModels", b"")) == "ListModels"
    assert operation_of(Request("POST", "/endpoints/a/invocations", {}, {}, b"")) == (
        "InvokeEndpoint"
    )
    assert operation_of(post("SageMaker.Fly", b"")) is None


OPERATIONS = sorted(
    name
    for name in service_model("sagemaker").operation_names
    if name.endswith(("Model", "Models", "Tags"))
    or any(noun in name for noun in ("Endpoint", "ModelPackage"))
)
POOL = ["one", "live", "grp", "grp/1", "AllTraffic", "s3://b/k", "WzEsMl0=", "", "-", "é", "\x00"]
POOL += [f"{ARN}:{rest}" for rest in ("endpoint/live", "model-package/grp/1", "model/one")]
POOL += ["arn:aws:iam::123456789012:role/r", "x" * 70]


@dataclass(frozen=True)
class Parameters:
    """Whatever botocore's own validator accepts; with `tame`, strings that fit their patterns."""

    tame: bool

    def of(self, shape: Shape, depth: int) -> Strategy:
        if isinstance(shape, StructureShape):
            return self.members(shape, depth)
        if isinstance(shape, ListShape):
            return st.lists(self.of(shape.member, depth - 1), min_size=1, max_size=2)
        if isinstance(shape, MapShape):
            keys, items = self.of(shape.key, 0), self.of(shape.value, depth - 1)
            return st.dictionaries(keys, items, max_size=2)
        if shape.type_name == "string":
            return self.text(shape)
        return whole(shape) if shape.type_name == "integer" else PLAIN[shape.type_name]

    def members(self, shape: StructureShape, depth: int) -> Strategy:
        required = {n: self.of(shape.members[n], depth - 1) for n in shape.required_members}
        optional = {
            name: self.of(member, depth - 1)
            for name, member in shape.members.items()
            if name not in required and (depth > 0 or not isinstance(member, StructureShape))
        }
        return st.fixed_dictionaries(required, optional=optional)

    def text(self, shape: Shape) -> Strategy:
        known = [*shape.metadata.get("enum", [])[:3], *POOL]
        if not self.tame:
            return st.sampled_from(known) | st.text(max_size=70)
        constraints = constraints_of(shape)
        fitting = [text for text in known if all(rule.holds(text) for rule in constraints)]
        return st.sampled_from(fitting or POOL)


def whole(shape: Shape) -> Strategy:
    low = shape.metadata.get("min", -1)
    return st.integers(low, shape.metadata.get("max", low + 9))


PLAIN: dict[str, Strategy] = {
    "boolean": st.booleans(),
    "float": st.floats(allow_nan=False, width=32),
    "double": st.floats(allow_nan=False),
    "timestamp": st.datetimes(),
}


@cache
def parameters(operation: str, *, tame: bool) -> Strategy:
    shape = service_model("sagemaker").operation_model(operation).input_shape
    return Parameters(tame).of(shape, 3) if shape else st.just({})


@pytest.fixture(scope="module")
def stage() -> tuple[list[SageMaker], Any]:
    """A control-plane client, and the place to put the service that answers it."""
    current: list[SageMaker] = []
    control, _ = clients(lambda request: current[0].handle(request))
    return current, control


def populate(service: SageMaker) -> None:
    role, plain = "arn:aws:iam::123456789012:role/r", {"Image": "i"}
    variant = {"VariantName": "AllTraffic", "ModelName": "one"}
    counted = {"InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    model = {"ModelName": "one", "ExecutionRoleArn": role, "PrimaryContainer": plain}
    service.call("CreateModel", model)
    config = {"EndpointConfigName": "one", "ProductionVariants": [{**variant, **counted}]}
    service.call("CreateEndpointConfig", config)
    service.call("CreateEndpoint", {"EndpointName": "live", "EndpointConfigName": "one"})
    service.call("CreateModelPackageGroup", {"ModelPackageGroupName": "grp"})
    service.call("CreateModelPackage", {"ModelPackageGroupName": "grp"})


@settings(
    max_examples=250,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_nothing_that_botocore_sends_crashes_the_service(
    stage: tuple[list[SageMaker], Any], data: st.DataObject
) -> None:
    current, control = stage
    clock = Clock()
    service = SageMaker(ScriptedLauncher(clock), clock=clock, random=Random(0))  # noqa: S311  no secret
    populate(service)
    current[:] = [service]
    operation = data.draw(st.sampled_from(OPERATIONS))
    sent = data.draw(parameters(operation, tame=data.draw(st.booleans())))
    with suppress(ParamValidationError):
        answer = answered(control, operation, sent)
        assert answer.pop("ResponseMetadata")["HTTPStatusCode"] in (200, 400, 501)
        if "Error" not in answer:
            assert unlike(operation, answer) == ""


def unlike(operation: str, answer: dict[str, Any]) -> str:
    """What of the answer does not fit the service model; the model errs about versions, which
    AWS describes without a ModelPackageName."""
    if "ModelPackageVersion" in answer:
        answer["ModelPackageName"] = "versioned"
    shape = service_model("sagemaker").operation_model(operation).output_shape
    report: str = ParamValidator().validate(answer, shape).generate_report() if shape else ""
    return report


def answered(control: Any, operation: str, sent: dict[str, Any]) -> Any:  # noqa: ANN401  boto3's own types
    try:
        return control._make_api_call(operation, sent)
    except ClientError as refusal:
        return refusal.response
