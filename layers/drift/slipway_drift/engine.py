"""The drift engine's door: files in, files out, in plain types.

`findings`, `told` and `report` load no data frames, so that a function that only tells of a
window starts quickly; `baseline`, `profile` and `check` load them when they are called. Whatever
cannot be judged raises DriftError.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from slipway_drift.doctor.about import told_of
from slipway_drift.documents import SUMMARY, parse_bytes
from slipway_drift.errors import DriftError
from slipway_drift.metrics import Metric
from slipway_drift.report.page import report as written
from slipway_drift.results import Checked, Files, Finding, Shard
from slipway_drift.summary import findings as finding
from slipway_drift.summary import telling
from slipway_drift.summary.reading import is_current, read_summary, remembered

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import BinaryIO

__all__ = [
    "Checked", "DriftError", "Files", "Finding", "Metric", "Shard",
    "baseline", "check", "examined", "findings", "profile", "report", "state", "summary_of", "told",
]  # fmt: skip

DAMAGED: Final = f"{SUMMARY}: the document is damaged"
NONE: Final[Mapping[str, Any]] = MappingProxyType({})


def baseline(
    stream: BinaryIO,
    name: str,
    *,
    header: bool = True,
    config: Mapping[str, object] = NONE,
    outputs: Sequence[str] = (),
) -> Files:
    """Write statistics.json and constraints.json of a dataset, and slipway_baseline.json: where
    the model's answers are, and what is wrong with the rows.

    The suffix of `name` says what `stream` is: .csv (`header`: its first row names the columns),
    .json, .jsonl (plain or capture) or .parquet; it must be able to seek. `config` sets keys of
    the file's monitoring_config by their names alone, such as `comparison_threshold`: 0.2.
    `outputs` says which columns are answers: first, last, none, or their names; without it names
    such as `prediction` or `target` do. Raise DriftError where there are no rows, or a key or value
    is not known.
    """
    from slipway_drift.rows.datasets import read_dataset
    from slipway_drift.windows import examined as written_and_examined

    rows = read_dataset(stream, name, header=header)
    return written_and_examined(rows, config, outputs=outputs)


def examined(baseline: Files) -> str:
    """Tell what is wrong with a baseline, a line each; nothing where nothing is."""
    return told_of(baseline)


def profile(captures: Iterable[tuple[str, BinaryIO]], baseline: Files) -> Shard:
    """Profile one shard of a window: capture files by name, in constant memory.

    Streams are read once, in order, by `read` alone (Parquet's must be able to seek); each may be
    closed when the next one is asked for.

    Files named .csv, .json or .parquet are read as datasets (a CSV's first row is its header),
    all others as data capture. CSV pairs with the baseline's columns by position, JSON by name.
    Shards of one window may be profiled anywhere and in any order; `check` merges them.
    """
    from slipway_drift.windows import shard_of

    return shard_of(captures, baseline)


def check(
    shards: Iterable[bytes | Mapping[str, Any]],
    baseline: Files,
    *,
    title: str,
    window: str,
    limits: Mapping[str, float] = NONE,
) -> Checked:
    """Merge a window's shards (`Shard.profile`, or parsed), check them, and judge.

    The files are statistics.json, constraints.json and slipway_drift.json; where there are
    violations also constraint_violations.json (Model Monitor's checks) and
    slipway_violations.json (Slipway's own). `limits` sets Slipway's own: `minimum_rows`, `ks`,
    `psi` and so on (see `beyond.Limits`). No shards, or shards without rows, are `no data`.
    """
    from slipway_drift.windows import check_window, merged

    return check_window(merged(shards), baseline, title=title, window=window, limits=limits)


def findings(files: Files) -> tuple[Finding, ...]:
    """List every violation in constraint_violations.json and slipway_violations.json.

    Whoever wrote them: data quality names a feature, bias its facet, model quality none. Other
    files are not looked at. Raise DriftError where one is no JSON, or larger than 16 MiB.
    """
    return finding.findings(files)


def state(files: Files) -> str:
    """What a window amounts to: slipway_drift.json says it; without one, whether there are
    violations."""
    if SUMMARY not in files:
        return "violations" if findings(files) else "no drift"
    with damage_told(DAMAGED):
        return str(read_summary(parse_bytes(files[SUMMARY], SUMMARY))["state"])


def told(files: Files, since: str = "") -> str:
    """Tell of a window in plain text, at most 12 lines: the verdict, then the worst first.

    `since` says in words when the violations began. Without slipway_drift.json the text is made
    of the violations alone.
    """
    with damage_told(DAMAGED):
        return telling.told(files, since)


def report(
    files: Files,
    baseline: Files,
    history: Iterable[bytes] = (),
    *,
    title: str,
    window: str,
) -> bytes:
    """Write report.html: UTF-8, self-contained, without script.

    With slipway_drift.json among the files the page is of that document, under its own title and
    window; without it `summary_of` makes one. `history` holds earlier slipway_drift.json
    documents, oldest first; those that are damaged, or of another version of Slipway, are left out
    of the trend. It is gone through once, and one document at a time is held: a generator may read
    them.
    """
    current = (
        files[SUMMARY]
        if SUMMARY in files
        else summary_of(files, baseline, title=title, window=window)
    )
    with damage_told(DAMAGED):
        past = [remembered(held) for held in readable(history)]
        return written(read_summary(parse_bytes(current, SUMMARY)), past)


def summary_of(files: Files, baseline: Files, *, title: str, window: str) -> bytes:
    """Write the slipway_drift.json of a window that another engine checked.

    From its statistics.json and constraint_violations.json and the baseline's two files, as far
    as they are there: constraint_violations.json alone is enough for a page.
    """
    from slipway_drift.jackson import write
    from slipway_drift.summary.foreign import foreign_summary

    with damage_told("a file is not in Model Monitor's shape"):
        return write(foreign_summary(files, baseline, title=title, window=window))


def readable(history: Iterable[bytes]) -> Iterator[Mapping[str, Any]]:
    """The earlier documents that can be read, one after the other."""
    for earlier in history:
        with suppress(DriftError):
            held = parse_bytes(earlier, SUMMARY)
            if isinstance(held, dict) and is_current(held):
                yield held


@contextmanager
def damage_told(what: str) -> Iterator[None]:
    """Turn whatever a document's unforeseen shape leads to into a DriftError."""
    try:
        yield
    except DriftError:
        raise
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise DriftError(f"{what}: {error!r}") from error
