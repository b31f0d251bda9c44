"""The probes that a release sends: the manifest's, or its own from what is known."""

import base64
import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO, TypeVar

from slipway.domain.desired import Artifact, Desired, Expectation
from slipway.domain.plan.batch import OF_LINES, kind_of_file
from slipway.domain.probed import PROBE, Origin, Source
from slipway.ports import Ports, Request

FILES, OF_A_FILE, HANDFUL = 6, 16, 5  # of the last captures
LARGEST = 1 << 20  # bytes of a line; longer ones are no examples to repeat
ROW = 1 << 16  # bytes in which the first rows of a file are
SAMPLED = 20  # of them are a sample
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Probe:
    """A request, where it comes from, and what must hold of its reply.

    Without `expect` it has to be answered as the version before answered it. `sure` says that a
    version that does not answer it is broken, whatever any other version did.
    """

    origin: Origin
    request: Request
    expect: Expectation | None = None
    within: float | None = None
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """How wide a row of numbers is that a version reads, if that is known, and whether one that
    does not read it is broken."""

    width: int | None = None
    sure: bool = False


def probes(
    ports: Ports, endpoint: str, desired: Desired, row: Row, sent: Sequence[Origin] | None
) -> list[Probe]:
    """What to ask, by what there is: the manifest's probes; else captured requests and the golden
    request; else a row of the baseline data; else a row of zeros.

    `sent` is what another version was asked; then the same captured requests are sent again.
    """
    if desired.policy.probes:
        return manifest_probes(desired)
    if desired.is_batch:
        own = golden(ports, desired) or of_input(ports, desired, sent)
    else:
        captures = captured(ports, endpoint) if sent is None else again(ports, sent)
        own = [*captures, *golden(ports, desired)]
    return own or of_baseline(ports, desired, row) or zeros(row)


def manifest_probes(desired: Desired) -> list[Probe]:
    return [
        Probe(
            Origin(Source.MANIFEST, number=number),
            Request(probe.body.encode(), probe.content_type, probe.accept or probe.content_type),
            probe.expect,
            probe.within,
        )
        for number, probe in enumerate(desired.policy.probes, start=1)
    ]


def golden(ports: Ports, desired: Desired) -> list[Probe]:
    """The request that was uploaded beside the model."""
    file = desired.request
    if file is None:
        return []
    kind = kind_of_file(file.key) or "application/octet-stream"
    body = b"".join(ports.uploaded.read(file))
    origin = Origin(Source.SAMPLE, file.key, file.version_id)
    return [Probe(origin, Request(body, kind))]


def of_input(ports: Ports, desired: Desired, sent: Sequence[Origin] | None) -> list[Probe]:
    """The first lines of what a batch deployment will answer: of what was `sent` before, else of
    what was uploaded last."""
    before = next((origin.key for origin in sent or () if origin.source == Source.INPUT), "")
    found = ports.batches.head(desired.deployment, ROW, before)
    if found is None:
        return []
    key, head = found
    kind, body = kind_of_file(key) or "text/csv", _sample(key, head)
    return [Probe(Origin(Source.INPUT, key), Request(body, kind, kind))] if body else []


def _sample(key: str, head: bytes) -> bytes:
    """The first whole records of an object, or all of it; nothing of what cannot be cut."""
    if key.endswith(".gz"):
        return b""
    if kind_of_file(key) not in (None, *OF_LINES):
        return head if len(head) < ROW else b""
    lines = head.splitlines(keepends=True)
    whole = lines if len(head) < ROW else lines[:-1]
    return b"".join(whole[:SAMPLED])


def zeros(row: Row) -> list[Probe]:
    """A row of the width that is known, enough to see that the model was loaded: as CSV, and as
    the JSON that scripts of people's own mostly take."""
    if not row.width:
        return []
    body = ",".join(["0"] * row.width)
    kinds = {"text/csv": body, "application/json": f'{{"instances": [[{body}]]}}'}
    return [
        Probe(
            Origin(Source.GUESS, kind, number=row.width),
            Request(text.encode(), kind, kind),
            sure=row.sure and kind == "text/csv",
        )
        for kind, text in kinds.items()
    ]


def of_baseline(ports: Ports, desired: Desired, row: Row) -> list[Probe]:
    """The first row of baseline.csv without the model's own answers, which stand first in it where
    the manifest does not say otherwise."""
    data = desired.baseline
    if data is None or not data.key.endswith(".csv"):
        return []
    header = desired.policy.monitor is None or desired.policy.monitor.header
    cells = _cells(ports, data, number=1 if header else 0)
    kept = cells if len(cells) == row.width else _inputs(ports, data, desired, cells)
    if not kept:
        return []
    said = io.StringIO()
    csv.writer(said, lineterminator="").writerow(kept)
    origin = Origin(Source.BASELINE, data.key, data.version_id)
    request = Request(said.getvalue().encode(), "text/csv", "text/csv")
    return [Probe(origin, request, sure=row.sure and len(kept) == row.width)]


def _inputs(ports: Ports, data: Artifact, desired: Desired, cells: list[str]) -> list[str]:
    """The cells that are no answers."""
    outputs = desired.policy.monitor.outputs if desired.policy.monitor else ()
    places = {(): cells[1:], ("first",): cells[1:], ("last",): cells[:-1], ("none",): cells}
    if outputs in places:
        return places[outputs]
    names = _cells(ports, data, number=0)
    return [cell for name, cell in zip(names, cells, strict=False) if name not in outputs]


def _cells(ports: Ports, data: Artifact, *, number: int) -> list[str]:
    head = _head(ports.uploaded.read(data), ROW).decode("utf-8", "replace")
    rows = csv.reader(head.splitlines())
    return next(islice((row for row in rows if row), number, None), [])


def _head(chunks: Iterable[bytes], size: int) -> bytes:
    head = b""
    for chunk in chunks:
        head += chunk
        if len(head) >= size:
            break
    return head[:size]


def captured(ports: Ports, endpoint: str) -> list[Probe]:
    """A handful of captured requests, spread over what was asked: over the last files, and over
    the content types in them."""
    keys = ports.monitored.latest(endpoint, FILES)
    found = [
        _captured(key, number, line)
        for key, stream in ports.monitored.open(keys)
        for number, line in thinned(enumerate(_lines(stream), start=1), OF_A_FILE)
    ]
    return spread([probe for probe in found if probe], HANDFUL)


def again(ports: Ports, origins: Sequence[Origin]) -> list[Probe]:
    """The captured requests that were sent before, read once more."""
    wanted = [origin for origin in origins if origin.source == Source.CAPTURE]
    keys = sorted({origin.key for origin in wanted})
    return [
        probe
        for key, stream in ports.monitored.open(keys)
        for number, line in enumerate(_lines(stream), start=1)
        if Origin(Source.CAPTURE, key, number=number) in wanted
        and (probe := _captured(key, number, line))
    ]


def thinned(found: Iterable[Item], most: int) -> list[Item]:
    """At most `most` of however many there are, evenly, without keeping more at any time."""
    kept: list[Item] = []
    step = 1
    for place, item in enumerate(found):
        if place % step == 0:
            kept.append(item)
        if len(kept) > most:
            kept, step = kept[::2], step * 2
    return kept


def spread(found: Sequence[Probe], most: int) -> list[Probe]:
    """At most `most` of them: of each content type in turn, evenly from its first to its last."""
    kinds: dict[str, list[Probe]] = {}
    for probe in found:
        kinds.setdefault(probe.request.content_type, []).append(probe)
    share, more = divmod(most, len(kinds) or 1)
    counts = [share + (place < more) for place in range(len(kinds))]
    picked = (_evenly(kind, n) for kind, n in zip(kinds.values(), counts, strict=True))
    return [probe for some in picked for probe in some]


def _evenly(found: Sequence[Probe], count: int) -> list[Probe]:
    step = max(1, len(found) / count) if count else 1
    return [found[int(place * step)] for place in range(min(count, len(found)))]


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    """The lines of a capture file; those too long to be repeated are empty."""
    rest = b""
    while chunk := stream.read(LARGEST):
        *lines, rest = (rest + chunk).split(b"\n")
        yield from (line if len(line) <= LARGEST else b"" for line in lines)
        rest = rest[: LARGEST + 1]
    if rest:
        yield rest if len(rest) <= LARGEST else b""


def _captured(key: str, number: int, line: bytes) -> Probe | None:
    """The request of a record; None for a line that is none, whose request was not kept, or
    that a probe left."""
    try:
        record = json.loads(line)
        data, about = record["captureData"], record.get("eventMetadata") or {}
        if about.get("inferenceId") == PROBE:
            return None
        asked, answered = data["endpointInput"], data.get("endpointOutput") or {}
        body = _body(asked)
        kinds = _kind(asked) or "text/csv", _kind(answered)
    except (ValueError, LookupError, TypeError, AttributeError):
        return None
    origin = Origin(Source.CAPTURE, key, number=number)
    return Probe(origin, Request(body, *kinds), sure=False)


def _kind(side: dict[str, str]) -> str | None:
    return side.get("observedContentType", "").partition(";")[0].strip() or None


def _body(side: dict[str, str]) -> bytes:
    plain = side["encoding"] != "BASE64"
    return side["data"].encode() if plain else base64.b64decode(side["data"])
