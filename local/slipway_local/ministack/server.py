"""MiniStack's server, run until it is told to stop, and leaving nothing behind."""

import asyncio
import signal
from typing import Any

import hypercorn.asyncio
from hypercorn.config import Config
from ministack import app
from ministack.core import lambda_runtime

from slipway_local.ministack import (
    authorize,
    conditions,
    encryption,
    events,
    functions,
    interfaces,
    measures,
    workflows,
)
from slipway_local.ministack.settings import Settings

_DRAIN_SECONDS = 0.5


def prepare(settings: Settings) -> None:
    """Fill MiniStack's gaps; before `serve`, once."""
    authorize.trust_loopback()
    conditions.name_alarms()
    conditions.name_namespaces_and_sources()
    encryption.name_managed_key()
    functions.isolate_workers(settings.runtime)
    functions.share_layers(settings.temporary / "layers")
    functions.name_errors()
    functions.retry_events()
    functions.measure_invocations()
    workflows.wait_for_tokens(settings.time_scale)
    workflows.keep_stopped_executions()
    workflows.start_idempotently()
    measures.count_executions()
    measures.know_extended_statistics()
    events.name_versions()
    events.tell_when_due()
    events.scale_schedules(settings.time_scale)
    interfaces.tell_public_addresses()


def serve(settings: Settings, application: Any = app.app) -> None:
    """Serve on the loopback interface until SIGTERM or SIGINT."""
    config = Config()
    config.bind = [f"127.0.0.1:{settings.port}"]
    config.keep_alive_timeout = 75
    config.graceful_timeout = _DRAIN_SECONDS
    config.accesslog = None
    asyncio.run(_serve(config, application))


def stop_workers() -> None:
    """End the processes that run functions."""
    lambda_runtime.reset()


async def _serve(config: Config, application: Any) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await hypercorn.asyncio.serve(application, config, shutdown_trigger=stop.wait)
