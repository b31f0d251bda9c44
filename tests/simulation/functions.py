"""The functions of the state machine, as functions/<name>/app.py: parse, call the core, return."""

from collections.abc import Callable, Mapping
from typing import Any

from slipway import (
    documents,
    leaving,
    registering,
    release,
    remedying,
    rolling,
    running,
    scaling,
    tasking,
    watching,
)
from slipway.ports import Ports

from tests.simulation.contents import baseline, examined

Json = Any


def decide(ports: Ports, document: Json) -> Json:
    deployment, execution = documents.asked(document)
    wish, again = documents.wished(document), documents.anew(document)
    found = release.decide_release(ports, deployment, execution, wish, again=again)
    return documents.decision(found, execution)


def inspect_artifact(ports: Ports, document: Json) -> Json:
    return registering.inspect_artifact(ports, documents.task(document))


def register_model(ports: Ports, document: Json) -> Json:
    return registering.register_model(ports, documents.task(document))


def deploy_endpoint(ports: Ports, document: Json) -> Json:
    return release.deploy_endpoint(ports, documents.task(document))


def probe_endpoint(ports: Ports, document: Json) -> Json:
    return release.probe_endpoint(ports, documents.task(document))


def judge_rollout(ports: Ports, document: Json) -> Json:
    return rolling.judge_rollout(ports, documents.task(document))


class _Engine:
    """The drift engine, as far as a release needs it."""

    baseline = staticmethod(baseline)
    examined = staticmethod(examined)


_ENGINE: Any = _Engine


def build_baseline(ports: Ports, document: Json) -> Json:
    return watching.build_baseline(ports, documents.task(document), _ENGINE)


def watch_endpoint(ports: Ports, document: Json) -> Json:
    return watching.watch_endpoint(ports, documents.task(document))


def run_batch(ports: Ports, document: Json) -> Json:
    return running.run_batch(ports, documents.task(document))


def run_task(ports: Ports, document: Json) -> Json:
    return tasking.run_task(ports, documents.task(document))


def remedy(ports: Ports, document: Json) -> Json:
    return remedying.remedy(ports, documents.task(document))


def scale_endpoint(ports: Ports, document: Json) -> Json:
    return scaling.scale_endpoint(ports, documents.task(document))


def clean_up(ports: Ports, document: Json) -> Json:
    return leaving.clean_up(ports, documents.task(document))


def await_change(ports: Ports, document: Json) -> Json:
    return release.await_change(ports, documents.task(document), *documents.sleep(document))


def announce(ports: Ports, document: Json) -> Json:
    return release.announce(ports, documents.task(document))


# By the resources that the graph invokes.
FUNCTIONS: Mapping[str, Callable[[Ports, Json], Json]] = {
    "${DecideFunctionArn}": decide,
    "${InspectArtifactFunctionArn}": inspect_artifact,
    "${RegisterModelFunctionArn}": register_model,
    "${DeployEndpointFunctionArn}": deploy_endpoint,
    "${ProbeEndpointFunctionArn}": probe_endpoint,
    "${JudgeRolloutFunctionArn}": judge_rollout,
    "${BuildBaselineFunctionArn}": build_baseline,
    "${WatchEndpointFunctionArn}": watch_endpoint,
    "${RunBatchFunctionArn}": run_batch,
    "${RunTaskFunctionArn}": run_task,
    "${RemedyFunctionArn}": remedy,
    "${ScaleEndpointFunctionArn}": scale_endpoint,
    "${CleanUpFunctionArn}": clean_up,
    "${AwaitChangeFunctionArn}": await_change,
    "${AnnounceFunctionArn}": announce,
}


def told(result: Json) -> str:
    """A function's result in a line."""
    if isinstance(result, Mapping):
        return f"{result['step']}: {result['reason']} (generation {result['generation']})"
    return str(result)
