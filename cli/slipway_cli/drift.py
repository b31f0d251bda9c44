"""`slipway drift`: baselines, checks and reports from files, without AWS."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from slipway_drift.checks.constraints_reading import read_constraints
from slipway_drift.diagnosis.trend import trends
from slipway_drift.doctor.about import answers_in
from slipway_drift.doctor.subject import Head
from slipway_drift.documents import CONSTRAINTS, SUMMARY, parse, parse_bytes
from slipway_drift.engine import report as write_report
from slipway_drift.errors import DriftError
from slipway_drift.report.page import MOST_WINDOWS
from slipway_drift.statistics.profile import Profile
from slipway_drift.summary.reading import is_current
from slipway_drift.summary.telling import explained
from slipway_drift.windows import about, baseline_files, check_window

from slipway_cli.drift_doctor import outputs_of, show_about
from slipway_cli.drift_files import baseline_in, console, refusals, save, window_of
from slipway_cli.drift_quality import quality
from slipway_cli.drift_reading import By, Reading, read

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slipway_drift.results import Checked

app = typer.Typer(
    no_args_is_help=True, help="Baselines, drift checks and reports from files, without AWS."
)

WORST: Final = ("violations", "blind", "no data", "too little data", "no drift")

Data = Annotated[list[Path], typer.Argument(help="Files, or folders of files.", exists=True)]
Output = Annotated[Path, typer.Option("--output", "-o", help="The folder to write to.")]
Header = Annotated[bool, typer.Option(help="Whether a CSV's first row names its columns.")]
Format = Annotated[
    str, typer.Option("--format", help="csv, json, jsonl, parquet or capture; else the suffix.")
]
Outputs = Annotated[
    str, typer.Option(help="The model's answers: first, last, none, or names with commas between.")
]
Preprocess = Annotated[
    Path | None,
    typer.Option(help="A script with a preprocess_handler for captured records.", dir_okay=False),
]


@app.command()
def baseline(
    data: Data,
    output: Output,
    header: Header = True,  # noqa: FBT002 - typer's way of a flag
    kind: Format = "",
    preprocess: Preprocess = None,
    outputs: Outputs = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print what was found as JSON.")] = False,  # noqa: FBT002
) -> None:
    """Write statistics.json and constraints.json for DATA, and say what is wrong with it."""
    with refusals():
        reading, head = Reading(kind, header, script_in(preprocess)), Head()
        held = read(data, output, reading, head=head).get("", Profile())
        files = {**baseline_files(held, {}), **about(held, head, outputs_of(outputs))}
        save(output, files)
    console.print(f"{held.item_count:,} rows, {len(held.columns)} columns → [b]{output}[/b]")
    show_about(files, as_json=as_json)


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
    by: Annotated[By | None, typer.Option(help="Judge each variant or model apart.")] = None,
    preprocess: Preprocess = None,
) -> None:
    """Compare DATA with a baseline; leave with 1 where constraints are violated."""
    found: dict[str, Checked] = {}
    with refusals():
        known = baseline_in(baseline)
        asked = read_constraints(parse(known, CONSTRAINTS))
        script, answers = script_in(preprocess), answers_in(known)
        reading = Reading(kind, header, script, by, asked.names, answers)
        title = ", ".join(path.name for path in data[:3])
        for group, held in (read(data, output, reading, asked.domains) or {"": Profile()}).items():
            found[group] = check_window(
                held,
                known,
                title=f"{title}, {by} {group}" if by else title,
                window=window or window_of(data),
                limits={"minimum_rows": minimum_rows},
            )
            files = found[group].files
            page = write_report(files, known, title="", window="")
            save(output / group, {**files, "report.html": page})
    tell(found, output)


def tell(found: Mapping[str, Checked], output: Path) -> None:
    """Say what each group came to, the worst first; leave with 1 for violations, and where too
    much could not be read to say that there are none."""
    ranked = sorted(found, key=lambda group: WORST.index(found[group].state))
    for group in ranked:
        name = f"{group}: " if group else ""
        console.print(f"{name}{found[group].state}: [b]{output / group / 'report.html'}[/b]")
        for line in explained(parse(found[group].files, SUMMARY)):
            console.print(line, markup=False, highlight=False)
    if found[ranked[0]].state in ("violations", "blind"):
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
    windows = [parse_bytes(content, SUMMARY) for content in (*earlier, newest)]
    for slow in trends([window for window in windows if is_current(window)][-MOST_WINDOWS:]):
        text = f"{slow.columns[0]}: {slow.cause}. {slow.evidence}"
        console.print(text, markup=False, highlight=False)


app.command()(quality)


def script_in(path: Path | None) -> str:
    """Read a preprocessor's script; none is an empty one."""
    try:
        return path.read_text(encoding="utf-8") if path else ""
    except UnicodeDecodeError as error:
        raise DriftError(f"{path} is not UTF-8: is it a Python script?") from error
