"""Fargate in memory: tasks that run until somebody ends them."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from slipway.domain.errors import Refused
from slipway.domain.task import Program, Sight

CLUSTER = "arn:aws:ecs:eu-west-1:111122223333:task/slipway-tasks"
SAID = "Essential container in task exited"


@dataclass
class MemoryFargate:
    """Implements task_ports.Fargate: a command of one number ends with that exit code."""

    begun: Callable[[str], None] = lambda _: None
    network: bool = True
    refuses: str = ""
    programs: dict[str, Program] = field(default_factory=dict)
    active: set[str] = field(default_factory=set)
    tokens: dict[str, str] = field(default_factory=dict)  # the task of each
    asked: dict[str, str] = field(default_factory=dict)  # the definition of each task
    tasks: dict[str, Sight] = field(default_factory=dict)

    def has_network(self) -> bool:
        return self.network

    def find(self, arn: str) -> Sight | None:
        return self.tasks.get(arn)

    def started(self, token: str) -> str:
        return self.tokens.get(token, "")

    def define(self, family: str, program: Program) -> str:
        arn = f"{family}:{len(self.programs) + 1}"
        self.programs[arn] = program
        self.active.add(arn)
        return arn

    def start(self, definition: str, token: str) -> str:
        if self.refuses or definition not in self.active:
            raise Refused(self.refuses or "TaskDefinition is inactive")
        if token in self.tokens:
            assert self.asked[self.tokens[token]] == definition, "ECS: ConflictException"
            return self.tokens[token]
        arn = self.tokens[token] = f"{CLUSTER}/{len(self.tasks) + 1}"
        self.tasks[arn], self.asked[arn] = Sight(arn, "RUNNING"), definition
        self.begun(arn)
        return arn

    def stop(self, arn: str, reason: str) -> None:
        if not self.tasks[arn].is_over:
            self.tasks[arn] = replace(self.tasks[arn], reason=reason, stopping=True)

    def retire(self, family: str) -> None:
        self.active = {arn for arn in self.active if not arn.startswith(f"{family}:")}

    def lines(self, family: str, arn: str) -> list[str]:
        return [f"{family} {arn}"]

    def finish(self, arn: str) -> None:
        """Let a task come to its end."""
        seen = self.tasks[arn]
        if seen.is_over:
            return
        words = self.programs[self.asked[arn]].command
        code = 137 if seen.stopping else int(words[0]) if words else 0
        self.tasks[arn] = Sight(arn, "STOPPED", code, seen.reason or SAID, 1.0, stopping=True)
