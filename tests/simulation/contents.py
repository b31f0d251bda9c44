"""What people upload: bytes that say how they behave."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import BinaryIO, NoReturn

from slipway.domain.desired import Artifact
from slipway.domain.known import NOTHING, Known
from slipway.domain.world import Inspected
from slipway.ports import Uploaded
from slipway_local.sagemaker.scripted import Script, constant
from slipway_local.sagemaker.serving import Container, Invocation, ServerGone

GOOD, UNLOADABLE, MISANSWERING = "good", "unloadable", "misanswering"
REFUSED, IMAGELESS = "refused", "imageless"
MUTE, SLOW, DYING = "mute", "slow", "dying"
WORSE = "worse"  # answers its probes, and fails one request of twenty
FAILING = {WORSE: 0.05}
DOUBTFUL = (MUTE, SLOW)
SLOW_SECONDS = 20.0
IMAGE = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/serve:1"
ROWS, EMPTY = "rows", "empty"


def content(kind: str, number: int) -> bytes:
    return f"{kind} {number}".encode()


def kind_of(content: bytes) -> str:
    return content.decode().split()[0]


def disqualified(content: bytes) -> bool:
    """Whether a release of it must not end well, whatever else happens."""
    return kind_of(content) not in (GOOD, *DOUBTFUL)


def doubtful(content: bytes) -> bool:
    """Whether it may be released where nothing is known to compare it with, and nowhere else."""
    return kind_of(content) in DOUBTFUL


def inspect(
    uploaded: Uploaded, artifact: Artifact, _region: str, instance_type: str, _trusted: object = ()
) -> Inspected:
    """As slipway.inspecting.inspect_upload, for the bytes above."""
    read = b"".join(uploaded.read(artifact))
    digest, known = sha256(read).hexdigest(), Known(features=2)
    found = Inspected(artifact, instance_type, digest, kind_of(read), features=2, known=known)
    match found.summary:
        case "refused":
            return replace(found, refused="a pickle calls os.system")
        case "mute":
            # It has a script of its own, so nobody knows what it can read.
            return replace(found, features=None, known=NOTHING, image=IMAGE)
        case "imageless":
            return replace(found, no_image="nothing tells the framework")
        case _:
            return replace(found, image=IMAGE)


def baseline(
    stream: BinaryIO,
    _name: str,
    *,
    header: bool,
    config: Mapping[str, object],
    outputs: Sequence[str],
) -> dict[str, bytes]:
    """As slipway_drift.engine.baseline: raises ValueError for data that cannot be used."""
    read = stream.read()
    if kind_of(read) == EMPTY:
        raise ValueError("the baseline has no rows")
    digest = sha256(read + repr((header, dict(config), tuple(outputs))).encode()).hexdigest()
    return {"statistics.json": digest.encode(), "constraints.json": b"{}"}


def examined(_baseline: Mapping[str, bytes]) -> str:
    """As slipway_drift.engine.examined: nothing is wrong."""
    return ""


def die(container: Container, _: Invocation) -> NoReturn:
    """Take the process down."""
    raise ServerGone(container.image)


SCRIPTS = {
    GOOD: Script(answer=constant(b"0.5")),
    UNLOADABLE: Script(failure="no module named lightgbm"),
    WORSE: Script(answer=constant(b"0.5")),
    MUTE: Script(answer=constant(b"the model is broken", status=500)),
    SLOW: Script(answer=constant(b"0.5")),
    DYING: Script(answer=die),
    MISANSWERING: Script(answer=constant(b"the model is broken", status=500)),
}
