"""Several models at one endpoint: who is asked, what is loaded, what is told of it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from slipway_local.sagemaker.errors import Refusal
from slipway_local.sagemaker.instances import GIB
from slipway_local.sagemaker.rehearsal import Rehearsal
from slipway_local.sagemaker.scripted import Script, ScriptedMultiModelServer, constant
from slipway_local.sagemaker.serving import Container, Invocation, Reply, Usage

Deploy = Callable[..., str]
Refused = Callable[[Callable[[], object]], tuple[str, str]]

SINGLE = (
    "Endpoint single is not a multi-model endpoint and does not support target model header. "
    "Leave TargetModel out."
)
ROLE = "arn:aws:iam::123456789012:role/serving"


@pytest.fixture
def several(variant: Callable[..., Any]) -> Callable[..., Rehearsal]:
    """A cloud whose multi-model endpoint `live` has the models of `scripts`."""

    def make(
        *,
        caching: str = "Enabled",
        has_object: Callable[[str], bool] = lambda _: True,
        **scripts: Script,
    ) -> Rehearsal:
        found = {f"s3://models/many/{name}.tar.gz": script for name, script in scripts.items()}
        cloud = Rehearsal(scripts=found, has_object=has_object)
        container: Any = {
            "Image": "image",
            "Mode": "MultiModel",
            "ModelDataUrl": "s3://models/many/",
            "MultiModelConfig": {"ModelCacheSetting": caching},
        }
        cloud.control.create_model(
            ModelName="many", ExecutionRoleArn=ROLE, PrimaryContainer=container
        )
        cloud.control.create_endpoint_config(
            EndpointConfigName="many", ProductionVariants=[variant(model="many")]
        )
        cloud.control.create_endpoint(EndpointName="live", EndpointConfigName="many")
        cloud.pass_time(0)
        return cloud

    return make


def ask(cloud: Rehearsal, target: str) -> bytes:
    reply = cloud.runtime.invoke_endpoint(EndpointName="live", Body=b"", TargetModel=target)
    return reply["Body"].read()


def told(cloud: Rehearsal, *names: str) -> list[tuple[str, float]]:
    """The metrics of these names since the last look."""
    data = [(datum.name, datum.value) for datum in cloud.metrics if datum.name in names]
    cloud.metrics.clear()
    return data


def test_the_target_model_answers(several: Callable[..., Rehearsal]) -> None:
    cloud = several(a=Script(answer=constant(b"a")), b=Script(answer=constant(b"b")))
    assert [ask(cloud, f"{name}.tar.gz") for name in "aba"] == [b"a", b"b", b"a"]
    assert len(cloud.launcher.launched) == 3


def test_a_request_must_name_a_target_there_and_nowhere_else(
    several: Callable[..., Rehearsal], serve: Deploy, refused: Refused
) -> None:
    cloud = several()
    code, message = refused(lambda: cloud.runtime.invoke_endpoint(EndpointName="live", Body=b""))
    assert code == "ValidationError"
    assert message.startswith("Request ")
    assert message.endswith(" is missing a target model header. Give a TargetModel.")
    serve(cloud, "single")
    call = refused(
        lambda: cloud.runtime.invoke_endpoint(EndpointName="single", Body=b"", TargetModel="a")
    )
    assert call == (
        "ValidationError",
        SINGLE,
    )


def test_a_model_that_cannot_load_fails_alone(several: Callable[..., Rehearsal]) -> None:
    cloud = several(bad=Script(failure="no weights"), good=Script(answer=constant(b"good")))
    with pytest.raises(
        ClientError, match=r"server error \(500\) from primary.*no weights"
    ) as caught:
        ask(cloud, "bad.tar.gz")
    response: Any = caught.value.response
    assert (response["OriginalStatusCode"], response["OriginalMessage"]) == (500, "no weights")
    assert ask(cloud, "good.tar.gz") == b"good"
    assert told(cloud, "Invocation5XXErrors", "LoadedModelCount") == [
        ("LoadedModelCount", 0),
        ("Invocation5XXErrors", 1),
        ("LoadedModelCount", 1),
        ("Invocation5XXErrors", 0),
    ]


def test_a_model_that_is_not_there_is_not_asked_for(
    several: Callable[..., Rehearsal], refused: Refused
) -> None:
    there = {"s3://models/many/", "s3://models/many/a.tar.gz"}
    cloud = several(has_object=there.__contains__)
    ask(cloud, "a.tar.gz")
    there.clear()
    ask(cloud, "a.tar.gz")
    assert refused(lambda: ask(cloud, "b.tar.gz")) == (
        "ValidationError",
        (
            "Failed to download model data(bucket: models, key: many/b.tar.gz). Please ensure that "
            "there is an object located at the URL and that the role passed to CreateModel has "
            "permissions to download the model."
        ),
    )
    assert len(cloud.launcher.launched) == 2


def test_a_model_that_loads_for_long_is_not_ready_at_first(
    several: Callable[..., Rehearsal],
) -> None:
    cloud = several(slow=Script(after=100, answer=constant(b"slow")))
    asked = {"EndpointName": "live", "Body": b"", "TargetModel": "slow.tar.gz"}
    with pytest.raises(Refusal) as caught:
        cloud.service.call("InvokeEndpoint", asked)
    assert (caught.value.code, caught.value.status) == ("ModelNotReadyException", 429)
    assert caught.value.message == (
        "Model slow.tar.gz is not ready for inference yet. Wait and try your request again."
    )
    cloud.pass_time(100)
    assert ask(cloud, "slow.tar.gz") == b"slow"
    assert told(cloud, "ModelCacheHit") == [("ModelCacheHit", 0), ("ModelCacheHit", 1)]


def test_loading_is_told_apart_from_the_models_own_latency(
    several: Callable[..., Rehearsal], monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud = several()

    def taking(seconds: float) -> Callable[..., Reply]:
        def take(*_: object, **__: object) -> Reply:
            cloud.clock.now += seconds
            return Reply(200, {}, b"")

        return take

    monkeypatch.setattr(ScriptedMultiModelServer, "load", taking(5))
    monkeypatch.setattr(ScriptedMultiModelServer, "invoke", taking(1))
    names = ("ModelLoadingWaitTime", "ModelLoadingTime", "ModelLatency", "OverheadLatency")
    ask(cloud, "a.tar.gz")
    assert told(cloud, *names) == [
        ("ModelLoadingWaitTime", 5e6),
        ("ModelLoadingTime", 5e6),
        ("ModelLatency", 1e6),
        ("OverheadLatency", 5e6),
    ]


def test_loaded_models_are_counted_where_instances_are(several: Callable[..., Rehearsal]) -> None:
    cloud = several()
    for name in "aab":
        ask(cloud, f"{name}.tar.gz")
    counts = [datum for datum in cloud.metrics if datum.name == "LoadedModelCount"]
    assert [datum.value for datum in counts] == [1, 1, 2]
    assert {datum.namespace for datum in counts} == {"/aws/sagemaker/Endpoints"}
    assert {datum.namespace for datum in cloud.metrics if datum not in counts} == {"AWS/SageMaker"}
    assert counts[0].dimensions == {"EndpointName": "live", "VariantName": "AllTraffic"}
    assert told(cloud, "ModelCacheHit", "ModelLoadingWaitTime") == [
        ("ModelCacheHit", 0),
        ("ModelLoadingWaitTime", 0),
        ("ModelCacheHit", 1),
        ("ModelCacheHit", 0),
        ("ModelLoadingWaitTime", 0),
    ]


@pytest.mark.parametrize(("caching", "hits", "stopped"), [("Enabled", 1, 0), ("Disabled", 0, 2)])
def test_without_caching_a_model_is_unloaded_after_its_answer(
    several: Callable[..., Rehearsal], caching: str, hits: int, stopped: int
) -> None:
    cloud = several(caching=caching)
    for _ in range(2):
        ask(cloud, "a.tar.gz")
    assert sum(server.stopped for server in cloud.launcher.launched) == stopped
    data = told(cloud, "ModelCacheHit", "ModelUnloadingTime")
    assert data.count(("ModelUnloadingTime", 0.0)) == stopped
    assert data.count(("ModelCacheHit", 1.0)) == hits


LARGE = Script(usage=Usage(memory=3 * GIB))


def test_what_was_asked_least_recently_makes_room(several: Callable[..., Rehearsal]) -> None:
    """An ml.m5.large has 8 GiB: two models of three, not a third."""
    cloud = several(a=LARGE, b=LARGE, c=LARGE)
    for name in "abac":
        ask(cloud, f"{name}.tar.gz")
    assert told(cloud, "ModelUnloadingTime", "LoadedModelCount", "ModelCacheHit") == [
        ("ModelCacheHit", 0),
        ("LoadedModelCount", 1),
        ("ModelCacheHit", 0),
        ("LoadedModelCount", 2),
        ("ModelCacheHit", 1),
        ("LoadedModelCount", 2),
        ("ModelUnloadingTime", 0),
        ("ModelCacheHit", 0),
        ("LoadedModelCount", 2),
    ]
    for name, hit in (("a", 1), ("b", 0)):
        ask(cloud, f"{name}.tar.gz")
        assert told(cloud, "ModelCacheHit") == [("ModelCacheHit", hit)]


def test_a_model_that_no_instance_has_memory_for_is_told(several: Callable[..., Rehearsal]) -> None:
    cloud = several(a=LARGE, huge=Script(usage=Usage(memory=9 * GIB)))
    ask(cloud, "a.tar.gz")
    with pytest.raises(ClientError, match=r"server error \(507\) from primary"):
        ask(cloud, "huge.tar.gz")
    assert ask(cloud, "a.tar.gz") == b""


def test_models_that_are_being_asked_are_not_unloaded(several: Callable[..., Rehearsal]) -> None:
    def ask_for_another(_: Container, __: Invocation) -> Reply:
        params = {"EndpointName": "live", "Body": b"", "TargetModel": "c.tar.gz"}
        with pytest.raises(Refusal) as caught:
            cloud.service.call("InvokeEndpoint", params)
        refusals.append((caught.value.code, caught.value.status))
        return Reply(200, {}, b"")

    refusals: list[tuple[str, int]] = []
    cloud = several(a=LARGE, b=replace(LARGE, answer=ask_for_another), c=LARGE)
    server = cloud.launcher.launched[0]
    assert isinstance(server, ScriptedMultiModelServer)
    server.busy = {"a.tar.gz", "b.tar.gz"}
    for name in "ab":
        ask(cloud, f"{name}.tar.gz")
    assert refusals == [("ModelNotReadyException", 429)]
    server.busy = set()
    assert ask(cloud, "c.tar.gz") == b""


def test_what_appears_under_the_prefix_is_found_and_what_vanishes_stays_until_unloaded(
    several: Callable[..., Rehearsal], refused: Refused
) -> None:
    there = {"s3://models/many/", "s3://models/many/a.tar.gz"}
    cloud = several(has_object=there.__contains__, a=LARGE, b=LARGE, c=LARGE)
    ask(cloud, "a.tar.gz")
    assert refused(lambda: ask(cloud, "b.tar.gz"))[0] == "ValidationError"
    there.update({f"s3://models/many/{name}.tar.gz" for name in "bc"})
    there.remove("s3://models/many/a.tar.gz")
    assert [ask(cloud, f"{name}.tar.gz") for name in "abc"] == [b"", b"", b""]
    assert "Failed to download model data" in refused(lambda: ask(cloud, "a.tar.gz"))[1]


def test_a_deleted_endpoint_ends_its_models(several: Callable[..., Rehearsal]) -> None:
    cloud = several()
    ask(cloud, "a.tar.gz")
    cloud.control.delete_endpoint(EndpointName="live")
    cloud.pass_time(0)
    assert [server.stopped for server in cloud.launcher.launched] == [True, True]


def test_a_pipeline_may_end_in_several_models(variant: Callable[..., Any]) -> None:
    def prepare(_: Container, invocation: Invocation) -> Reply:
        return Reply(200, {"Content-Type": "text/csv"}, invocation.body + b" prepared")

    cloud = Rehearsal(scripts={"first": Script(answer=prepare)})
    cloud.control.create_model(
        ModelName="chain",
        ExecutionRoleArn=ROLE,
        Containers=[
            {"Image": "first"},
            {"Image": "image", "Mode": "MultiModel", "ModelDataUrl": "s3://models/many/"},
        ],
    )
    cloud.control.create_endpoint_config(
        EndpointConfigName="chain", ProductionVariants=[variant(model="chain")]
    )
    cloud.control.create_endpoint(EndpointName="live", EndpointConfigName="chain")
    assert ask(cloud, "a.tar.gz") == b" prepared"


def test_several_models_need_a_place(refused: Refused) -> None:
    cloud = Rehearsal()
    container: Any = {"Image": "image", "Mode": "MultiModel"}
    code, message = refused(
        lambda: cloud.control.create_model(
            ModelName="many", ExecutionRoleArn=ROLE, PrimaryContainer=container
        )
    )
    assert (code, "ModelDataUrl" in message) == ("ValidationException", True)
