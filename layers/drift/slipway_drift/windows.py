"""From data to files: a baseline, a shard of a window, a window checked."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, Final

from slipway_drift.checks.beyond import judge
from slipway_drift.checks.check import check
from slipway_drift.checks.constraints_reading import read_constraints, read_settings
from slipway_drift.checks.limits import Limits
from slipway_drift.checks.suggest import suggest
from slipway_drift.checks.violations import violations_document
from slipway_drift.diagnosis.diagnose import diagnose, settle
from slipway_drift.diagnosis.diagnosis import Explanation
from slipway_drift.diagnosis.scene import Scene
from slipway_drift.doctor.about import about_document, answers_in
from slipway_drift.doctor.examine import examine
from slipway_drift.doctor.subject import Head, Subject
from slipway_drift.documents import (
    ABOUT,
    CONSTRAINTS,
    OWN_VIOLATIONS,
    STATISTICS,
    SUMMARY,
    VIOLATIONS,
    parse,
    parse_bytes,
)
from slipway_drift.errors import DriftError
from slipway_drift.jackson import write
from slipway_drift.metrics import metrics
from slipway_drift.results import Checked, Shard
from slipway_drift.rows.answers import UNKNOWN, Answers, find_answers
from slipway_drift.rows.capture import read_capture
from slipway_drift.rows.capture_record import variant_and_model
from slipway_drift.rows.datasets import read_dataset
from slipway_drift.statistics.profile import Profile, profile
from slipway_drift.statistics.profile_document import profile_document, read_profile
from slipway_drift.statistics.statistics_document import read_statistics, statistics
from slipway_drift.summary.writing import summary

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import BinaryIO

    from slipway_drift.checks.violations import Violation
    from slipway_drift.results import Files
    from slipway_drift.rows.batches import Batch, Rejection

DATASETS: Final = ("csv", "json", "parquet")


def baseline_files(held: Profile, config: Mapping[str, object]) -> Files:
    """The two files of a baseline's profile."""
    settings = read_settings(config)
    if not held.item_count:
        raise DriftError("the baseline has no rows")
    return {
        STATISTICS: write(statistics(held)),
        CONSTRAINTS: write(suggest(held, settings).document()),
    }


def examined(
    batches: Iterable[Batch],
    config: Mapping[str, object],
    *,
    outputs: Sequence[str] = (),
    head: Head | None = None,
) -> Files:
    """The two files of a baseline, and what a doctor says of it beside them."""
    head = head or Head()
    held = profile(head.watch(batches))
    return {**baseline_files(held, config), **about(held, head, outputs)}


def about(held: Profile, head: Head, outputs: Sequence[str] = ()) -> Files:
    """Which columns are the answers, and what is wrong with the baseline."""
    names = [column.name for column in held.columns]
    found = find_answers(names, outputs, [c.name for c in held.columns if c.output])
    return {ABOUT: write(about_document(found, examine(Subject(held, head.rows, found))))}


def shard_of(captures: Iterable[tuple[str, BinaryIO]], baseline: Files) -> Shard:
    """Profile files of one window, each line that is no row kept."""
    rejected: list[Rejection] = []
    constraints = read_constraints(parse(baseline, CONSTRAINTS))
    rows = rows_in(captures, constraints.names, answers_in(baseline))
    held = profile(rows, domains=constraints.domains, keep=rejected.append)
    return Shard(
        json.dumps(profile_document(held), ensure_ascii=False).encode(),
        rejected_lines(rejected),
        held.item_count,
    )


def rows_in(
    captures: Iterable[tuple[str, BinaryIO]],
    names: Sequence[str] = (),
    answers: Answers = UNKNOWN,
) -> Iterator[Batch]:
    """The rows of each file; those of captures under the baseline's `names`."""
    for name, stream in captures:
        suffix = name.rpartition(".")[2].lower()
        kind = suffix if suffix in DATASETS else "capture"
        if kind != "capture":
            yield from (batch.within(name) for batch in read_dataset(stream, name, kind))
            continue
        variant = variant_and_model(name)[0]
        for read in read_capture(stream, columns=len(names)):
            batch = replace(read, variant=variant)
            yield (batch.named(names, answers) if names else batch).within(name)


def rejected_lines(rejected: Iterable[Rejection]) -> bytes:
    """Write `rejected.jsonl`: one object a line; nothing where nothing was rejected."""
    return b"".join(json.dumps(asdict(held)).encode() + b"\n" for held in rejected)


def merged(shards: Iterable[bytes | Mapping[str, Any]]) -> Profile:
    """Join the profiles of a window's shards, in their order."""
    whole = Profile()
    for number, shard in enumerate(shards, 1):
        held = parse_bytes(shard, f"profile {number}") if isinstance(shard, bytes) else shard
        whole = whole.merge(read_profile(held))
    return whole


def check_window(
    held: Profile, baseline: Files, *, title: str, window: str, limits: Mapping[str, float]
) -> Checked:
    """Check, judge, explain, and write the files; those of violations only where there are some."""
    allowed, answers = read_limits(limits), answers_in(baseline)
    constraints = read_constraints(parse(baseline, CONSTRAINTS))
    known = read_statistics(parse(baseline, STATISTICS))
    checked = check(held, constraints, known).answering(answers.names)
    judged = judge(checked, held, constraints, allowed)
    explained = Explanation()
    if judged.state == "violations":
        told = answers.are_known
        explained = diagnose(
            Scene(checked.features, judged.holding, allowed, held.slices, answers_known=told)
        )
        judged = settle(judged, explained)
    named = held.renamed(constraints.names)
    files = {
        STATISTICS: write(statistics(named)),
        CONSTRAINTS: write(suggest(named, constraints.config).document()),
        SUMMARY: write(summary(title, window, held, checked, judged, explained)),
        **violations_files(checked.violations, judged.violations),
    }
    found = metrics(checked, judged, constraints, by_feature=allowed.by_feature)
    return Checked(judged.state, files, found)


def violations_files(theirs: Sequence[Violation], own: Sequence[Violation]) -> Files:
    """Model Monitor's findings and Slipway's own, each where there are some."""
    files = ((VIOLATIONS, theirs), (OWN_VIOLATIONS, own))
    return {name: write(violations_document(found)) for name, found in files if found}


def read_limits(limits: Mapping[str, object]) -> Limits:
    """Read limits by their names; DriftError names what is not known, or no number from 0 up."""
    usual = asdict(Limits())
    given: dict[str, Any] = {}
    for name, value in limits.items():
        if name not in usual:
            raise DriftError(f"limits: `{name}` is not known; it is one of {', '.join(usual)}")
        if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
            raise DriftError(f"limits: `{name}` is {value!r}; it must be a number from 0 up")
        given[name] = bool(value) if isinstance(usual[name], bool) else value
    return replace(Limits(), **given)
