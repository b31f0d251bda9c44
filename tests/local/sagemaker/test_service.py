"""The service as a whole: determinism, listeners, time."""

from collections.abc import Callable, Sequence
from random import Random

import pytest
from slipway_local.sagemaker.account import Durations
from slipway_local.sagemaker.errors import Refusal
from slipway_local.sagemaker.events import Event
from slipway_local.sagemaker.rehearsal import START, Clock, Rehearsal
from slipway_local.sagemaker.scripted import ScriptedLauncher
from slipway_local.sagemaker.service import SageMaker

Deploy = Callable[..., str]


def test_the_same_seed_and_calls_answer_the_same(
    configure: Deploy, variant: Callable[..., object]
) -> None:
    def run(seed: int) -> Sequence[str]:
        cloud = Rehearsal(seed=seed)
        configure(cloud, "a")
        variants = [variant(name, "a") for name in ("A", "B", "C")]
        cloud.control.create_endpoint_config(EndpointConfigName="b", ProductionVariants=variants)  # type: ignore[arg-type]  # plain dicts
        cloud.control.create_endpoint(EndpointName="live", EndpointConfigName="b")
        invoke = cloud.runtime.invoke_endpoint
        chosen = [invoke(EndpointName="live", Body=b"") for _ in range(20)]
        return [reply["InvokedProductionVariant"] for reply in chosen]

    assert run(1) == run(1)
    assert run(1) != run(2)


def test_a_listener_may_call_the_service_back() -> None:
    clock = Clock()
    seen: list[int] = []

    def listen(_: Event) -> None:
        seen.append(len(service.call("ListModels", {})["Models"]))

    random = Random(0)  # noqa: S311  routing by chance, no secret
    service = SageMaker(ScriptedLauncher(clock), clock=clock, random=random, emit=listen)
    service.call("CreateModel", {"ModelName": "m", "PrimaryContainer": {"Image": "i"}})
    assert seen == [1]


def test_next_due_tells_when_to_look_again(configure: Deploy) -> None:
    cloud = Rehearsal(durations=Durations(creating=60))
    configure(cloud, "one")
    assert cloud.service.next_due() is None
    cloud.control.create_endpoint(EndpointName="live", EndpointConfigName="one")
    assert cloud.service.next_due() == START + 60
    cloud.pass_time(60)
    assert cloud.service.next_due() is None


def test_tick_moves_what_nobody_asks_about(configure: Deploy) -> None:
    cloud = Rehearsal(durations=Durations(creating=60))
    configure(cloud, "one")
    cloud.control.create_endpoint(EndpointName="live", EndpointConfigName="one")
    cloud.events.clear()
    cloud.clock.now += 61
    assert cloud.events == []
    cloud.service.tick()
    assert [event["Detail"]["EndpointStatus"] for event in cloud.events][-1] == "IN_SERVICE"


def test_maintenance_waits_for_an_endpoint_in_service(serve: Deploy, configure: Deploy) -> None:
    cloud = Rehearsal(durations=Durations(updating=60))
    serve(cloud, "live")
    configure(cloud, "two")
    cloud.control.update_endpoint(EndpointName="live", EndpointConfigName="two")
    with pytest.raises(Refusal, match="Cannot update in-progress endpoint"):
        cloud.service.start_maintenance("live", 60)


def test_without_a_runner_a_processing_job_fails_and_says_so() -> None:
    clock = Clock()
    service = SageMaker(ScriptedLauncher(clock), clock=clock, random=Random(0))  # noqa: S311
    cluster = {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}
    service.call(
        "CreateProcessingJob",
        {
            "ProcessingJobName": "job",
            "ProcessingResources": {"ClusterConfig": cluster},
            "AppSpecification": {"ImageUri": "image"},
            "RoleArn": "arn:aws:iam::123456789012:role/r",
        },
    )
    job = service.call("DescribeProcessingJob", {"ProcessingJobName": "job"})
    assert job["ProcessingJobStatus"] == "Failed"
    assert job["FailureReason"] == "ClientError: no processing jobs are run here"
