"""Probes, sent to a version before it is called good.

What serves is asked first, before anything is deployed over it: a probe that the manifest says no
more of has to be answered as that version answered it, with a 2xx, in the same shape, and in not
much more time.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from slipway.domain import naming
from slipway.domain.desired import Desired
from slipway.domain.expect import short, unmet
from slipway.domain.probed import SEVERAL, Asked, Line, Origin, Probed, Source, limit
from slipway.domain.record import Record
from slipway.domain.shape import shape
from slipway.domain.world import Inspected, read
from slipway.ports import Ports, Reply
from slipway.requesting import Probe, Row, probes

SECONDS = 150.0  # of the function's 300: the last probe may take two times 60
LATE = 1.0  # is worth telling
UNKNOWN = "not probed: no request is known that it should answer"
GONE = 503  # what is answered for a container whose process is gone


Ask = Callable[[Probe, str], Reply]


@dataclass(slots=True)
class Asking:
    """An endpoint, or one variant of it, that is being asked, and how it answered; `before` is how
    the version did that it is held against."""

    ask: Ask
    before: Probed | None
    variant: str = ""
    asked: list[Asked] = field(default_factory=list)
    counted: list[Origin] = field(default_factory=list)

    def failure(self, probe: Probe) -> str | None:
        """Send a probe; why the reply is not as it should be."""
        origin = replace(probe.origin, variant=self.variant)
        known = self.before.answer(origin) if self.before else None
        most = limit(probe.within, known)
        reply = self._reply(probe, most)
        asked = _asked(origin, reply)
        self.asked.append(asked)
        if not (probe.expect or asked.answered or self._demands(probe, asked, known)):
            return None
        self.counted.append(probe.origin)
        text = reply.body.decode("utf-8", "replace")
        if probe.expect:
            wrong = unmet(probe.expect, reply.status, text)
        else:
            wrong = _other(asked, known, text)
        return wrong or _late(asked, most, probe)

    def _demands(self, probe: Probe, asked: Asked, known: Asked | None) -> bool:
        """Whether a version that does not answer this is broken: where the version before did, or
        where there is none to tell and the request is sure to be right."""
        if known and self.before and self.before.proven and probe.origin.source != Source.SAMPLE:
            return known.answered
        return probe.sure or asked.status == GONE

    def has_guessed(self, probe: Probe) -> bool:
        """Whether it is a guess where an earlier one was right, and no other version knew it."""
        if probe.origin.source != Source.GUESS or not self.counted:
            return False
        known = self.before.answer(probe.origin) if self.before else None
        return known is None or not known.answered

    def _reply(self, probe: Probe, most: float) -> Reply:
        """A container that has just come up may be slow once, or gone for a moment: then it is
        asked twice."""
        reply = self.ask(probe, self.variant)
        if reply.status != GONE and reply.seconds <= most:
            return reply
        second = self.ask(probe, self.variant)
        return min(second, reply, key=lambda found: (found.status == GONE, found.seconds))


def probe_config(
    ports: Ports, record: Record, desired: Desired, config: str, variants: Sequence[str] = ()
) -> Probed:
    """Send the probes to the endpoint, which serves `config`: to each of its `variants`, where it
    has several. The verdict on what is wanted names the first that failed; what only served before
    is asked all of them."""
    if desired.is_host:
        said = "each of its models is probed by itself"
        return Probed(desired.generation, config, passed=True, reason=said, count=0)
    endpoint = naming.endpoint_name(ports.site, record.deployment)

    def ask(probe: Probe, variant: str) -> Reply:
        return ports.endpoints.invoke(endpoint, probe.request, variant)

    before = record.probes.before(config, desired.generation)
    askings = [Asking(ask, before, variant) for variant in variants or ("",)]
    return _judged(desired, config, askings, probes_of(ports, record, desired, config))


def judge_line(
    ports: Ports, record: Record, desired: Desired, line: Line, found: Mapping[Origin, Reply]
) -> Probed:
    """The verdict on a config whose probes waited in line, by what became of them."""
    before = record.probes.before(line.config, desired.generation)
    sent = [each.origin for each in line.probes]
    wanted = probes_of(ports, record, desired, line.config, sent)
    asking = Asking(lambda probe, _: found[probe.origin], before)
    known = [probe for probe in wanted if probe.origin in found]
    return _judged(desired, line.config, [asking], known)


def _judged(desired: Desired, config: str, askings: list[Asking], wanted: list[Probe]) -> Probed:
    each = SECONDS / len(askings)
    failures = [_of(one, why) for one in askings for why in _failures(one, wanted, each)]
    count = sum(len(asking.counted) for asking in askings)
    # That one variant answers proves nothing of another.
    count = count if all(asking.counted for asking in askings) else 0
    asked = tuple(asked for asking in askings for asked in asking.asked)
    reason = failures[0] if failures else "; ".join(_of(one, _told(one)) for one in askings)
    return Probed(desired.generation, config, not failures, reason, count, asked)


def _of(asking: Asking, said: str) -> str:
    return f"{asking.variant}: {said}" if asking.variant else said


def _failures(asking: Asking, wanted: list[Probe], most: float) -> list[str]:
    failures: list[str] = []
    for number, probe in enumerate(wanted, start=1):
        if sum(asked.seconds for asked in asking.asked) > most:
            return [*failures, f"only {number - 1} of {len(wanted)} probes could be sent in time"]
        if asking.has_guessed(probe):
            continue
        failure = asking.failure(probe)
        if failure:
            failures.append(f"{_label(probe.origin, len(wanted))}: {failure}")
        if failures and asking.before:
            break
    return failures


def probes_of(
    ports: Ports,
    record: Record,
    desired: Desired,
    config: str,
    sent: Sequence[Origin] | None = None,
) -> list[Probe]:
    """What to ask: what was `sent`; a version that is held against another one, what that was."""
    before = record.probes.before(config, desired.generation)
    if sent is None and before:
        sent = list(dict.fromkeys(asked.origin.request for asked in before.asked))
    first = _first(record, desired)
    own = first.features if first else None
    width = _width(record, first, config, before)
    endpoint = naming.endpoint_name(ports.site, record.deployment)
    return probes(ports, endpoint, desired, Row(width, own is not None and own == width), sent)


def _first(record: Record, desired: Desired) -> Inspected | None:
    """What is known of the container that is asked first."""
    return next(iter(read(desired, record.inspected).values()), None)


def _width(
    record: Record, inspected: Inspected | None, config: str, before: Probed | None
) -> int | None:
    """How wide a row is: as it was sent before, or as the version that serves reads it, if that is
    known; else as the newest does."""
    sent = before.asked if before else ()
    guessed = (asked.origin.number for asked in sent if asked.origin.source == Source.GUESS)
    served = [record.attempts.known(before.config).features] if before else []
    mine = (inspected.features, inspected.known.features) if inspected else ()
    known = (*guessed, *served, record.attempts.known(config).features, *mine)
    return next((width for width in known if width), None)


def _asked(origin: Origin, reply: Reply) -> Asked:
    good = 200 <= reply.status < 300
    kind = shape(reply.content_type, reply.body) if good else ""
    return Asked(origin, reply.status, kind, reply.seconds)


def _other(asked: Asked, known: Asked | None, text: str) -> str | None:
    """What is not as the version before answered it."""
    if not asked.answered:
        before = f", where the version before answered {known.status}" if known else ""
        return f"status {asked.status}{before}: {short(text)}"
    if known is None or not known.answered or known.shape == asked.shape:
        return None
    return f"it answered {short(asked.shape)}, the version before {short(known.shape)}"


def _late(asked: Asked, most: float, probe: Probe) -> str | None:
    if asked.seconds <= most:
        return None
    several = "" if probe.within else f", {SEVERAL} times what the version before took"
    return f"it took {asked.seconds:.1f} s, more than {most:g} s{several}"


def _label(origin: Origin, count: int) -> str:
    return f"{origin.label} of {count}" if origin.source == Source.MANIFEST else origin.label


def _told(asking: Asking) -> str:
    """What was seen, in a sentence that claims no more."""
    if not asking.counted:
        return _untold(asking.asked)
    seconds = max(asked.seconds for asked in asking.asked)
    slow = f", the slowest after {seconds:.1f} s" if seconds >= LATE else ""
    count = len(asking.counted)
    if asking.counted[0].source == Source.MANIFEST:
        return f"{count} of {count} probes passed{slow}"
    labels = Counter(origin.label for origin in asking.counted)
    said = " and ".join(_plural(label, number) for label, number in labels.items())
    as_before = " as before" if asking.before and asking.before.proven else ""
    return f"{said} {'were' if count > 1 else 'was'} answered{as_before}{slow}"


def _untold(asked: list[Asked]) -> str:
    if not asked:
        return UNKNOWN
    first = asked[0]
    return f"not probed: {first.origin.label} was answered {first.status}, which may be right"


def _plural(label: str, count: int) -> str:
    return label if count == 1 else f"{count} {label.removeprefix('a ')}s"
