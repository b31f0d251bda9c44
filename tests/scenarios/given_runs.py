"""What is given of the runs of a batch deployment, as the tables write it."""

from collections.abc import Callable
from typing import Any

from slipway.domain.batch import Arrived, Batch, Due, Job, JobStatus, Run, Runs

Given = dict[str, Any]


def batch(given: Given) -> Batch | None:
    """Where the target is one: whether uploads are run, and its schedule."""
    if given.get("kind") != "batch":
        return None
    return Batch(on_upload="every" not in given, expression=given.get("every", ""))


def runs(given: Given, config: Callable[[str], str]) -> Runs:
    """The newest run, if there is one, and what is due."""
    row = given.get("run")
    due = tuple(Due(name, f"somebody asked for {name}") for name in given.get("due", []))
    return Runs((_run(row, config),) if row is not None else (), due)


def _run(row: Given, config: Callable[[str], str]) -> Run:
    status = JobStatus(row["status"]) if "status" in row else None
    return Run(
        number=row.get("number", 1),
        due=Due("last", "it was"),
        config=config(row.get("of", "wanted")),
        version="version 1",
        job="a-job",
        input="s3://bucket/batches/housing/runs/1/input.manifest",
        output="s3://bucket/batches/housing/out/1/",
        seen="",
        first="a.csv",
        objects=1,
        at=100.0,
        status=status,
        told=row.get("told", False),
    )


def job(given: Given) -> Job | None:
    return Job(JobStatus(given["job"])) if "job" in given else None


def arrived(given: Given) -> Arrived | None:
    count = given.get("arrived", 0)
    return Arrived("what-arrived", count, "a.csv") if count else None
