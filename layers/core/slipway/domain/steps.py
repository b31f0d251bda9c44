"""The steps a release can take next. Each is one state of the state machine."""

from dataclasses import dataclass
from enum import StrEnum

from slipway.domain.footprint import Footprint
from slipway.domain.remedy import Remedied
from slipway.domain.rollout import Guarded
from slipway.domain.scaling import Scaling


class Verdict(StrEnum):
    """How a release ends."""

    RELEASED = "Released"
    HELD = "Held"
    DELETED = "Deleted"


@dataclass(frozen=True, slots=True)
class InspectArtifact:
    """Find out what the artifact is and whether it may be used."""

    reason: str


@dataclass(frozen=True, slots=True)
class RegisterModel:
    """Make the artifact a version in the model registry, or approve the one that waits."""

    reason: str


class Change(StrEnum):
    """The one change that DeployEndpoint or WatchEndpoint makes."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    RESTORE = "restore"  # what somebody deleted of what serves
    SHIFT = "shift"  # traffic among its variants
    GUARD = "guard"  # by alarms, before an update


@dataclass(frozen=True, slots=True)
class DeployEndpoint:
    """Make one change to the endpoint. `config` is what it shall serve afterwards, `weights` the
    traffic of its variants after a shift; where it is `guarded`, SageMaker moves the traffic bit by
    bit."""

    change: Change
    config: str
    reason: str
    guarded: Guarded | None = None
    weights: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class JudgeRollout:
    """Measure what the candidate does with its share of the traffic, and judge it."""

    reason: str


@dataclass(frozen=True, slots=True)
class ProbeEndpoint:
    """Send probes to the endpoint that serves `config`."""

    config: str
    reason: str


@dataclass(frozen=True, slots=True)
class BuildBaseline:
    """Find out from the uploaded data what is normal, and keep it in `folder`."""

    folder: str
    reason: str


@dataclass(frozen=True, slots=True)
class WatchEndpoint:
    """Make the endpoint's schedule and alarms what is wanted of them, or what they were; or delete
    them."""

    change: Change
    reason: str


class Care(StrEnum):
    """What Remedy does about an alarm."""

    TAKE = "take"  # the remedy
    NOTE = "note"  # what came of it
    GIVE_BACK = "give back"  # what was scaled out
    TELL = "tell"  # people


@dataclass(frozen=True, slots=True)
class Remedy:
    """Do something about an alarm; `entry` is how it stands afterwards."""

    care: Care
    entry: Remedied
    reason: str


@dataclass(frozen=True, slots=True)
class ScaleEndpoint:
    """Make `wanted` all that is registered for autoscaling of the endpoint's variants."""

    change: Change
    wanted: Scaling
    reason: str


class Deed(StrEnum):
    """What RunBatch and RunTask do."""

    PROVE = "prove"  # that a version answers a sample, before any run
    START = "start"  # its job
    STOP = "stop"  # likewise
    END = "end"  # keep and tell what came of it


@dataclass(frozen=True, slots=True)
class RunBatch:
    """Start, stop or end the run that is due as `due`; or prove the config of that name."""

    deed: Deed
    due: str
    reason: str


@dataclass(frozen=True, slots=True)
class RunTask:
    """Start, stop or end the task that is due as `due`."""

    deed: Deed
    due: str
    reason: str


@dataclass(frozen=True, slots=True)
class CleanUp:
    """Delete the configs and models of `footprints`; with `purge`, also the deployment's versions
    and data, as far as they are from before that moment, in epoch seconds."""

    footprints: tuple[Footprint, ...]
    reason: str
    purge: float | None = None


@dataclass(frozen=True, slots=True)
class AwaitChange:
    """Sleep until somebody reports a change, or `timeout` seconds have passed."""

    timeout: int
    reason: str


@dataclass(frozen=True, slots=True)
class Announce:
    """Nothing is owed any more: record and tell the verdict. `config` serves."""

    verdict: Verdict
    reason: str
    config: str | None = None


Step = (
    InspectArtifact
    | RegisterModel
    | DeployEndpoint
    | ProbeEndpoint
    | JudgeRollout
    | BuildBaseline
    | WatchEndpoint
    | Remedy
    | ScaleEndpoint
    | RunBatch
    | RunTask
    | CleanUp
    | AwaitChange
    | Announce
)


def name(step: Step) -> str:
    """The step's state, resource and folder go by this noun."""
    return type(step).__name__


def label(step: Step) -> str:
    """What a person calls the step: its noun with the change or the verdict."""
    match step:
        case (
            DeployEndpoint(change=change)
            | WatchEndpoint(change=change)
            | ScaleEndpoint(change=change)
        ):
            return f"{name(step)} ({change})"
        case Announce(verdict=verdict):
            return f"{name(step)} ({verdict})"
        case RunBatch(deed=deed) | RunTask(deed=deed):
            return f"{name(step)} ({deed})"
        case Remedy(care=care):
            return f"{name(step)} ({care})"
        case _:
            return name(step)
