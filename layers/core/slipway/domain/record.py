"""The record of one deployment on the ledger, and every way it may change. Pure.

One record is one item with a version: a change is computed here from what was read and written
only if nobody wrote in between. That one conditional write carries every promise about owners.

    receive_event       owner's release                   another release
        |                   | Decide: owned, hints = 7         |
        | hinted: 8         |                                  |
        |------------------>| AwaitChange: waiting(hints 7)    |
        |                   |   refused, 8 != 7: looks again   |
        |                   | Announce: settling(hints 8),     | Decide: Owned, while the
        |                   |   tells people, told(hints 8)    |   owner is running
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace

from slipway.domain.attempts import Attempts, Good
from slipway.domain.batch import NO_RUNS, Due, Runs
from slipway.domain.desired import Artifact, Desired, Runner, Uploads
from slipway.domain.errors import Busy, InvalidInput, LeaseLost, LookAgain, Owned
from slipway.domain.footprint import Footprint
from slipway.domain.lease import Lease, Readings
from slipway.domain.news import arriving
from slipway.domain.probed import UNPROBED, Line, Probed, Probes
from slipway.domain.progress import Progress
from slipway.domain.released import UNRELEASED, Release, Releases
from slipway.domain.remedy import Remedied
from slipway.domain.rerunning import again
from slipway.domain.rules.rest import SETTLE_SECONDS
from slipway.domain.steps import Announce, CleanUp, Verdict
from slipway.domain.task import NO_TASKS, Tasks
from slipway.domain.trouble import Trouble
from slipway.domain.watch import UNWATCHED, Watch
from slipway.domain.wish import How, Rollback, Wish
from slipway.domain.world import Baseline, Drift, Inspected, Package, read

MOST_VARIANTS = 10
REMEDIES = 50
TELL_SECONDS = 60  # as long as IngestViolations may run


@dataclass(frozen=True, slots=True)
class Asked:
    """A wish that no release has taken up yet, what had been uploaded when it was said, and what
    the release was made of that it asks for."""

    wish: Wish
    over: Uploads
    back: Uploads | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """The verdict a generation came to, and whether people have been told.

    The release with `fence` came to it at `at`, in epoch seconds.
    """

    generation: int
    announce: Announce
    told: bool = False
    fence: int = 0
    at: float = 0.0

    def says(self, generation: int, announce: Announce) -> bool:
        return (self.generation, self.announce) == (generation, announce)


@dataclass(frozen=True, slots=True)
class Record:
    """Everything the ledger knows about one deployment.

    Each of `runners` may have a schedule that watches its endpoint, each of `scaled` be registered
    for autoscaling, each of `alarms` be one; `timed`, a schedule says when it runs. `arrived` are
    uploads that events told of, `footprints` what its releases made and nobody has deleted since,
    `watched` what was last made to watch it; in the generation `purged` its data were.
    """

    deployment: str
    version: int = 0
    hints: int = 0
    fence: int = 0
    desired: Desired | None = None
    arrived: tuple[Artifact, ...] = ()
    asked: Asked | None = None
    lease: Lease | None = None
    waiting: str | None = None
    readings: Readings | None = None
    inspected: tuple[Inspected, ...] = ()
    packages: tuple[Package, ...] = ()
    attempts: Attempts = field(default_factory=Attempts)
    probes: Probes = UNPROBED
    line: Line | None = None
    baseline: Baseline | None = None
    runners: tuple[Runner, ...] = ()
    scaled: tuple[str, ...] = ()
    alarms: tuple[str, ...] = ()
    watched: Watch = UNWATCHED
    footprints: tuple[Footprint, ...] = ()
    purged: int = 0
    drift: Drift | None = None
    remedied: tuple[Remedied, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    settled: Settled | None = None
    releases: Releases = UNRELEASED
    progress: Progress | None = None
    runs: Runs = NO_RUNS
    timed: bool = False
    tasks: Tasks = NO_TASKS

    @property
    def is_deleted(self) -> bool:
        """Whether it was asked to go, and people know that it is gone."""
        settled = self.settled
        if settled is None or self.desired is None or not settled.told:
            return False
        gone = settled.announce.verdict == Verdict.DELETED
        return gone and settled.generation == self.desired.generation

    def is_owned_by(self, execution: str) -> bool:
        """Whether an execution may act on it."""
        return self.lease is not None and self.lease.owner == execution

    @property
    def is_host(self) -> bool:
        """Whether it is a multi-model endpoint."""
        return self.desired is not None and self.desired.is_host

    @property
    def runs_files(self) -> bool:
        """Whether it is a batch deployment."""
        return self.desired is not None and self.desired.is_batch

    @property
    def is_purged(self) -> bool:
        """Whether its versions and data were deleted as it is asked for now."""
        return self.desired is not None and self.purged == self.desired.generation

    def forgotten(self) -> "Record":
        """What must be remembered of it: that no owner from before may ever act again."""
        return Record(self.deployment, self.version, self.hints, self.fence)

    def next_version(self) -> "Record":
        return replace(self, version=self.version + 1)

    def hinted(self, arrived: Artifact | None = None) -> "Record":
        """Somebody said that the world may have changed, maybe that an upload was finished: whoever
        waits shall look."""
        hinted = replace(self, hints=self.hints + 1)
        return replace(hinted, arrived=arriving(self.arrived, arrived)) if arrived else hinted

    def asking(self, asked: Asked) -> "Record":
        """The record with a wish on it, for its owner to take up."""
        return replace(self.hinted(), asked=asked)

    def steered(self, how: How, now: float) -> "Record":
        """The record with its rollout as a person wants it to be. Raises InvalidInput where none is
        under way."""
        progress, generation = self.progress, self.desired.generation if self.desired else 0
        if progress is None or progress.generation != generation or progress.ended:
            raise InvalidInput(f"{self.deployment}: no rollout by steps is under way")
        return replace(self.hinted(), progress=progress.steered(how, now))

    def due(self, due: Due) -> "Record":
        """The record with a run that is due. Raises InvalidInput where nothing runs."""
        if not self.runs_files:
            raise InvalidInput(f"{self.deployment}: it is no batch deployment, so nothing runs")
        return replace(self.hinted(), runs=self.runs.wanting(due))

    def again(self) -> "Record":
        """The record with what is wanted wanted anew: what was tried counts no more, drift does."""
        if self.desired is None or self.desired.leaves:
            return replace(self.hinted(), troubles=())
        before, drift = self.desired.generation, self.drift
        if drift and drift.generation == before:  # what is asked is as it was
            drift = replace(drift, generation=before + 1)
        desired = replace(self.desired, generation=before + 1)
        return replace(self.hinted(), desired=desired, drift=drift)

    def remedying(self, entry: Remedied) -> "Record":
        """The record with what was done about an alarm, or what came of it."""
        others = (each for each in self.remedied if not each.is_of_the_same(entry))
        return replace(self, remedied=(*others, entry)[-REMEDIES:])

    def replacing(self) -> "Record":
        """The record with the same wanted on fresh instances."""
        if self.desired is None:
            return self
        return replace(self, desired=replace(self.desired, fresh=self.desired.fresh + 1))

    def troubled(self, step: str, reason: str, now: float) -> "Record":
        """The record with a step that could not be done."""
        generation = self.desired.generation if self.desired else 0
        mine = [each for each in self.troubles if each.generation == generation]
        before = next((each for each in mine if each.step == step), None)
        others = (each for each in mine if each.step != step)
        trouble = Trouble.of(generation, step, reason, before, now)
        return replace(self, troubles=(*others, trouble))

    def wanting(self, desired: Desired, asked: Asked | None, now: float) -> "Record":
        """The record with a new desired state, in which `asked` has been taken up: then what its
        owner does not see may be on its way, as long as nobody knows how a call ended."""
        rest, lease = (None if self.asked == asked else self.asked), self.lease
        if asked and lease and any(not attempt.ended for attempt in self.attempts.made):
            lease = replace(lease, quiet_until=now + SETTLE_SECONDS)
        # What goes runs nothing any more, nor does what comes after it by its name.
        tasks = replace(self.tasks, due=()) if desired.leaves else self.tasks
        wanting = replace(self, desired=desired, asked=rest, lease=lease, tasks=tasks)
        wish = asked.wish if asked else None
        return wanting.going_back(wish) if isinstance(wish, Rollback) else wanting

    def going_back(self, wish: Rollback) -> "Record":
        """The record once what an earlier release was made of is wanted."""
        back, desired = replace(self, releases=self.releases.withdrawing(wish.to)), self.desired
        if not (desired and desired.is_batch and wish.rerun and wish.to):
            return back
        due, left = again(self.runs, self.releases, wish.to)
        wanted, runs = replace(desired, wish=replace(wish, left=left)), self.runs
        return replace(back, desired=wanted, runs=replace(runs, due=(*runs.due, *due)))

    def owned(self, owner: str, now: float, is_running: Callable[[str], bool]) -> "Record":
        """The record under `owner`'s lease. Raises Owned while another owner is running."""
        if self.lease and self.lease.owner == owner:
            return replace(self, lease=replace(self.lease, touched_at=now), waiting=None)
        if self.lease and is_running(self.lease.owner):
            raise Owned(f"{self.deployment}: {self.lease.owner} is at work on it")
        quiet_until = self.lease.touched_at + SETTLE_SECONDS if self.lease else 0.0
        lease = Lease(owner, self.fence + 1, now, quiet_until)
        return replace(self, lease=lease, fence=lease.fence, waiting=None)

    def under(self, fence: int) -> "Record":
        """The record, for the owner that holds `fence`; raises LeaseLost for any other."""
        if self.lease is None or self.lease.fence != fence:
            raise LeaseLost(f"{self.deployment}: release {fence} does not own it any more")
        return self

    def reading(self, artifact: Artifact) -> "Record":
        """The record with its owner's inspection of `artifact` begun. To begin again is no other
        one, for the answer to the first write of this may have got lost."""
        before = self.readings
        if before is None or before.artifact != artifact:
            return replace(self, readings=Readings(artifact, 1, self.fence))
        count = before.count + (before.fence != self.fence)
        return replace(self, readings=Readings(artifact, count, self.fence))

    def read(self, inspected: Inspected) -> "Record":
        """The record with what an inspection found out: it has ended, so it counts no more. What
        is wanted no more is forgotten."""
        wanted = read(self.desired, self.inspected).values() if self.desired else ()
        others = (known for known in wanted if not known.is_of_the_same(inspected))
        return replace(self, inspected=(*others, inspected), readings=None)

    def package(self, key: str) -> Package | None:
        """What was registered last of a digest."""
        return next((package for package in self.packages if package.key == key), None)

    def registered(self, package: Package) -> "Record":
        """The record with a version in the registry; of what is served as many are remembered as
        it can have variants."""
        others = (known for known in self.packages if known.key != package.key)
        return replace(self, packages=(package, *others)[:MOST_VARIANTS])

    def touched(self, now: float) -> "Record":
        """The record while its owner acts: a successor stays quiet for a while from `now`."""
        return replace(self, lease=replace(self.lease, touched_at=now)) if self.lease else self

    def attempted(self, how: Callable[[Attempts, int], Attempts]) -> "Record":
        """The record with the attempts of the desired generation changed by `how`."""
        generation = self.desired.generation if self.desired else 0
        return replace(self, attempts=how(self.attempts, generation))

    def leaving(self, footprint: Footprint) -> "Record":
        """The record with what is about to be made."""
        return replace(self, footprints=(*self._footprints_but({footprint.config}), footprint))

    def cleaned(self, step: CleanUp) -> "Record":
        """The record once what `step` names is deleted."""
        kept = self._footprints_but({gone.config for gone in step.footprints})
        cleaned = replace(self, footprints=kept)
        if step.purge is None:
            return cleaned
        generation = self.desired.generation if self.desired else 0
        return replace(
            cleaned,
            packages=(),
            baseline=None,
            probes=UNPROBED,
            attempts=Attempts(),
            purged=generation,
        )

    def _footprints_but(self, configs: Collection[str]) -> tuple[Footprint, ...]:
        return tuple(each for each in self.footprints if each.config not in configs)

    def awaiting(self, token: str, hints: int) -> "Record":
        """The record with a sleeper to wake. Raises LookAgain after a hint since `hints`."""
        return replace(self.unhinted_since(hints), waiting=token)

    def settling(self, announce: Announce, hints: int, now: float, good: Good | None) -> "Record":
        """The record with its verdict, to be told. `good` is the version that the verdict is
        about, if it serves. Raises LookAgain after a hint since `hints`."""
        attempts = self.attempts.proven(self.probes)
        if good and good.config == announce.config and self._passed(good.config):
            attempts = attempts.released(good).proven(self.probes)
        settled, releases = self._settled(announce, now), self.releases
        if good and self.desired and announce.verdict == Verdict.RELEASED:
            made = Release(good.config, now, self.desired.uploads, good.packages, good.digests)
            releases = releases.having(made)
        unhinted = self.unhinted_since(hints)
        return replace(unhinted, settled=settled, attempts=attempts, releases=releases)

    def _settled(self, announce: Announce, now: float) -> Settled:
        """To come to the same verdict again is no news; in one release it is the same moment."""
        generation = self.desired.generation if self.desired else 0
        before = self.settled
        if before is None or not before.says(generation, announce):
            return Settled(generation, announce, fence=self.fence, at=now)
        return before if before.fence == self.fence else replace(before, fence=self.fence, at=now)

    def _passed(self, config: str) -> bool:
        """Whether `config` did not fail its probes in this generation: then it can be gone back
        to, also where something else, such as drift, holds the deployment."""
        generation = self.desired.generation if self.desired else 0
        probed = self.probes.of(config, generation)
        return probed is not None and probed.passed

    def having(self, probed: Probed) -> "Record":
        """The record with a verdict of the probes."""
        return replace(self, probes=self.probes.having(probed), line=None)

    def told(self, hints: int) -> "Record":
        """The record once people know its verdict. The owner lets go, unless somebody hinted at a
        change since `hints`: then it still has to look again. What is gone with its history is
        forgotten."""
        settled = replace(self.settled, told=True) if self.settled else None
        told = replace(self, settled=settled)
        if self.hints != hints:
            return told
        if told.is_deleted and told.is_purged:
            return told.forgotten()
        return replace(told, lease=None, waiting=None)

    def drifted(self, drift: Drift) -> "Record":
        """The record with what a window shows, to be told by one. Raises Busy while another may
        be at it."""
        known = self.drift
        if known and known.says(drift) and (known.told or drift.at - known.at < TELL_SECONDS):
            raise Busy(f"{self.deployment}: somebody else tells of the window {drift.hour}")
        return replace(self, drift=drift)

    def drift_told(self) -> "Record":
        """The record once people know of the drift in it."""
        return replace(self, drift=replace(self.drift, told=True)) if self.drift else self

    def unhinted_since(self, hints: int) -> "Record":
        """The record, if nobody hinted at a change since `hints`; raises LookAgain otherwise."""
        if self.hints != hints:
            raise LookAgain(f"{self.deployment}: something happened since it was looked at")
        return self
