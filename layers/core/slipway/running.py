"""The step of a release that proves a version of a batch deployment, and starts and ends runs."""

import json
from dataclasses import asdict, replace

from slipway.batch_ports import TransformJob
from slipway.domain import naming
from slipway.domain.batch import TRIES, BatchTarget, Due, Inputs, Job, JobStatus, Run
from slipway.domain.errors import Refused
from slipway.domain.plan.batch import complete
from slipway.domain.probed import Probed
from slipway.domain.rules.runs import next_due
from slipway.domain.steps import Deed, RunBatch, name
from slipway.looking import Look, change, look
from slipway.outcome import billed, concluded
from slipway.ports import Ports
from slipway.probing import UNKNOWN, judge_line, probes_of
from slipway.proving import answers, cost, sent_as_job
from slipway.recording import record
from slipway.release import keep_verdict, make, mark
from slipway.stepping import Task, stoppable

NOTHING = "nothing has arrived since the run before"


@stoppable
def run_batch(ports: Ports, task: Task) -> str:
    """Do what a run owes, if it still is owed."""
    found = look(ports, ports.ledger.load(task.deployment).under(task.fence))
    step, going = found.step, found.record.runs.going
    if not isinstance(step, RunBatch):
        return f"not needed any more; now {name(step)}"
    if step.deed == Deed.PROVE:
        return _prove(ports, task, found)
    if step.deed == Deed.START:
        return _start(ports, task, found)
    if going is None:
        return "not needed any more; it was told"
    return _stop(ports, going) if step.deed == Deed.STOP else _end(ports, task, found, going)


def _prove(ports: Ports, task: Task, found: Look) -> str:
    """Let a job answer the probes; or judge what it answered."""
    made, record, desired = found.plan, found.record, found.case.desired
    if made is None:
        return "not needed any more; nothing is planned"
    line, generation = record.line, desired.generation
    if line and line.is_of(generation, made.config):
        judged = judge_line(ports, record, desired, line, answers(ports, line))
        return keep_verdict(
            ports, task, replace(judged, reason=judged.reason + cost(ports, made, line))
        )
    wanted = probes_of(ports, record, desired, made.config)
    if not wanted:
        unknown = Probed(generation, made.config, passed=True, reason=UNKNOWN, count=0)
        return keep_verdict(ports, task, unknown)
    mark(ports, task, made.config, found)
    make(ports, made.config, found)
    line = sent_as_job(ports, desired, made, wanted)
    change(ports, task.deployment, lambda r: replace(r.under(task.fence), line=line))
    return f"{line.job} answers {len(line.probes)} probes"


def _start(ports: Ports, task: Task, found: Look) -> str:
    run = found.record.runs.going or _begun(ports, task, found)
    if run is None:
        return NOTHING
    try:
        mark(ports, task, run.config, found)
        make(ports, run.config, found)
        ports.transforms.create(_job(found, run))
    except Refused as refusal:
        _write(ports, task, replace(run, status=JobStatus.FAILED, reason=f"refused: {refusal}"))
        return f"refused: {refusal}"
    return f"run {run.number}: {run.job} reads {run.input}"


def _begun(ports: Ports, task: Task, found: Look) -> Run | None:
    """The run that is due, on the record; None where there is nothing to read."""
    due, runner, runs = next_due(found.case), found.case.runner, found.record.runs
    if due is None or runner is None:
        return None
    run = Run(
        number=runs.number,
        due=due,
        config=runner.config,
        version=found.case.name(runner.config),
        job=naming.job_name(ports.site, task.deployment, due.id),
        input=due.input,
        output=f"s3://{ports.site.bucket}/{naming.batch_prefix(task.deployment)}out/{runs.number}/",
        seen="",
        first=due.input.rpartition("/")[2],
        objects=0,
        at=ports.clock(),
    )
    ready = _listed(ports, run) if due.input else _frozen(ports, task, found, run)
    if ready is None:
        _forget(ports, task, due)
        return None
    _write(ports, task, ready)
    return ready


def _listed(ports: Ports, run: Run) -> Run | None:
    names = ports.batches.names(run.input)
    return replace(run, first=names[0], objects=len(names)) if names else None


def _frozen(ports: Ports, task: Task, found: Look, run: Run) -> Run | None:
    """The run over what has arrived by now."""
    batch = found.case.desired.policy.batch
    everything = batch is not None and batch.inputs == Inputs.ALL
    since = "" if everything else found.record.runs.seen
    frozen = ports.batches.freeze(task.deployment, run.number, since)
    if frozen is None:
        return None
    return replace(
        run, input=frozen.input, seen=frozen.seen, first=frozen.first, objects=frozen.objects
    )


def _job(found: Look, run: Run) -> TransformJob:
    """The job of a run, as its version was proven. Raises Refused where that is not known."""
    made = found.case.made_of(run.config)
    if made is None or made.transform is None:
        raise Refused(f"{run.config} is not known any more")
    target = made.variants[0].target
    assert isinstance(target, BatchTarget)  # noqa: S101 - by its plan
    return TransformJob(
        name=run.job,
        model=made.models[0].name,
        input=run.input,
        output=run.output,
        target=target,
        transform=complete(made.transform, run.first),
    )


def _stop(ports: Ports, run: Run) -> str:
    ports.transforms.stop(run.job)
    return f"stop of {run.job} accepted"


def _end(ports: Ports, task: Task, found: Look, run: Run) -> str:
    """Begin the run once more, where the service failed; else write down what came of it, and
    tell."""
    job = found.world.job
    if not run.is_over and job and job.is_transient and run.attempt < TRIES:
        return _once_more(ports, task, replace(run, billed=billed(found, run, job)), job)
    if not run.is_over:
        run = concluded(ports, found, run, job)
        record(ports, found, run)
        _write(ports, task, run)
    _tell(ports, task.deployment, run)
    _write(ports, task, replace(run, told=True))
    return f"run {run.number}: {run.words}"


def _once_more(ports: Ports, task: Task, run: Run, job: Job) -> str:
    attempt = run.attempt + 1
    called = naming.job_name(ports.site, task.deployment, run.due.id, attempt)
    _write(ports, task, replace(run, attempt=attempt, job=called))
    return f"{job.failure}; run {run.number} is begun once more"


def _tell(ports: Ports, deployment: str, run: Run) -> None:
    document = json.dumps(asdict(run), indent=2, sort_keys=True).encode()
    _, _, key = run.output.removeprefix("s3://").partition("/")
    ports.batches.keep(f"{key}run.json", document)
    detail = {"deployment": deployment, "number": run.number, "status": str(run.status)}
    ports.bus.put("Batch Run", {**detail, "output": run.output, "reason": run.reason})
    told = f"{run.due.why}.\n\n{run.words}\n\nIt read {run.input}\nand wrote {run.output}"
    subject = f"{deployment}: run {run.number} {run.status}"
    ports.announcements.tell_news(deployment, "Run", subject, told)


def _write(ports: Ports, task: Task, run: Run) -> None:
    change(
        ports,
        task.deployment,
        lambda r: replace(r.under(task.fence), runs=r.runs.having(run)),
    )


def _forget(ports: Ports, task: Task, due: Due) -> None:
    """There is nothing to run over."""
    change(
        ports,
        task.deployment,
        lambda r: replace(r.under(task.fence), runs=r.runs.without(due)),
    )
