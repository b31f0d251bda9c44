"""The proof of a batch deployment: a small transform job over the probes, before any run."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from slipway.batch_ports import TransformJob
from slipway.domain import naming
from slipway.domain.batch import BatchTarget, Split, Transform
from slipway.domain.desired import Desired
from slipway.domain.plan.batch import TYPES, complete
from slipway.domain.plan.endpoint import Plan
from slipway.domain.probed import InLine, Line, Origin, Source
from slipway.ports import Ports, Reply
from slipway.requesting import Probe

# A request is asked as it is: how files are cut up is not its business.
UNSAID = Reply(500, "text/plain", b"it was not answered")
WHOLE = Transform(split=Split.NONE, assemble=Split.NONE)
ENDINGS = {kind: ending for ending, kind in reversed(TYPES.items())}


def sent_as_job(ports: Ports, desired: Desired, made: Plan, probes: Sequence[Probe]) -> Line:
    """The probes, each an object of one job. All of a job are of one type: that of the first."""
    first, generation = probes[0], desired.generation
    asked = [each for each in probes if each.request.content_type == first.request.content_type]
    name = naming.job_name(ports.site, desired.deployment, f"{made.config} {generation}")
    folder = f"{naming.batch_prefix(desired.deployment)}proofs/{name.rpartition('-')[2]}/"
    ending = ENDINGS.get(first.request.content_type, "bin")
    keys = [f"{number}.{ending}" for number in range(1, len(asked) + 1)]
    for key, probe in zip(keys, asked, strict=True):
        ports.batches.keep(f"{folder}in/{key}", probe.request.body)
    ports.transforms.create(_job(name, f"s3://{ports.site.bucket}/{folder}", made, first))
    sent = (
        InLine(probe.origin, f"{folder}out/{key}.out", f"{folder}in/{key}")
        for key, probe in zip(keys, asked, strict=True)
    )
    return Line(generation, made.config, ports.clock(), tuple(sent), name)


def answers(ports: Ports, line: Line) -> Mapping[Origin, Reply]:
    """What became of each probe. How long it took says nothing of the model."""
    written = {each.origin: ports.uploaded.written(each.output) for each in line.probes}
    failed = _failed(ports, line.job) if None in written.values() else UNSAID
    return {
        origin: Reply(200, "", answer[1]) if answer else failed
        for origin, answer in written.items()
    }


def cost(ports: Ports, made: Plan, line: Line) -> str:
    """What the proof took, to be said at a sentence's end."""
    job = ports.transforms.find(line.job)
    where = made.variants[0].target.instance_type
    return f", by a job of {job.seconds:.0f} s on {where}" if job and job.seconds else ""


def _failed(ports: Ports, name: str) -> Reply:
    """What a job says of the objects that it did not answer."""
    job = ports.transforms.find(name)
    why = (job.failure if job else "", *ports.transforms.told(name))
    return Reply(500, "text/plain", "; ".join(filter(None, why)).encode())


def _job(name: str, folder: str, made: Plan, first: Probe) -> TransformJob:
    """The job over a sample of the input asks as runs do; any other asks for the bare answer."""
    target, how = made.variants[0].target, made.transform or WHOLE
    own = how if first.origin.source == Source.INPUT else WHOLE
    kind, accept = first.request.content_type, first.request.accept or first.request.content_type
    given = replace(own, content_type=kind, accept=how.accept or accept)
    return TransformJob(
        name=name,
        model=made.models[0].name,
        input=f"{folder}in/",
        output=f"{folder}out/",
        target=BatchTarget(target.instance_type),
        transform=complete(given, f".{ENDINGS.get(kind, '')}"),
    )
