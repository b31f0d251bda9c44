"""Write release.asl.json, the graph of a release, out of the table of its steps.

    python statemachines/build_release.py

A step is one line of STEPS: its state, the choice that leads to it, the lease it hands on, and what
is retried and caught follow from that.
"""

from __future__ import annotations

import json
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

State = dict[str, Any]

GRAPH: Final = Path(__file__).parent / "release.asl.json"
WIDTH: Final = 110

STEPS: Final = {
    "InspectArtifact": "Read the upload's bytes, without trusting them, and keep what they are",
    "RegisterModel": "Pin the bytes under their digest and make them a version in the model "
    "registry, or approve it",
    "DeployEndpoint": "Make the one change to the endpoint that is owed: create, update or delete",
    "ProbeEndpoint": "Send probes to what serves now",
    "JudgeRollout": "Measure what the candidate does with its share of the traffic, and judge it",
    "ScaleEndpoint": "Make what is registered for autoscaling what is wanted of it",
    "RunBatch": "Prove a version by a sample; or start, stop or end a run, and tell of it",
    "RunTask": "Start, stop or end a task of a released version, and tell of it",
    "Remedy": "Do something about an alarm that rings, note what came of it, and tell",
    "BuildBaseline": "Find out from the uploaded data what is normal, for checks to compare with",
    "WatchEndpoint": "Make the schedule and the alarms that watch the endpoint what is wanted",
    "CleanUp": "Delete the configs and models of releases that nothing needs any more, or all that "
    "is asked to go",
    "AwaitChange": "Sleep until somebody reports a change; after the time-out look all the same",
    "Announce": "Record the verdict, tell people once, and let go of the deployment",
}
VERDICTS: Final = {
    "Released": "What was wanted serves; the announcement says what it was seen to answer",
    "Deleted": "It was asked to go: nothing of it runs any more",
    "Held": "A person has to act: upload, approve or repair; the announcement says why",
}

INVOKE: Final = "arn:${Partition}:states:::lambda:invoke"
LEASE: Final = {f"{key}.$": f"$.{key}" for key in ("deployment", "execution", "fence")}
BACKOFF: Final = {"IntervalSeconds": 2, "BackoffRate": 2, "JitterStrategy": "FULL"}
PASSING: Final = (
    "Throttled",
    "Unanswered",
    "NotYetVisible",
    "Busy",
    "Conflict",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.TooManyRequestsException",
)
CRASHED: Final = ("Sandbox.Timedout", "Lambda.Unknown", "Runtime.ExitError")
RETRY: Final = [
    {"ErrorEquals": PASSING, "MaxAttempts": 8, "MaxDelaySeconds": 30, **BACKOFF},
    {"ErrorEquals": CRASHED, "MaxAttempts": 2, **BACKOFF},
]


def graph() -> State:
    """Decide and the steps it leads to, the verdict, and the ends."""
    ends = {**VERDICTS, "Yielded": "Another release owns the deployment and sees to everything"}
    return {
        "Comment": "One release: bring one deployment to what is wanted of it, a step at a time",
        "StartAt": "Decide",
        "States": {
            "Decide": decide(),
            "Choose": choice("Go where Decide says", "$.step", STEPS),
            **{name: step(name) for name in STEPS},
            "AwaitChange": await_change(),
            "Announce": announce(),
            "Verdict": verdict(),
            **{name: {"Type": "Succeed", "Comment": comment} for name, comment in ends.items()},
            "Failed": failed(),
        },
    }


def decide() -> State:
    """The look that every step comes back to."""
    comment = "Take the lease, look at what is wanted and what is there, and name the step owed"
    looked = {
        "deployment.$": "$.deployment",
        "execution.$": "$$.Execution.Id",
        "input.$": "$$.Execution.Input",
    }
    yields = caught("Yielded", "Owned", "LeaseLost")
    state = task("Decide", comment, looked, yields)
    return {**state, "OutputPath": "$.Payload", "Next": "Choose"}


def step(name: str, *catch: State) -> State:
    """A step that changes one thing, which the next look sees."""
    state = task(name, STEPS[name], LEASE, *catch, caught("Yielded", "LeaseLost"))
    return {
        **state,
        "ResultSelector": {"what.$": "$.Payload"},
        "ResultPath": "$.did",
        "Next": "Decide",
    }


def await_change() -> State:
    """The step that ends when its token is handed back, or at its time-out."""
    state = step("AwaitChange", caught("Decide", "States.Timeout"))
    del state["ResultSelector"]
    payload = {**LEASE, "hints.$": "$.hints", "token.$": "$$.Task.Token"}
    return {
        **state,
        "Resource": f"{INVOKE}.waitForTaskToken",
        "Parameters": {**state["Parameters"], "Payload": payload},
        "TimeoutSecondsPath": "$.timeout",
    }


def announce() -> State:
    """The last step, unless something was asked for in between."""
    return {**step("Announce", caught("Decide", "LookAgain")), "Next": "Verdict"}


def verdict() -> State:
    """The end that was announced."""
    *others, last = VERDICTS
    comment = "Name the end for those who read the list of executions"
    return {**choice(comment, "$.did.what", others), "Default": last}


def failed() -> State:
    """The end that nobody foresaw."""
    return {
        "Type": "Fail",
        "Comment": "Nobody foresaw this. The next release takes the lease over",
        "ErrorPath": "$.error.Error",
        "CausePath": "$.error.Cause",
    }


def task(name: str, comment: str, payload: State, *catch: State) -> State:
    """A state that invokes the function of its name, again where that may help."""
    return {
        "Type": "Task",
        "Comment": comment,
        "Resource": INVOKE,
        "Parameters": {"FunctionName": f"${{{name}FunctionArn}}", "Payload": payload},
        "Retry": RETRY,
        "Catch": [*catch, caught("Failed", "States.ALL")],
    }


def choice(comment: str, variable: str, names: Iterable[str]) -> State:
    """To the state that the variable names."""
    choices = [{"Variable": variable, "StringEquals": name, "Next": name} for name in names]
    return {"Type": "Choice", "Comment": comment, "Choices": choices}


def caught(target: str, *errors: str) -> State:
    """Where these errors lead."""
    return {"ErrorEquals": errors, "ResultPath": "$.error", "Next": target}


def shown(value: object, indent: str = "") -> str:
    """JSON in which whatever fits on a line stands on one."""
    line, deeper = json.dumps(value), f"{indent}  "
    if len(indent + line) <= WIDTH or not isinstance(value, dict | list | tuple):
        return line
    if isinstance(value, dict):
        parts = [f"{json.dumps(key)}: {shown(item, deeper)}" for key, item in value.items()]
        return f"{{\n{deeper}" + f",\n{deeper}".join(parts) + f"\n{indent}}}"
    if all(isinstance(item, str) for item in value):
        filled = textwrap.fill(line[1:-1], WIDTH, initial_indent=deeper, subsequent_indent=deeper)
        return f"[\n{filled}\n{indent}]"
    parts = [shown(item, deeper) for item in value]
    return f"[\n{deeper}" + f",\n{deeper}".join(parts) + f"\n{indent}]"


if __name__ == "__main__":
    GRAPH.write_text(f"{shown(graph())}\n", "utf-8")
