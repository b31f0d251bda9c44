"""`slipway drift`: baselines, checks and reports from files, without AWS."""

from __future__ import annotations

import re
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from slipway_drift.constraints_reading import read_constraints
from slipway_drift.datasets import read_dataset
from slipway_drift.documents import CONSTRAINTS, OWN_VIOLATIONS, SUMMARY, VIOLATIONS, parse
from slipway_drift.engine import report as write_report
from slipway_drift.errors import DriftError
from slipway_drift.profile import profile
from slipway_drift.windows import baseline_files, check_window, rejected_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway_drift.profile import Domains, Profile
    from slipway_drift.results import Files
    from slipway_drift.rows import Batch, Rejection

app = typer.Typer(
    no_args_is_help=True, help="Baselines, drift checks and reports from files, without AWS."
)
console = Console(stderr=True)

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
        save(output, baseline_files(held, {}))
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
        known = {path.name: path.read_bytes() for path in baseline.glob("*.json")}
        domains = read_constraints(parse(known, CONSTRAINTS)).domains
        held = profiled(data, output, kind, header=header, domains=domains)
        checked = check_window(
            held,
            known,
            title=", ".join(path.name for path in data[:3]),
            window=window or window_of(data),
            limits={"minimum_rows": minimum_rows},
        )
        page = write_report(checked.files, known, title="", window="")
        save(output, {**checked.files, "report.html": page})
    console.print(f"{checked.state}: [b]{output / 'report.html'}[/b]")
    if checked.state == "violations":
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
        page = directory / "report.html"
        *earlier, newest = [path.read_bytes() for path in found]
        page.write_bytes(write_report({SUMMARY: newest}, {}, earlier, title="", window=""))
    console.print(f"{len(found)} windows → [b]{page}[/b]")


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
                yield batch.within(path.name)


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


def save(folder: Path, files: Files) -> None:
    """Write the files; those of violations go where there are none any more."""
    for name in (VIOLATIONS, OWN_VIOLATIONS):
        (folder / name).unlink(missing_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


def save_rejected(path: Path, rejected: list[Rejection]) -> None:
    if not rejected:
        path.unlink(missing_ok=True)
        return
    path.write_bytes(rejected_lines(rejected))
    console.print(f"{len(rejected):,} records rejected → [b]{path}[/b]")


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what the engine refuses into one line and exit code 2."""
    try:
        yield
    except (DriftError, OSError) as error:
        console.print(f"[red]{error}[/red]", highlight=False)
        raise typer.Exit(2) from error
