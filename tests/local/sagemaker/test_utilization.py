"""What instances use of themselves."""

from collections.abc import Callable

from slipway_local.sagemaker.account import Durations
from slipway_local.sagemaker.instances import GIB, memory, vcpus
from slipway_local.sagemaker.rehearsal import Rehearsal
from slipway_local.sagemaker.scripted import Script
from slipway_local.sagemaker.serving import Usage

Deploy = Callable[..., str]


def test_a_types_size_and_family_say_what_it_has() -> None:
    assert [vcpus(f"ml.m5.{size}") for size in ("large", "xlarge", "4xlarge")] == [2, 4, 16]
    assert memory("ml.m5.large") == 8 * GIB
    assert memory("ml.c5.2xlarge") == 16 * GIB
    assert memory("ml.r5.large") == 16 * GIB
    assert memory("ml.t2.medium") == 4 * GIB


def test_cpu_memory_and_disk_are_measured_once_a_minute(serve: Deploy) -> None:
    used = Script(usage=Usage(memory=2 * GIB, disk=3 * GIB, cpu=5.0))
    cloud = Rehearsal(durations=Durations(measuring=60), scripts={"image": used})
    serve(cloud, "live")
    cloud.pass_time(59)
    cloud.metrics.clear()
    cloud.launcher.launched[0].script = Script(usage=Usage(2 * GIB, 3 * GIB, 35.0))
    cloud.pass_time(1)
    cloud.pass_time(30)
    told = {datum.name: (datum.value, datum.unit) for datum in cloud.metrics}
    assert told == {
        "CPUUtilization": (50.0, "Percent"),
        "MemoryUtilization": (25.0, "Percent"),
        "DiskUtilization": (10.0, "Percent"),
    }
    (place,) = {(datum.namespace, *datum.dimensions.values()) for datum in cloud.metrics}
    assert place == ("/aws/sagemaker/Endpoints", "live", "AllTraffic")


def test_provisioned_concurrency_and_instances_are_told_with_each_request(
    cloud: Rehearsal, configure: Deploy, serve: Deploy
) -> None:
    serve(cloud, "live", InitialInstanceCount=4)
    configure(cloud, "two")
    sizes: dict[str, int] = {
        "MemorySizeInMB": 1024,
        "MaxConcurrency": 8,
        "ProvisionedConcurrency": 4,
    }
    cloud.control.create_endpoint_config(
        EndpointConfigName="serverless",
        ProductionVariants=[{"VariantName": "v", "ModelName": "two", "ServerlessConfig": sizes}],  # type: ignore[typeddict-item]  # a plain dict
    )
    cloud.control.create_endpoint(EndpointName="less", EndpointConfigName="serverless")
    cloud.pass_time(0)
    for name in ("live", "less"):
        cloud.runtime.invoke_endpoint(EndpointName=name, Body=b"")
    told = {(datum.dimensions["EndpointName"], datum.name): datum.value for datum in cloud.metrics}
    assert told["live", "InvocationsPerInstance"] == 0.25
    assert told["less", "ServerlessProvisionedConcurrencyUtilization"] == 0.25
    assert ("less", "InvocationsPerInstance") not in told
