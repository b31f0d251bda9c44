"""The step of a release that judges a candidate by what it did with its share of the traffic."""

from dataclasses import replace

from slipway.domain import naming
from slipway.domain.judging.judge import judge
from slipway.domain.judging.seen import Window
from slipway.domain.plan.endpoint import CANDIDATE, Plan
from slipway.domain.progress import Progress
from slipway.domain.record import Record
from slipway.domain.rollout import Steps
from slipway.domain.steps import JudgeRollout, name
from slipway.looking import change, look
from slipway.ports import Ports
from slipway.rollout_report import page
from slipway.stepping import Task, stoppable

REPORT = "report.html"


def report_folder(deployment: str, generation: int) -> str:
    """Where the report of a rollout is kept."""
    return f"reports/rollouts/{deployment}/{generation}/"


@stoppable
def judge_rollout(ports: Ports, task: Task) -> str:
    """Begin the step that the candidate's traffic is at, or measure and judge it."""
    found = look(ports, ports.ledger.load(task.deployment).under(task.fence))
    step, policy = found.step, found.case.desired.policy.rollout
    trial = found.case.trial
    if not isinstance(step, JudgeRollout) or not isinstance(policy, Steps) or not trial:
        return f"not needed any more; now {name(step)}"
    before = found.case.progress or Progress(
        generation=found.case.desired.generation,
        config=found.case.wanted,
    )
    endpoint = naming.endpoint_name(ports.site, task.deployment)
    if before.began:
        progress = _judged(ports, endpoint, trial, before, policy)
    else:
        progress = _begun(ports, endpoint, trial, before, policy)

    def judged(record: Record) -> Record:
        # What a person said meanwhile counts.
        heard = record.progress != found.record.progress
        mine = record.under(task.fence)
        return mine if heard else replace(mine, progress=progress)

    change(ports, task.deployment, judged)
    if progress.windows:
        drawn = page(task.deployment, found.case.name(progress.config), progress, policy.judge)
        folder = report_folder(task.deployment, progress.generation)
        ports.monitored.write(folder, {REPORT: drawn.encode()})
    return progress.reason or f"judged after {policy.every} s"


def _begun(ports: Ports, endpoint: str, trial: Plan, before: Progress, policy: Steps) -> Progress:
    """The progress at the beginning of a step. How long what serves took before anything was
    beside it is asked once, so that nothing that is seen later moves what it is held against."""
    now, limits = ports.clock(), before.limits
    if before.step == 0 and not before.windows:
        stable = trial.variants[0].name
        limits = ports.traffic.latencies(endpoint, stable, now, policy.judge.quantiles)
    return replace(before.started(now, policy.every * ports.minute / 60), limits=limits)


def _judged(ports: Ports, endpoint: str, trial: Plan, before: Progress, policy: Steps) -> Progress:
    now = ports.clock()
    span = (before.seen, ports.traffic.complete(now))
    progress = before
    if span[1] > span[0]:
        stable = trial.variants[0].name
        slower = policy.judge.slower(before.limits)
        window = Window(
            began=span[0],
            ended=span[1],
            share=policy.share(before.step) / 100,
            stable=ports.traffic.seen(endpoint, stable, span, before.limits),
            candidate=ports.traffic.seen(endpoint, CANDIDATE, span, slower),
        )
        progress = before.measured(window)
    judgement = judge(policy.judge, progress.windows, progress.began)
    return progress.judged(judgement, policy, now, ports.minute / 60)
