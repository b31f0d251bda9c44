"""Tasks: a released model's own program, run once on Fargate with a command, and each run of it.

A task's identity is the execution that asked for it. It is written on the record before ECS is
asked, and the token that ECS tells tasks apart by follows from it, so that it is started once,
however often it is asked for.

due ──begun──► defined ──► started ──► ended ──► told
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

KEPT = 50  # tasks that are remembered
MOST_DUE = 20  # that wait for the one before them
# ECS describes a stopped task for an hour at least. Source: DescribeTasks, API reference.
DESCRIBED_SECONDS = 3600.0
OVER = "STOPPED"
MOST_WORDS, MOST_TEXT = 100, 2000  # of a command, in characters of all its words together


@dataclass(frozen=True, slots=True)
class TaskPolicy:
    """What a deployment's tasks run: an image, the version's own where there is none, and what is
    beside its environment; on so many CPU units and MB, as Fargate has them."""

    image: str | None = None
    command: tuple[str, ...] = ()
    cpu: int = 256
    memory_mb: int = 512
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TaskDue:
    """A task that was asked for by the execution `id`; without a command it runs the manifest's."""

    id: str
    command: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Program:
    """What a task runs, whole."""

    image: str
    command: tuple[str, ...]
    cpu: int
    memory_mb: int
    environment: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sight:
    """A task as ECS describes it: its `status` is ECS's word, `code` its container's, None where
    that never ran to an end; it `ended` at a moment, in epoch seconds, 0 while it runs."""

    arn: str
    status: str
    code: int | None = None
    reason: str = ""
    ended: float = 0.0
    stopping: bool = False

    @property
    def is_over(self) -> bool:
        return self.status == OVER


@dataclass(frozen=True, slots=True)
class TaskRun:
    """One task: what of which version it runs, and what came of it.

    `config` is the version. `definition` and `arn` are ECS's names of its definition and of the
    task itself, "" until they are known. `code` is its exit code, None where it has none. Times
    are in epoch seconds.
    """

    number: int
    due: TaskDue
    config: str
    version: str
    token: str
    program: Program
    at: float
    definition: str = ""
    arn: str = ""
    over: bool = False
    code: int | None = None
    reason: str = ""
    ended: float = 0.0
    told: bool = False

    @property
    def state(self) -> str:
        """How it stands, in a word."""
        if not self.over:
            return "Running"
        return "Completed" if self.code == 0 else "Failed"

    @property
    def words(self) -> str:
        """How it stands, in words."""
        return f"{self.state}: {self.reason}".removesuffix(": ")


@dataclass(frozen=True, slots=True)
class Tasks:
    """The last tasks, newest first, and those that are due and have not begun."""

    last: tuple[TaskRun, ...] = ()
    due: tuple[TaskDue, ...] = ()

    @property
    def newest(self) -> TaskRun | None:
        return self.last[0] if self.last else None

    @property
    def going(self) -> TaskRun | None:
        """The task that is under way, or that nobody has been told of yet."""
        newest = self.newest
        return newest if newest and not newest.told else None

    @property
    def number(self) -> int:
        """What the next task is called."""
        return self.newest.number + 1 if self.newest else 1

    def wanting(self, due: TaskDue) -> "Tasks":
        """The tasks with one more that is due; to be asked for it again is no other one."""
        known = {each.id for each in (*self.due, *(run.due for run in self.last))}
        if due.id in known or len(self.due) >= MOST_DUE:
            return self
        return replace(self, due=(*self.due, due))

    def having(self, run: TaskRun) -> "Tasks":
        """The tasks with one that has begun, or as it stands now."""
        others = (each for each in self.last if each.number != run.number)
        due = tuple(each for each in self.due if each.id != run.due.id)
        return Tasks((run, *others)[:KEPT], due)


NO_TASKS = Tasks()
