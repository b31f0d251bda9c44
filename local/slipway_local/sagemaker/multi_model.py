"""Multi-model endpoints: SageMaker's side of the contract with their containers.

    request ── loaded? ──yes───────────────────────────► invoke ──► answer
                 └──no──► load ──in 60 s────────────────────┘  └─ without caching: unload
                           │ └──later──► ModelNotReadyException; it goes on loading
                           └──507, no memory──► unload what was asked least recently, load again

A model is found where its object is when it is first asked; once loaded it answers as it is until
it is unloaded, though its object be overwritten or removed.

Source: "How multi-model endpoints work", "Invoke a Multi-Model Endpoint", "Custom Containers
Contract for Multi-Model Endpoints".
"""

from collections.abc import Callable
from http import HTTPStatus

from slipway_local.sagemaker import metrics
from slipway_local.sagemaker.account import Account
from slipway_local.sagemaker.errors import model_error, not_downloaded, not_ready
from slipway_local.sagemaker.routes import Route, Stage
from slipway_local.sagemaker.serving import Invocation, MultiModelServer, Reply

OK, BAD_REQUEST, CONFLICT = HTTPStatus.OK, HTTPStatus.BAD_REQUEST, HTTPStatus.CONFLICT
FULL = HTTPStatus.INSUFFICIENT_STORAGE


def load(account: Account, route: Route, stage: Stage, target: str, timeout: float) -> float:
    """Have the target model loaded; how many seconds the request waited for it.

    Raises Refusal: ValidationError, ModelNotReadyException, ModelError. Raises ServerGone.
    """
    server = stage.server
    if not isinstance(server, MultiModelServer):
        return 0.0
    if target not in server.loaded():
        _check_data(account, stage, target)
    asked = account.clock()
    with account.lock:
        route.variant.loading.setdefault((stage.label, target), asked)
    try:
        reply = _with_room(
            account, route, server, target, lambda: server.load(target, timeout=timeout)
        )
    except TimeoutError as error:
        _count(account, route, stage, target, hit=False, waited=account.clock() - asked)
        raise not_ready(target) from error
    waited = account.clock() - asked
    _conclude(account, route, stage, target, reply, waited)
    return waited


def invoke(
    account: Account,
    route: Route,
    stage: Stage,
    invocation: Invocation,
    target: str,
    timeout: float,
) -> Reply:
    """Ask a container, whether it has one model or several. Raises as Server.invoke, and Refusal:
    ModelNotReadyException."""
    server = stage.server
    if not isinstance(server, MultiModelServer):
        return server.invoke(invocation, timeout=timeout)
    return _with_room(
        account, route, server, target, lambda: server.invoke(invocation, timeout=timeout)
    )


def _with_room(
    account: Account,
    route: Route,
    server: MultiModelServer,
    target: str,
    ask: Callable[[], Reply],
) -> Reply:
    """What the container answers, once what it has no memory for has found room.

    Raises Refusal: ModelNotReadyException, while all others are being asked.
    """
    while (reply := ask()).status == FULL:
        others = [each for each in server.loaded() if each != target]
        if not others:
            return reply
        if not any(_unload(account, route, server, other) for other in others):
            raise not_ready(target)
    return reply


def _check_data(account: Account, stage: Stage, target: str) -> None:
    """A model that is loaded answers though its object be gone; others need it."""
    url = f"{(stage.container.model_data_url or '').rstrip('/')}/{target.lstrip('/')}"
    if not account.has_object(url):
        bucket, _, key = url.removeprefix("s3://").partition("/")
        raise not_downloaded(bucket, key)


def _conclude(
    account: Account, route: Route, stage: Stage, target: str, reply: Reply, waited: float
) -> None:
    """The container said that the model is there, or why it is not."""
    with account.lock:
        began = route.variant.loading.pop((stage.label, target), None)
    hit = reply.status == CONFLICT
    took = account.clock() - began if began is not None and reply.status == OK else None
    _count(account, route, stage, target, hit=hit, waited=waited, took=took)
    if not hit and reply.status >= BAD_REQUEST:
        text = reply.body.decode("utf-8", "replace")
        raise model_error(route.log, reply.status, stage.label, text)


def release(account: Account, route: Route, stage: Stage, target: str) -> None:
    """The model has answered: without caching it is unloaded, unless others are asking it."""
    if not stage.container.caching and isinstance(stage.server, MultiModelServer):
        _unload(account, route, stage.server, target)


def _unload(account: Account, route: Route, server: MultiModelServer, target: str) -> bool:
    """Whether the model was there, and nobody was asking it."""
    began = account.clock()
    if server.unload(target).status >= BAD_REQUEST:
        return False
    ended = account.clock()
    took = (ended - began) * 1e6
    with account.lock:
        account.metrics.append(
            metrics.unloading(route.endpoint, route.variant.name, took_us=took, time=ended)
        )
    return True


def _count(
    account: Account,
    route: Route,
    stage: Stage,
    target: str,
    *,
    hit: bool,
    waited: float,
    took: float | None = None,
) -> None:
    server = stage.server
    if not isinstance(server, MultiModelServer):
        return
    data = metrics.loading(
        route.endpoint,
        route.variant.name,
        hit=hit,
        waited_us=waited * 1e6,
        took_us=None if took is None else took * 1e6,
        downloaded_us=server.downloaded(target) * 1e6,
        models=len(server.loaded()),
        time=account.clock(),
    )
    with account.lock:
        account.metrics.extend(data)
