"""What must hold of the runs of a batch deployment when everything has come to rest."""

import json
from collections import Counter

from slipway.domain.batch import JobStatus, Run
from slipway.domain.wish import Rollback
from slipway.looking import look

from tests.simulation.batches import BAD
from tests.simulation.contents import disqualified
from tests.simulation.world import DEPLOYMENT, World

AGAIN = " again "
INPUTS = f"batches/{DEPLOYMENT}/in/"


def check_runs(world: World) -> None:
    """Each file was answered, by a version that can; each run was told, and its job made once."""
    runs = world.record().runs
    for run in runs.last:
        _check_run(world, run)
    waits = runs.due and look(world.ports, world.record()).case.runner
    if waits or (runs.going and not world.record().is_deleted):
        world.wrong(f"at rest, and {runs.due or runs.going} is left")
    numbers = [run.number for run in runs.last]
    if sorted(numbers) != list(range(1, len(numbers) + 1)):
        world.wrong(f"runs are numbered {numbers}")
    moments = Counter(run.due.id for run in runs.last)
    if twice := [moment for moment, count in moments.items() if count > 1]:
        world.wrong(f"{twice} ran twice")
    _check_read(world, runs.last)
    _check_again(world, runs.last)


def _check_run(world: World, run: Run) -> None:
    told = [subject for subject, _ in world.announcements.news if f"run {run.number} " in subject]
    if not told or (len(told) > 1 and world.is_faultless):
        world.wrong(f"run {run.number} was told {len(told)} times")
    job = world.transforms.made.get(run.job)
    if job is None:
        if not run.is_over:
            world.wrong(f"run {run.number} has no job")
        return
    content = world.invariants.of_model(job.model)
    if disqualified(content):
        world.wrong(f"run {run.number} was answered by {content!r}")
    lost = [name for name in _listed(world, run) if all(BAD in b for b in _bodies(world, name))]
    # What is overwritten before its rows are counted has others than those that were answered.
    once = all(len(_bodies(world, name)) == 1 for name in _listed(world, run))
    uneven = once and run.rows_in != run.rows_out
    if run.status == JobStatus.COMPLETED and (uneven or lost):
        world.wrong(f"run {run.number} is complete: {run.reason}, without {lost}")


def _check_read(world: World, runs: tuple[Run, ...]) -> None:
    """Where uploads are run, what is there was read in its last version, and none more often than
    it was uploaded."""
    record, runner = world.record(), look(world.ports, world.record()).case.runner
    batch = record.desired.policy.batch if record.desired else None
    uploads = {k: world.bucket.versions(k) for k in world.bucket.uploads() if k.startswith(INPUTS)}
    first = (run for run in runs if AGAIN not in run.due.id)
    read = Counter(name for run in first for name in _listed(world, run))
    for key, versions in uploads.items():
        count = read[key.removeprefix(INPUTS)]
        if count > len(versions):
            world.wrong(f"{key} was read {count} times")
        if batch and batch.on_upload and runner and not count and not record.is_deleted:
            world.wrong(f"{key} was never read")


def _check_again(world: World, runs: tuple[Run, ...]) -> None:
    """Where somebody went back and wanted it, what the wrong version read another one read."""
    record = world.record()
    wish, left = record.desired and record.desired.wish, record.releases.left
    if not isinstance(wish, Rollback) or not wish.rerun:
        return
    right = {run.input for run in runs if AGAIN in run.due.id and run.config not in left}
    wrong = {run.input for run in runs if run.config in left}
    if right != wrong:
        world.wrong(f"of {wrong} was read again {right}")


def _listed(world: World, run: Run) -> list[str]:
    body = world.batches.content(run.input.removeprefix("s3://bucket/"))
    return [str(name) for name in json.loads(body or b"[0]")[1:]]


def _bodies(world: World, name: str) -> list[bytes]:
    return [version.content for version in world.bucket.versions(f"{INPUTS}{name}")]
