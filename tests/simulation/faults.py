"""What goes wrong between a function and the services it calls, by chance or on purpose."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from slipway.domain.errors import Throttled, Unanswered

from tests.simulation.machine import Killed
from tests.simulation.scheduler import Happening, Scheduler

FUNCTION_SECONDS = 50.0  # the longest that a function which changes an endpoint may run
CALL_SECONDS = 0.02
DEEPEST = 6
# Calls after which something is different: trouble there is worth more tries.
DELICATE = frozenset(
    {"ledger.save", "executions.start", "executions.wake", "announcements.tell"}
    | {"sagemaker.CreateEndpoint", "sagemaker.UpdateEndpoint", "sagemaker.DeleteEndpoint"}
)
OFTEN = 4.0
IMPATIENT = 0.3  # how often somebody stops a release that is held up

Call = Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Faults:
    """The chance of each trouble, 0 to 1; a switch a trouble.

    Of each call: `throttle` refuses it, `lose` loses its answer, `die` ends the function's
    process before or after it, `pause` holds the function up while others go on. `stale` answers
    a read with an older state. Of each event: `drop`, `repeat`, `delay`. Of each change of an
    endpoint: `undo` rolls it back. Of each minute: `stop` ends a running release by hand,
    `patch` begins a SystemUpdating window.
    """

    throttle: float = 0.0
    lose: float = 0.0
    die: float = 0.0
    pause: float = 0.0
    stale: float = 0.0
    drop: float = 0.0
    repeat: float = 0.0
    delay: float = 0.0
    undo: float = 0.0
    stop: float = 0.0
    patch: float = 0.0


@dataclass(frozen=True, slots=True)
class Point:
    """One call that a function made: when, whose it was, and whether it was its first.

    `at` is in seconds since the history began.
    """

    at: float
    actor: str
    first: bool


@dataclass(frozen=True, slots=True)
class Crash:
    """One crash on purpose: at the `call`-th call, before or after its effect. `stopped` takes
    the whole execution down, otherwise the state machine sees its function die."""

    call: int
    after: bool
    stopped: bool = False


@dataclass(slots=True)
class Invocation:
    """A function at work for `actor`: an execution's id, or the name of an event's function."""

    actor: str
    deadline: float
    calls: int = 0


@dataclass(slots=True)
class Gate:
    """Every call a function makes passes here, and some fare badly."""

    scheduler: Scheduler
    random: Random
    faults: Faults
    stop: Callable[[str], None]
    trace: Callable[[str], None] | None = None
    crash: Crash | None = None
    meanwhile: tuple[int, Happening] | None = None
    points: list[Point] = field(default_factory=list)
    current: Invocation | None = None
    depth: int = 0

    def invoke(self, actor: str, run: Call) -> Any:  # noqa: ANN401  whatever the function returns
        """Run a function; what it calls is counted as `actor`'s."""
        outer = self.current
        self.current = Invocation(actor, self.scheduler.now + FUNCTION_SECONDS)
        try:
            return run()
        finally:
            self.current = outer

    def strikes(self, chance: float) -> bool:
        return chance > 0 and self.random.random() < chance

    def call(
        self, label: str, run: Call, *, lost: Callable[[], Exception], again: bool = True
    ) -> Any:  # noqa: ANN401  whatever the call returns
        """Make one call on behalf of the function at work. Raises Killed when its process ends,
        and `lost()` when it does not hear the answer, unless the SDK tries `again` on its own."""
        invocation, faults = self.current, self.faults
        if invocation is None:
            return run()
        self.points.append(Point(self.scheduler.elapsed, invocation.actor, invocation.calls == 0))
        invocation.calls += 1
        number = len(self.points)
        self._let_pass(CALL_SECONDS, invocation)
        if self.meanwhile and self.meanwhile[0] == number:
            self.current = None
            self.meanwhile[1]()
            self.current = invocation
        self._crash(number, label, after=False)
        often = OFTEN if label in DELICATE else 1.0
        if self.strikes(faults.pause * often):
            self._pause(label, invocation)
        if self.strikes(faults.throttle):
            self._say(f"{label} throttled")
            raise Throttled(f"{label}: too many requests")
        result = run()
        self._crash(number, label, after=True)
        if self.strikes(faults.lose * often):
            self._say(f"{label} took effect, its answer is lost")
            if self.random.random() < 0.5 and again:
                return run()
            raise lost()
        return result

    def _crash(self, number: int, label: str, *, after: bool) -> None:
        crash = self.crash
        planned = crash is not None and (crash.call, crash.after) == (number, after)
        if not planned and not self.strikes(self.faults.die / 2):
            return
        self._say(f"killed {'after' if after else 'before'} {label}")
        if crash and crash.stopped and self.current:
            self.stop(self.current.actor)
        raise Killed

    def _pause(self, label: str, invocation: Invocation) -> None:
        self._say(f"{invocation.actor} held up before {label}")
        if self.faults.stop and self.random.random() < IMPATIENT:
            self.stop(invocation.actor)
        self._let_pass(self.random.choice((1.0, 10.0, FUNCTION_SECONDS)), invocation)
        self._say(f"{invocation.actor} goes on with {label}")

    def _let_pass(self, seconds: float, invocation: Invocation) -> None:
        """Time in which others get their turn, as far as the stack of the interrupted allows."""
        if self.depth >= DEEPEST:
            self.scheduler.elapse(seconds)
            return
        self.depth, self.current = self.depth + 1, None
        try:
            self.scheduler.run_until(self.scheduler.now + seconds)
        finally:
            self.depth, self.current = self.depth - 1, invocation
        if self.scheduler.now > invocation.deadline:
            raise Killed("Sandbox.Timedout")

    def _say(self, what: str) -> None:
        if self.trace:
            self.trace(f"! {what}")


class Gated:
    """A port behind the gate."""

    def __init__(self, port: object, name: str, gate: Gate) -> None:
        self._port = port
        self._name = name
        self._gate = gate

    def __getattr__(self, method: str) -> Callable[..., Any]:
        found, label = getattr(self._port, method), f"{self._name}.{method}"
        gate = self._gate

        def call(*args: Any, **named: Any) -> Any:  # noqa: ANN401  as the port has it
            return gate.call(label, lambda: found(*args, **named), lost=lambda: Unanswered(label))

        self.__dict__[method] = call
        return call
