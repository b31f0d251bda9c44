"""Stories of a deployment with tasks: they are asked for, while versions come and go."""

from collections.abc import Sequence
from random import Random

from tests.simulation.contents import GOOD, MISANSWERING, MUTE
from tests.simulation.faults import Faults
from tests.simulation.stories import Act, Story, manifest, upload

TASK = b"task: {command: ['0']}\n"


def runs(at: float, command: str = "0") -> Act:
    """Somebody asks for a task that ends with an exit code."""
    return Act(at, "task", how=command)


BEGUN = (manifest(5, TASK), upload(10))
TASKS: Sequence[Story] = (
    Story("a task", [*BEGUN, runs(700)]),
    Story("a task that fails", [*BEGUN, runs(700, "3")]),
    Story("a task while another one runs", [*BEGUN, runs(700), runs(720, "1")]),
    Story("a task before anything is released", [*BEGUN, runs(60)]),
    Story("a version while a task runs", [*BEGUN, runs(700), upload(720, number=2)]),
    Story(
        "a task after a version that answers nothing",
        [*BEGUN, upload(700, MISANSWERING, 2), runs(1500)],
    ),
    Story("asked to go while a task runs", [*BEGUN, runs(700), Act(760, "ask", how="delete")]),
    Story("asked to go as a task starts", [*BEGUN, runs(700), Act(701, "ask", how="delete")]),
    Story("purged while a task runs", [*BEGUN, runs(700), Act(760, "ask", how="purge")]),
    Story(
        "a task of what was gone back to",
        [*BEGUN, upload(700, number=2), Act(1400, "ask", how="rollback"), runs(2200)],
        until=4000.0,
    ),
    Story("a task, and its manifest goes", [*BEGUN, runs(700), manifest(720, b"{}\n")]),
)


def random_tasks(seed: int) -> Story:
    """A story by chance: tasks, versions, and troubles of all kinds."""
    chance = Random(seed)  # noqa: S311  a seeded history, no secret
    acts = [*BEGUN]
    for number in range(chance.randint(1, 5)):
        at = chance.uniform(8.0, 2500.0)
        what = chance.choice(("task", "task", "task", "version", "stop", "go"))
        acts.append(
            {
                "task": runs(at, chance.choice(("0", "0", "1"))),
                "version": upload(at, chance.choice((GOOD, MISANSWERING, MUTE)), number + 2),
                "stop": Act(at, "stop"),
                "go": Act(at, "ask", how="delete"),
            }[what]
        )
    faults = Faults(
        **{
            name: chance.choice((0.0, 0.0, often))
            for name, often in (("drop", 0.3), ("repeat", 0.3), ("delay", 0.3), ("throttle", 0.1))
        }
    )
    return Story(f"tasks by chance {seed}", acts, faults=faults, until=3600.0)
