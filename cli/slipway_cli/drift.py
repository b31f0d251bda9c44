"""`slipway drift`: baselines, checks and reports from files, without AWS."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from slipway_drift.beyond import Limits, judge
from slipway_drift.check import check as check_profile
from slipway_drift.constraints_reading import read_constraints
from slipway_drift.datasets import read_dataset
from slipway_drift.errors import DriftError
from slipway_drift.jackson import write
from slipway_drift.profile import profile
from slipway_drift.report import report as write_report
from slipway_drift.statistics import read_statistics, statistics
from slipway_drift.suggest import suggest
from slipway_drift.summary import read_summary, summary
from slipway_drift.violations import violations_document

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from slipway_drift.jackson import Document
    from slipway_drift.profile import Domains, Profile
    from slipway_drift.rows import Batch, Rejection
    from slipway_drift.violations import Violation

app = typer.Typer(
    no_args_is_help=True, help="Baselines, drift checks and reports from files, without AWS."
)
console = Console(stderr=True)

SUMMARY: Final = "slipway_drift.json"
VIOLATIONS: Final = "constraint_violations.json"
SUFFIXES: Final = {".csv", ".json", ".jsonl", ".ndjson", ".parquet"}
HOUR: Final = re.compile(r"(\d{4})/(\d{2})/(\d{2})/(\d{2})(?=/|$)")

Data = Annotated[list[Path], typer.Argument(help="Files, or folders of files.", exists=True)]
Output = Annotated[Path, typer.Option("--output", "-o", help="The folder to write to.")]
Header = Annotated[bool, typer.Option(help="Whether a CSV's first row names its columns.")]
Format = Annotated[
    str, typer.Option("--format", help="csv, json, jsonl, parquet or capture; else the suffix.")
]


@app.command()
def baseline(data: Data, output: Output, header: Header = True, kind: Format = "") -> None:  # noqa: FBT002 - typer's way of a flag
    """Write statistics.json and constraints.json for DATA."""
    with refusals():
        held = profiled(data, output, kind, header=header)
        if not held.item_count:
            raise DriftError("the baseline has no rows")
        save(output / "statistics.json", statistics(held))
        save(output / "constraints.json", suggest(held).document())
    console.print(f"{held.item_count:,} rows, {len(held.columns)} columns → [b]{output}[/b]")


@app.command()
def check(
    data: Data,
    output: Output,
    baseline: Annotated[
        Path, typer.Option(help="The folder of a baseline's two files.", exists=True)
    ],
    header: Header = True,  # noqa: FBT002 - typer's way of a flag
    kind: Format = "",
    window: Annotated[str, typer.Option(help="What to call this window in the report.")] = "",
    minimum_rows: Annotated[int, typer.Option(min=1, help="Fewer are too few to judge.")] = 30,
) -> None:
    """Compare DATA with a baseline; leave with 1 where constraints are violated."""
    with refusals():
        constraints = read_constraints(load(baseline / "constraints.json"))
        known = read_statistics(load(baseline / "statistics.json"))
        held = profiled(data, output, kind, header=header, domains=constraints.domains)
        checked = check_profile(held, constraints, known)
        judged = judge(checked, held, constraints, Limits(minimum_rows=minimum_rows))
        title = ", ".join(path.name for path in data[:3])
        summed = summary(title, window or window_of(data), held, checked, judged)
        named = held.renamed(constraints.names)
        save(output / "statistics.json", statistics(named))
        save(output / "constraints.json", suggest(named, constraints.config).document())
        save_violations(output / VIOLATIONS, checked.violations)
        save_violations(output / "slipway_violations.json", judged.violations)
        save(output / SUMMARY, summed)
        (output / "report.html").write_bytes(write_report(summed))
    console.print(f"{judged.state}: [b]{output / 'report.html'}[/b]")
    if judged.state == "violations":
        raise typer.Exit(1)


@app.command()
def report(
    directory: Annotated[Path, typer.Argument(help="The folder of one check, or of many.")],
) -> None:
    """Write report.html anew for the newest check in DIRECTORY, with the trend of the others."""
    with refusals():
        found = sorted(directory.rglob(SUMMARY))
        if not found:
            raise DriftError(f"{directory} holds no {SUMMARY}: run `slipway drift check` first")
        windows = [read_summary(load(path)) for path in found]
        page = directory / "report.html"
        page.write_bytes(write_report(windows[-1], windows[:-1]))
    console.print(f"{len(windows)} windows → [b]{page}[/b]")


def profiled(
    data: list[Path], output: Path, kind: str, *, header: bool, domains: Domains = ()
) -> Profile:
    """Profile all files as one dataset, and keep what is rejected in rejected.jsonl."""
    output.mkdir(parents=True, exist_ok=True)
    rejected: list[Rejection] = []
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description} {task.fields[rows]:,} rows"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    ) as progress:
        batches = read_all(files_in(data), kind, progress, header=header)
        held = profile(batches, domains=domains, keep=rejected.append)
    save_rejected(output / "rejected.jsonl", rejected)
    return held


def read_all(files: list[Path], kind: str, progress: Progress, *, header: bool) -> Iterator[Batch]:
    task = progress.add_task("reading", total=None, rows=0)
    rows = 0
    for path in files:
        progress.update(task, description=path.name)
        with path.open("rb") as stream:
            for batch in read_dataset(stream, path.name, kind or None, header=header):
                rows += len(batch.frame)
                progress.update(task, rows=rows)
                yield batch


def files_in(data: list[Path]) -> list[Path]:
    """List the files, those of folders in the order of their names."""
    files: list[Path] = []
    for path in data:
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        files += [p for p in inside if p.is_file() and (p.suffix in SUFFIXES or p == path)]
    if not files:
        raise DriftError(f"no .csv, .json, .jsonl or .parquet files in {', '.join(map(str, data))}")
    return files


def window_of(data: list[Path]) -> str:
    """Name the window by the hours of its capture files, else by its files."""
    hours = [m.groups() for path in files_in(data) if (m := HOUR.search(path.as_posix()))]
    if not hours:
        return data[-1].name
    first, last = min(hours), max(hours)
    start = "{}-{}-{} {}:00".format(*first)
    return f"{start} UTC" if first == last else f"{start} to " + "{}-{}-{} {}:59 UTC".format(*last)


def load(path: Path) -> Any:  # noqa: ANN401 - any JSON may stand in a file
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise DriftError(f"{path} is missing") from error
    except ValueError as error:
        raise DriftError(f"{path} is not JSON: {error}") from error


def save(path: Path, document: Document | Mapping[str, Any]) -> None:
    path.write_bytes(write(document))


def save_violations(path: Path, violations: Sequence[Violation]) -> None:
    """Write the file, or remove an old one: without violations there is none."""
    if violations:
        save(path, violations_document(violations))
    else:
        path.unlink(missing_ok=True)


def save_rejected(path: Path, rejected: list[Rejection]) -> None:
    if not rejected:
        path.unlink(missing_ok=True)
        return
    lines = [json.dumps({"reason": r.reason, "where": r.where, "text": r.text}) for r in rejected]
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    console.print(f"{len(rejected):,} records rejected → [b]{path}[/b]")


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what the engine refuses into one line and exit code 2."""
    try:
        yield
    except (DriftError, OSError) as error:
        console.print(f"[red]{error}[/red]", highlight=False)
        raise typer.Exit(2) from error
