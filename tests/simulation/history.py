"""One history: a story played by the real core under virtual time, and what came of it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from unittest.mock import patch

from slipway import inspecting

from tests.simulation import contents
from tests.simulation.acting import act
from tests.simulation.ending import judge, replay
from tests.simulation.faults import Crash, Faults, Point
from tests.simulation.scheduler import START
from tests.simulation.sessions import Call, DirectSession, Session
from tests.simulation.stories import Act, Story
from tests.simulation.world import SWEEP_SECONDS, World

REST_SECONDS = 1800.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a history ended: `end` in a word, what was violated, and how much was done.

    `points` are the calls that functions made, `runs` how those of a batch deployment ended, oldest
    first, `codes` the exit codes of tasks likewise, and `lines` the time line, if it was asked for.
    """

    end: str
    violations: tuple[str, ...]
    points: tuple[Point, ...]
    releases: int
    lines: tuple[str, ...] = ()
    runs: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()


def play(
    story: Story,
    seed: int = 0,
    crash: Crash | None = None,
    *,
    meanwhile: tuple[int, Act] | None = None,
    session: Callable[[Call], Session] = DirectSession,
    trace: bool = False,
) -> Outcome:
    """Play the story to its end and check what must hold. With `meanwhile`, an act comes right at
    the n-th call that a function makes, and its event arrives at once."""
    world = World(story, seed, crash, session)
    if meanwhile:
        number, deed = meanwhile
        world.gate.meanwhile = (number, partial(world.at_once, partial(act, world, deed)))
    world.lines = [] if trace else None
    with patch.object(inspecting, "inspect_upload", contents.inspect):
        _perform(world)
        _rest(world)
        end = judge(world)
        replay(world)
    return Outcome(
        end,
        tuple(world.violations),
        tuple(world.gate.points),
        len(world.machine.executions),
        tuple(world.lines or ()),
        tuple(str(run.status) for run in reversed(world.record().runs.last)),
        tuple(str(run.code) for run in reversed(world.record().tasks.last)),
    )


def _perform(world: World) -> None:
    """Acts and troubles, with a sweep every 15 minutes: also twice after the last trouble."""
    scheduler, story = world.scheduler, world.story
    for deed in story.acts:
        scheduler.at(START + deed.at, partial(act, world, deed))
    if story.faults.stop or story.faults.patch:
        scheduler.after(60, partial(_every_minute, world))
    world.sweep_until(START + story.until + 2 * SWEEP_SECONDS)
    scheduler.run_until(START + story.until)


def _rest(world: World) -> None:
    """Two sweeps without troubles, and time for what they began to come to its end."""
    world.gate.faults, world.gate.crash = Faults(), None
    world.say("--- no more faults")
    world.scheduler.run_until(START + world.story.until + 2 * SWEEP_SECONDS + REST_SECONDS)


def _every_minute(world: World) -> None:
    gate = world.gate
    if gate.strikes(gate.faults.stop):
        act(world, Act(0, "stop"))
    if gate.strikes(gate.faults.patch):
        act(world, Act(0, "patch"))
    if world.scheduler.elapsed < world.story.until:
        world.scheduler.after(60, partial(_every_minute, world))
