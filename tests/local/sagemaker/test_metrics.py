"""What an invocation leaves in CloudWatch."""

from collections.abc import Callable

from slipway_local.sagemaker.rehearsal import START, Rehearsal
from slipway_local.sagemaker.scripted import Script
from slipway_local.sagemaker.serving import Container, Invocation, Reply


def test_a_good_answer_counts_zero_errors_and_its_latency(serve: Callable[..., str]) -> None:
    cloud = Rehearsal()

    def answer(_: Container, __: Invocation) -> Reply:
        cloud.clock.now += 0.25
        return Reply(200, {}, b"")

    cloud.launcher.scripts = {"image": Script(answer=answer)}
    serve(cloud, "live")
    cloud.runtime.invoke_endpoint(EndpointName="live", Body=b"")
    assert {datum.name: (datum.value, datum.unit) for datum in cloud.metrics} == {
        "Invocations": (1.0, "None"),
        "Invocation4XXErrors": (0.0, "None"),
        "Invocation5XXErrors": (0.0, "None"),
        "ModelLatency": (250_000.0, "Microseconds"),
        "OverheadLatency": (0.0, "Microseconds"),
    }
    dimensions = {"EndpointName": "live", "VariantName": "AllTraffic"}
    assert all(datum.dimensions == dimensions for datum in cloud.metrics)
    assert {datum.time for datum in cloud.metrics} == {START + 0.25}
