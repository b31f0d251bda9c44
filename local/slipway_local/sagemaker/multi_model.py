"""Multi-model endpoints: SageMaker's side of the contract with their containers.

    request ── loaded? ──yes───────────────────────────► invoke ──► answer
                 └──no──► load ──in 60 s────────────────────┘  └─ without caching: unload
                            └──later──► ModelNotReadyException; it goes on loading

Source: "Invoke a Multi-Model Endpoint", "Custom Containers Contract for Multi-Model Endpoints".
"""

from http import HTTPStatus

from slipway_local.sagemaker import metrics
from slipway_local.sagemaker.account import Account
from slipway_local.sagemaker.errors import model_error, not_downloaded, not_ready
from slipway_local.sagemaker.routes import Route, Stage
from slipway_local.sagemaker.serving import MultiModelServer, Reply

OK, BAD_REQUEST, CONFLICT = HTTPStatus.OK, HTTPStatus.BAD_REQUEST, HTTPStatus.CONFLICT


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
        reply = server.load(target, timeout=timeout)
    except TimeoutError as error:
        _count(account, route, stage, hit=False, waited=account.clock() - asked)
        raise not_ready(target) from error
    waited = account.clock() - asked
    _conclude(account, route, stage, target, reply, waited)
    return waited


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
    _count(account, route, stage, hit=hit, waited=waited, took=took)
    if not hit and reply.status >= BAD_REQUEST:
        text = reply.body.decode("utf-8", "replace")
        raise model_error(route.log, reply.status, stage.label, text)


def release(account: Account, route: Route, stage: Stage, target: str) -> None:
    """The model has answered: without caching it is unloaded, unless others are asking it."""
    server = stage.server
    if stage.container.caching or not isinstance(server, MultiModelServer):
        return
    began = account.clock()
    if server.unload(target).status >= BAD_REQUEST:
        return
    ended = account.clock()
    took = (ended - began) * 1e6
    with account.lock:
        account.metrics.append(
            metrics.unloading(route.endpoint, route.variant.name, took_us=took, time=ended)
        )


def _count(
    account: Account,
    route: Route,
    stage: Stage,
    *,
    hit: bool,
    waited: float,
    took: float | None = None,
) -> None:
    server = stage.server
    models = len(server.loaded()) if isinstance(server, MultiModelServer) else 0
    data = metrics.loading(
        route.endpoint,
        route.variant.name,
        hit=hit,
        waited_us=waited * 1e6,
        took_us=None if took is None else took * 1e6,
        models=models,
        time=account.clock(),
    )
    with account.lock:
        account.metrics.extend(data)
