"""What containers print comes into the endpoint's log group, whole lines, each of them once."""

from __future__ import annotations

from collections import defaultdict
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from slipway_local.sagemaker.fleets import Program
from slipway_local.sagemaker.logs import TRANSFORMS, Logs
from slipway_local.sagemaker.serving import Container, Health, Invocation, Reply, Usage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

GROUP = "/aws/sagemaker/Endpoints/housing"


class Printer:
    """A server that prints what it is told to."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.state = Health.STARTING

    def prints(self, text: str) -> None:
        with self.file.open("a") as file:
            file.write(text)

    def logs(self) -> list[Path]:
        return [self.file]

    def health(self) -> Health:
        return self.state

    def failure(self) -> str:
        return ""

    def invoke(self, invocation: Invocation, *, timeout: float) -> Reply:
        raise NotImplementedError

    def execution_parameters(self, *, timeout: float) -> Reply:
        raise NotImplementedError

    def usage(self) -> Usage:
        return Usage()

    def stop(self) -> None:
        self.state = Health.FAILED


class Written:
    """The log group."""

    def __init__(self) -> None:
        self.lines: dict[tuple[str, str], list[str]] = defaultdict(list)

    def __call__(self, group: str, stream: str, lines: Sequence[str]) -> None:
        self.lines[group, stream] += lines


def endpoint(*servers: Printer) -> Any:  # noqa: ANN401 - as much of one as is looked at
    """An endpoint of one variant, whose containers run in a row."""
    program = Program("model", [Container("image", None, {}) for _ in servers])
    variant = SimpleNamespace(name="AllTraffic", servers=[*servers], program=program)
    fleet = SimpleNamespace(variants=[variant])
    return SimpleNamespace(name="housing", fleets=lambda: [fleet])


@pytest.fixture
def printer(tmp_path: Path) -> Printer:
    return Printer(tmp_path / "a.log")


def test_lines_come_once_and_whole(printer: Printer) -> None:
    written = Written()
    logs, serving = Logs(written), [endpoint(printer)]
    logs.notice(serving)
    logs.ship()
    assert not written.lines
    printer.prints("one\ntw")
    logs.ship()
    logs.notice(serving)
    printer.prints("o\n")
    logs.ship()
    logs.ship()
    [((group, stream), lines)] = written.lines.items()
    assert (group, stream.rpartition("-")[0]) == (GROUP, "AllTraffic/i")
    assert lines == ["one", "two"]


def test_the_last_words_of_a_container_that_is_gone_are_kept(printer: Printer) -> None:
    written = Written()
    logs = Logs(written)
    logs.notice([endpoint(printer)])
    printer.prints("Traceback")
    printer.stop()
    logs.notice([])
    logs.ship()
    logs.ship()
    assert [*written.lines.values()] == [["Traceback"]]


def test_a_failed_container_that_stays_is_not_told_twice(printer: Printer) -> None:
    written = Written()
    logs, serving = Logs(written), [endpoint(printer)]
    printer.prints("no\n")
    printer.stop()
    for _ in range(4):
        logs.notice(serving)
        logs.ship()
    assert [*written.lines.values()] == [["no"]]


def test_the_containers_of_a_pipeline_have_streams_of_their_own(tmp_path: Path) -> None:
    written = Written()
    logs, pair = Logs(written), [Printer(tmp_path / "a.log"), Printer(tmp_path / "b.log")]
    logs.notice([endpoint(*pair)])
    for printer in pair:
        printer.prints("hi\n")
    logs.ship()
    ends = sorted(stream.rpartition("/")[2] for _, stream in written.lines)
    assert ends == ["container-1", "container-2"]


def test_a_transform_job_says_what_its_streams_are_called(printer: Printer) -> None:
    written = Written()
    logs = Logs(written)
    run = SimpleNamespace(labels=["primary"], servers=[printer])
    job: Any = SimpleNamespace(name="nightly", instance="i-0123", run=run, ended=None)
    logs.notice([], [job])
    printer.prints("hi\n")
    job.ended = 1.0
    logs.notice([], [job])
    logs.ship()
    assert dict(written.lines) == {(TRANSFORMS, "nightly/i-0123"): ["hi"]}
