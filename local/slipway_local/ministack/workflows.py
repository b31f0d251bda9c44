"""What MiniStack's Step Functions lack: waiting for a task token, and names, as AWS has them."""

import json
import time
from collections.abc import Mapping
from contextvars import ContextVar
from threading import Event
from typing import Any

from ministack.core.responses import json_response
from ministack.services import stepfunctions

# A scaled-down time-out still leaves a function the time to start.
_SHORTEST_WAIT = 1.0
_LONGEST_WAIT = 99_999_999.0
_STEP = 0.05

_execution: ContextVar[Mapping[str, Any]] = ContextVar("execution")


def wait_for_tokens(time_scale: float) -> None:
    """Fail a waiting task when its function fails, its heart stops or its execution is stopped.

    MiniStack ignores all three and knows TimeoutSeconds only, which it does not scale.
    """
    invoke = stepfunctions._invoke_with_callback
    execute = stepfunctions._execute_task

    def remember(state: Any, given: Any, execution: Any, context: Any) -> Any:
        _execution.set(execution or {})
        return execute(_with_seconds(state, given), given, execution, context)

    def invoke_and_wait(resource: str, given: Any, token: str, state: Mapping[str, Any]) -> Any:
        if "states:::lambda:invoke" not in resource:
            return invoke(resource, given, token, state)
        entry = {"event": Event(), "result": None, "error": None, "heartbeat": None}
        stepfunctions._task_tokens[token] = entry
        try:
            started = time.monotonic()
            function = stepfunctions._resolve_lambda_function_ref(
                given["FunctionName"], optimized=True
            )
            stepfunctions._call_lambda(function, given.get("Payload", {}))
            _wait(entry, state, started, time_scale)
        finally:
            stepfunctions._task_tokens.pop(token, None)
        return _outcome(entry)

    stepfunctions._execute_task = remember
    stepfunctions._invoke_with_callback = invoke_and_wait


def keep_stopped_executions() -> None:
    """A stopped execution stays ABORTED: MiniStack turns it FAILED when its last task ends."""
    fail = stepfunctions._fail_execution

    def fail_running(execution: Mapping[str, Any], error: str, cause: str) -> None:
        if execution["status"] == "RUNNING":
            fail(execution, error, cause)

    stepfunctions._fail_execution = fail_running


def start_idempotently() -> None:
    """Answer a StartExecution that repeats name and input with the execution that runs."""
    start = stepfunctions._start_execution

    def start_once(data: Mapping[str, Any]) -> Any:
        running = _running(data)
        if running is None:
            return start(data)
        return json_response(
            {"executionArn": running["executionArn"], "startDate": running["startDate"]}
        )

    stepfunctions._start_execution = start_once


def _running(data: Mapping[str, Any]) -> Mapping[str, Any] | None:
    machine = stepfunctions._resolve_state_machine_arn(data.get("stateMachineArn", ""))
    for execution in stepfunctions._executions.values():
        if execution["stateMachineArn"] == machine and execution["name"] == data.get("name"):
            same = execution["input"] == data.get("input", "{}")
            return execution if same and execution["status"] == "RUNNING" else None
    return None


def _wait(entry: Any, state: Mapping[str, Any], started: float, time_scale: float) -> None:
    lifetime = _seconds(state, "TimeoutSeconds", time_scale)
    heartbeat = _seconds(state, "HeartbeatSeconds", time_scale)
    beat, heard = started, None
    while not entry["event"].wait(_STEP):
        now = time.monotonic()
        if entry["heartbeat"] != heard:
            beat, heard = now, entry["heartbeat"]
        if _execution.get().get("status") != "RUNNING":
            raise stepfunctions._ExecutionError("States.TaskFailed", "The execution was stopped.")
        if now - started > lifetime:
            raise stepfunctions._ExecutionError("States.Timeout", "Task timed out.")
        if now - beat > heartbeat:
            raise stepfunctions._ExecutionError("States.HeartbeatTimeout", "Task missed a beat.")


def _with_seconds(state: Mapping[str, Any], given: Any) -> Mapping[str, Any]:
    """The state with the seconds that its paths point to in its input."""
    seconds = {
        name: stepfunctions._resolve_path(state[f"{name}Path"], given)
        for name in ("TimeoutSeconds", "HeartbeatSeconds")
        if f"{name}Path" in state
    }
    return {**state, **seconds}


def _seconds(state: Mapping[str, Any], name: str, time_scale: float) -> float:
    if name not in state:
        return _LONGEST_WAIT
    return max(_SHORTEST_WAIT, float(state[name]) * time_scale)


def _outcome(entry: Any) -> Any:
    if entry["error"]:
        raise stepfunctions._ExecutionError(entry["error"]["Error"], entry["error"]["Cause"])
    return json.loads(entry["result"])
