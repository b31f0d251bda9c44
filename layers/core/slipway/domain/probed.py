"""Probes: requests sent to a version before it is called good, and how they were answered."""

from dataclasses import dataclass, replace
from enum import StrEnum

CALLER_SECONDS = 60.0  # how long SageMaker gives a model
PATIENT_SECONDS = 1.0  # nobody is held for less
SEVERAL = 5  # times what the version before took
LINE_SECONDS = 1800.0  # an endpoint that was scaled to zero first gets an instance
ANSWER_SECONDS = 20  # between two looks at whether it has answered
JOB_SECONDS = 900  # likewise of a job, whose end is an event
PROBE = "slipway-probe"  # the inference id of each, by which captures tell them from traffic
KEPT = 4  # what is wanted, what served, and what can be gone back to


class Source(StrEnum):
    """Where a probe comes from."""

    MANIFEST = "manifest"
    CAPTURE = "capture"
    SAMPLE = "sample"
    INPUT = "input"
    BASELINE = "baseline"
    GUESS = "guess"


@dataclass(frozen=True, slots=True)
class Origin:
    """Which request a probe is: an object's version and the number of a line in it, the number of
    a probe in the manifest, or the content type and the width of a row of zeros. `variant` is whom
    it is sent to, where there are several."""

    source: Source
    key: str = ""
    version: str = ""
    number: int = 0
    variant: str = ""

    @property
    def request(self) -> "Origin":
        """The same request, whoever is asked."""
        return replace(self, variant="")

    @property
    def label(self) -> str:
        """What a person calls it."""
        name = self.key.rpartition("/")[2]
        return {
            Source.MANIFEST: f"probe {self.number}",
            Source.CAPTURE: "a captured request",
            Source.SAMPLE: name,
            Source.INPUT: f"a sample of {name}",
            Source.BASELINE: f"a row of {name}",
            Source.GUESS: f"a row of {self.number} zeros",
        }[self.source]


@dataclass(frozen=True, slots=True)
class Asked:
    """A probe as it was answered: the status, the reply's shape, and after how many seconds."""

    origin: Origin
    status: int
    shape: str
    seconds: float

    @property
    def answered(self) -> bool:
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Probed:
    """The verdict of the probes on one config, for one generation.

    `count` is how many probes it rests on: without any, `passed` proves nothing. `asked` is how
    each was answered.
    """

    generation: int
    config: str
    passed: bool
    reason: str
    count: int = 1
    asked: tuple[Asked, ...] = ()

    @property
    def proven(self) -> bool:
        """Whether it was seen to answer, which is more than not to have failed."""
        return self.passed and self.count > 0

    def answer(self, origin: Origin) -> Asked | None:
        """How a probe was answered, if it was sent: by the variant of that name or, where there
        was none, by the first that was asked it."""
        same = [asked for asked in self.asked if asked.origin.request == origin.request]
        own = (asked for asked in same if asked.origin.variant == origin.variant)
        return next(own, same[0] if same else None)


@dataclass(frozen=True, slots=True)
class Probes:
    """The last verdict on each of the configs that were asked last, newest first."""

    last: tuple[Probed, ...] = ()

    def of(self, config: str, generation: int | None = None) -> Probed | None:
        """The last verdict on a config; that of one generation, where it is given."""
        found = next((probed for probed in self.last if probed.config == config), None)
        return found if found and generation in (None, found.generation) else None

    def before(self, config: str, generation: int) -> Probed | None:
        """Whom `config` is held against: what else was asked first in this generation, or last
        before it, if it can be one that answered."""
        others = [probed for probed in self.last if probed.config != config]
        now = [probed for probed in others if probed.generation == generation][::-1]
        proven = (probed for probed in (*now, *others) if probed.proven)
        return next(proven, now[0] if now else None)

    def having(self, probed: Probed) -> "Probes":
        others = (known for known in self.last if known.config != probed.config)
        return Probes((probed, *others)[:KEPT])


UNPROBED = Probes()


@dataclass(frozen=True, slots=True)
class InLine:
    """A probe that an asynchronous endpoint was sent, and the keys where its answer will be, or
    its failure."""

    origin: Origin
    output: str
    failure: str


@dataclass(frozen=True, slots=True)
class Line:
    """The probes of a config, for one generation, that an asynchronous endpoint was sent `at` a
    moment, in epoch seconds; or that the transform job `job` was made for."""

    generation: int
    config: str
    at: float
    probes: tuple[InLine, ...]
    job: str = ""

    def is_of(self, generation: int, config: str) -> bool:
        return (self.generation, self.config) == (generation, config)


def limit(within: float | None, before: Asked | None) -> float:
    """How many seconds a probe may take: what the manifest says, else several times what it took
    before, and never more than its caller would wait."""
    if within is not None:
        return min(within, CALLER_SECONDS)
    if before is None:
        return CALLER_SECONDS
    return min(max(SEVERAL * before.seconds, PATIENT_SECONDS), CALLER_SECONDS)
