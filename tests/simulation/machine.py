"""A small interpreter of the Amazon States Language: the part that the Release graph uses.

Tasks that invoke functions, with or without a task token; Choice on equal strings; Succeed and
Fail; Parameters, ResultSelector, ResultPath and OutputPath; Retry, Catch and time-outs. Anything
else in the graph is an error. Source: https://states-language.net/spec.html
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import inf
from random import Random
from typing import Any

from tests.simulation.scheduler import Scheduler

Json = Any
State = Mapping[str, Any]
Function = Callable[["Execution", Json], Json]

TRANSITION_SECONDS = 0.05
MOST_STATES = 2000  # a history of 25,000 events has room for some more
SLEEPS = ".waitForTaskToken"


class Killed(BaseException):
    """The function's process ended, whatever it was doing; `error` is what Lambda calls that."""

    def __init__(self, error: str = "Runtime.ExitError") -> None:
        super().__init__(error)
        self.error = error


@dataclass(slots=True)
class Execution:
    """One run of the machine. `token` is what it sleeps on, if it does."""

    id: str
    input: Json
    document: Json
    state: str
    started: float
    ended: float = inf
    status: str = "RUNNING"
    token: str | None = None
    entered: int = 0
    retries: dict[int, int] = field(default_factory=dict)
    visited: list[str] = field(default_factory=list)


class Machine:
    """Runs executions of one graph; what a Task does is looked up in `functions` by the name of
    its function's placeholder."""

    def __init__(
        self,
        graph: Mapping[str, Any],
        functions: Mapping[str, Function],
        scheduler: Scheduler,
        random: Random,
        wrong: Callable[[str], None],
    ) -> None:
        self.executions: dict[str, Execution] = {}
        self._graph = graph
        self._states: Mapping[str, State] = graph["States"]
        self._functions = functions
        self._scheduler = scheduler
        self._random = random
        self._wrong = wrong

    def start(self, name: str, document: Json) -> None:
        """Start an execution; a name that was used before starts nothing."""
        if name in self.executions:
            return
        execution = Execution(name, document, document, self._graph["StartAt"], self._scheduler.now)
        self.executions[name] = execution
        self._enter(execution, self._graph["StartAt"], document)

    def is_running(self, name: str) -> bool:
        found = self.executions.get(name)
        return found is not None and found.status == "RUNNING"

    def was_running(self, name: str, *, ago: float) -> bool:
        """Whether it was running so many seconds ago."""
        found = self.executions.get(name)
        return found is not None and found.started <= self._scheduler.now - ago < found.ended

    def is_at_work(self) -> bool:
        """Whether any execution runs and does not sleep."""
        running = (found for found in self.executions.values() if found.status == "RUNNING")
        return any(found.token is None for found in running)

    def stop(self, name: str) -> None:
        """As a person does in the console. A function at work goes on; nobody hears of it."""
        if self.is_running(name):
            self._end(self.executions[name], "ABORTED")

    def wake(self, token: str) -> bool:
        """SendTaskSuccess with an empty output; False when nobody sleeps on `token`."""
        for execution in self.executions.values():
            if execution.token == token:
                execution.token = None
                self._succeed(execution, {})
                return True
        return False

    def _enter(self, execution: Execution, state: str, document: Json) -> None:
        execution.state, execution.document = state, document
        execution.entered += 1
        execution.retries = {}
        execution.visited.append(state)
        entered = execution.entered
        self._scheduler.after(TRANSITION_SECONDS, lambda: self._run(execution, entered))

    def _run(self, execution: Execution, entered: int) -> None:
        if not self._awaits(execution, entered):
            return
        if entered > MOST_STATES:
            self._wrong(f"{execution.id} goes in circles: {execution.visited[-6:]}")
            self._end(execution, "FAILED")
            return
        state = self._states[execution.state]
        match state["Type"]:
            case "Task":
                self._task(execution, state)
            case "Choice":
                self._enter(execution, _chosen(state, execution.document), execution.document)
            case "Succeed":
                self._end(execution, "SUCCEEDED")
            case "Fail":
                self._end(execution, "FAILED")
            case kind:
                raise NotImplementedError(kind)

    def _task(self, execution: Execution, state: State) -> None:
        sleeps = state["Resource"].endswith(SLEEPS)
        token = f"{execution.id}/{execution.entered}/{sum(execution.retries.values())}"
        running = {"Id": execution.id, "Input": execution.input}
        context = {"Execution": running, "Task": {"Token": token}}
        asked = _filled(state["Parameters"], execution.document, context)
        if sleeps:
            execution.token = token
            self._expire(execution, state, token)
        entered = execution.entered
        try:
            result = self._functions[asked["FunctionName"]](execution, asked["Payload"])
        except Killed as death:
            self._failed(execution, entered, token if sleeps else None, death.error, str(death))
        except Exception as error:  # noqa: BLE001  Lambda reports every error by its class's name
            name = type(error).__name__
            self._failed(execution, entered, token if sleeps else None, name, str(error))
        else:
            if not sleeps and self._awaits(execution, entered):
                self._succeed(execution, {"Payload": result})

    def _awaits(self, execution: Execution, entered: int) -> bool:
        """Whether the execution still waits for what a function has to say."""
        return execution.status == "RUNNING" and execution.entered == entered

    def _expire(self, execution: Execution, state: State, token: str) -> None:
        seconds = _at(state["TimeoutSecondsPath"], execution.document, {})

        def expire() -> None:
            if execution.token == token:
                self._failed(execution, execution.entered, token, "States.Timeout", "")

        self._scheduler.after(seconds, expire)

    def _succeed(self, execution: Execution, result: Json) -> None:
        state = self._states[execution.state]
        if "ResultSelector" in state:
            result = _filled(state["ResultSelector"], result, {})
        document = _placed(execution.document, state.get("ResultPath", "$"), result)
        output = _at(state.get("OutputPath", "$"), document, {})
        self._enter(execution, state["Next"], output)

    def _failed(
        self, execution: Execution, entered: int, token: str | None, error: str, cause: str
    ) -> None:
        """Try again as the state's retriers say, else go where its catchers say."""
        if not self._awaits(execution, entered) or execution.token != token:
            return
        execution.token = None
        state = self._states[execution.state]
        for number, retrier in enumerate(state.get("Retry", ())):
            if _matches(retrier, error):
                made = execution.retries.get(number, 0)
                if made < retrier["MaxAttempts"]:
                    self._retry(execution, number, retrier, made)
                    return
                break
        for catcher in state.get("Catch", ()):
            if _matches(catcher, error):
                told = {"Error": error, "Cause": cause}
                document = _placed(execution.document, catcher["ResultPath"], told)
                self._enter(execution, catcher["Next"], document)
                return
        self._end(execution, "FAILED")

    def _retry(self, execution: Execution, number: int, retrier: State, made: int) -> None:
        execution.retries[number] = made + 1
        longest = retrier["IntervalSeconds"] * retrier["BackoffRate"] ** made
        seconds = min(longest, retrier.get("MaxDelaySeconds", longest))
        if retrier.get("JitterStrategy") == "FULL":
            seconds = self._random.uniform(0, seconds)
        entered = execution.entered
        self._scheduler.after(seconds, lambda: self._run(execution, entered))

    def _end(self, execution: Execution, status: str) -> None:
        execution.status, execution.token = status, None
        execution.ended = self._scheduler.now


def _chosen(state: State, document: Json) -> str:
    for choice in state["Choices"]:
        if _at(choice["Variable"], document, {}) == choice["StringEquals"]:
            return str(choice["Next"])
    return str(state["Default"])


def _matches(rule: State, error: str) -> bool:
    return error in rule["ErrorEquals"] or "States.ALL" in rule["ErrorEquals"]


def _at(path: str, document: Json, context: Json) -> Json:
    """The value at a reference path: `$`, `$.a.b`, or `$$.a.b` in the context object."""
    found = context if path.startswith("$$") else document
    for part in path.lstrip("$").split(".")[1:]:
        found = found[part]
    return found


def _filled(template: Json, document: Json, context: Json) -> Json:
    if not isinstance(template, Mapping):
        return template
    return {
        key.removesuffix(".$"): _at(value, document, context)
        if key.endswith(".$")
        else _filled(value, document, context)
        for key, value in template.items()
    }


def _placed(document: Json, path: str, result: Json) -> Json:
    """The document with `result` at `path`, which is `$` or one member of it."""
    return result if path == "$" else {**document, path.removeprefix("$."): result}
