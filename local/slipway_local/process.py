"""The cloud's own process: MiniStack, with SageMaker in it and the models that it serves.

`slipway_local.cloud` starts it as `python -m slipway_local.process <state folder>`, in the
environment that MiniStack needs.
"""

import logging
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random, SystemRandom
from threading import Event, Thread
from typing import Any

from ministack import app

from slipway_local import record
from slipway_local.ecs import keeping as tasks_keeping
from slipway_local.ecs.service import ECS
from slipway_local.images.jobs import ProcessRunner
from slipway_local.images.launcher import ProcessLauncher, image_trouble
from slipway_local.images.tasks import ProcessTasks
from slipway_local.images.transfers import Objects
from slipway_local.ministack import (
    authorize_tasks,
    events,
    interfaces,
    mount,
    server,
    stack_resources,
    stores,
    task_resources,
    task_stores,
    task_targets,
)
from slipway_local.ministack.alarms import Watch
from slipway_local.ministack.keeping import Keeper
from slipway_local.ministack.measures import Queues
from slipway_local.ministack.settings import Settings
from slipway_local.sagemaker import keeping
from slipway_local.sagemaker.account import Durations
from slipway_local.sagemaker.jobs import Runner
from slipway_local.sagemaker.service import SageMaker
from slipway_local.sagemaker.serving import Container, Launcher, Server

_TICK_SECONDS = 0.05
# At the least, so that whoever looks now and then sees it under way.
_CHANGING_SECONDS = 5.0
# What a process is given to start, to end or to check another one, however fast time runs.
_PROCESS_SECONDS = 2.0
_LOG = logging.getLogger(__name__)


def main(state: Path) -> None:
    """Run the cloud recorded in `state` until it is told to stop."""
    if os.getpgrp() != os.getpid():
        os.setsid()  # a group of its own: a signal to it reaches every worker, and no one else
    with record.held(state):
        record.pid(state).write_text(str(os.getpid()))
        try:
            run(record.load(state))
        except Exception:  # noqa: BLE001 - logged; the process ends
            _LOG.exception("The cloud failed.")
        # Threads that still wait for a function or a token would keep the process alive.
        os._exit(0)


def run(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT, then end every process that was started."""
    fetch = stores.object_reader(*settings.owner)
    launcher = Launched(ProcessLauncher(settings.models, fetch, project=settings.project))
    runner = ProcessRunner(settings.models, _objects(settings))
    watch = Watch(settings.owner, settings.time_scale, events.putter(*settings.owner))
    sagemaker = build(settings, launcher, runner, watch)
    server.prepare(settings)
    tasks = ProcessTasks(settings.models, project=settings.project)
    ecs = build_ecs(settings, tasks)
    mount.mount(sagemaker.handle, auth=settings.auth)
    mount.mount_ecs(ecs.handle, authorize_tasks.refusing(ecs.account), auth=settings.auth)
    stack_resources.install(sagemaker.handle)
    task_resources.install(ecs.handle)
    task_targets.install(ecs.handle, ecs.account, task_stores.permission(settings))
    watch.install()
    queues = Queues(settings.owner, settings.time_scale)
    ticks = (sagemaker.tick, ecs.tick, queues.tick, watch.tick)
    with kept(settings, accounts(sagemaker, ecs)) as application, ticking(*ticks):
        try:
            server.serve(settings, application)
        finally:
            sagemaker.flush()
            launcher.stop()
            runner.stop()
            ecs.close()
            tasks.stop()
            server.stop_workers()


@dataclass(frozen=True, slots=True)
class Keepable:
    """How an account is written down, and read again."""

    write: Callable[[], bytes]
    restore: Callable[[bytes], None]


def accounts(sagemaker: SageMaker, ecs: ECS) -> Mapping[str, Keepable]:
    """What is kept beside MiniStack's services, by its file."""
    served, run = sagemaker.account, ecs.account
    return {
        "sagemaker.json": Keepable(
            partial(keeping.written, served), partial(keeping.restore, served)
        ),
        "tasks.json": Keepable(
            partial(tasks_keeping.written, run), partial(tasks_keeping.restore, run)
        ),
    }


@contextmanager
def kept(settings: Settings, accounts: Mapping[str, Keepable]) -> Iterator[Any]:
    """The application to serve; what it holds is what was kept, and is kept while it serves."""
    if not settings.keep:
        yield app.app
        return
    for name, account in accounts.items():
        if (settings.kept / name).exists():
            _restore(account, settings.kept / name)
    keeper = Keeper(settings.kept, {name: account.write for name, account in accounts.items()})
    keeper.install()
    with ticking(keeper.tick):
        yield keeper.watched(app.app)
    keeper.save()


def _restore(account: Keepable, file: Path) -> None:
    try:
        account.restore(file.read_bytes())
    except ValueError as error:
        raise RuntimeError(
            f"{file} is of another version of Slipway: forget what was kept with --fresh."
        ) from error


class Launched:
    """A launcher that remembers what it launched, so that it can be ended."""

    def __init__(self, launcher: Launcher) -> None:
        self._launcher = launcher
        self._servers: list[Server] = []

    def launch(self, container: Container) -> Server:
        """Start a container in the background."""
        server = self._launcher.launch(container)
        self._servers.append(server)
        return server

    def stop(self) -> None:
        """End all containers; those that have ended do not mind."""
        for launched in self._servers:
            launched.stop()


def build(settings: Settings, launcher: Launcher, runner: Runner, watch: Watch) -> SageMaker:
    """SageMaker, wired to MiniStack's bus, metrics and alarms."""
    scale = settings.time_scale
    pause = settings.instance_seconds * scale
    return SageMaker(
        launcher,
        clock=time.time,
        random=Random(),  # noqa: S311 - it shares out traffic
        emit=events.putter(*settings.owner),
        put_metrics=stores.metrics_writer(*settings.owner),
        put_object=stores.object_writer(*settings.owner),
        has_object=stores.object_finder(*settings.owner),
        has_role=stores.role_finder(*settings.owner),
        image_trouble=partial(image_trouble, settings.project),
        in_alarm=stores.alarm_reader(*settings.owner),
        put_alarm=stores.alarm_putter(*settings.owner),
        delete_alarm=stores.alarm_deleter(*settings.owner),
        ringing=watch.ringing,
        find_objects=stores.object_lister(*settings.owner),
        read_object=stores.object_reader(*settings.owner),
        object_kind=stores.object_kinds(*settings.owner),
        publish=stores.publisher(*settings.owner),
        put_log=stores.log_writer(*settings.owner),
        background=_in_background,
        runner=runner,
        durations=Durations(
            creating=pause,
            updating=pause,
            rescaling=max(pause, _CHANGING_SECONDS * scale),
            rolling_back=max(pause, _CHANGING_SECONDS * scale),
            capturing=60 * scale,
            hour=3600 * scale,
            monitoring=120 * scale,
            second=scale,
            measuring=60 * scale,
        ),
        account_id=settings.account,
        region=settings.region,
    )


def build_ecs(settings: Settings, tasks: ProcessTasks) -> ECS:
    """ECS, wired to MiniStack's bus, logs, roles and secrets."""
    owner = settings.owner
    return ECS(
        tasks,
        clock=time.time,
        random=SystemRandom(),
        emit=events.putter(*owner),
        put_log=stores.log_writer(*owner),
        has_role=stores.role_finder(*owner, "ecs-tasks.amazonaws.com"),
        has_group=task_stores.group_finder(*owner),
        secret=task_stores.secret_reader(*owner),
        credentials=task_stores.credentials_of(settings),
        in_alarm=stores.alarm_reader(*owner),
        plug=interfaces.plugger(*owner),
        unplug=interfaces.unplugger(*owner),
        may=task_stores.permission(settings),
        second=settings.time_scale,
        least=_PROCESS_SECONDS,
        account_id=settings.account,
        region=settings.region,
    )


def _in_background(work: Callable[[], None]) -> None:
    Thread(target=_run, args=(work,), name="asynchronous", daemon=True).start()


def _objects(settings: Settings) -> Objects:
    owner = settings.owner
    return Objects(
        stores.object_reader(*owner), stores.object_lister(*owner), stores.object_writer(*owner)
    )


@contextmanager
def ticking(*ticks: Callable[[], None]) -> Iterator[None]:
    """Call each of `ticks` every 50 ms while the block lasts; what one raises is logged."""
    ended = Event()

    def run_ticks() -> None:
        while not ended.wait(_TICK_SECONDS):
            for tick in ticks:
                _run(tick)

    thread = Thread(target=run_ticks, name="ticks", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _run(tick: Callable[[], None]) -> None:
    try:
        tick()
    except Exception:  # noqa: BLE001 - the next tick may succeed, and the others must
        _LOG.exception("%s failed.", tick)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
