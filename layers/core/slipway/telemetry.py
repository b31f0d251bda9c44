"""What the functions tell about themselves: a line of JSON a call, and metrics in the log.

Metrics are written in CloudWatch's embedded metric format, so counting costs no call.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache, wraps
from typing import TypeVar

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit, single_metric

from slipway.domain.errors import SlipwayError
from slipway.domain.watch import METRIC, NAMESPACE
from slipway.domain.world import Drift

KEYS = ("deployment", "execution")

Event = TypeVar("Event", bound=Mapping[str, object])
Answer = TypeVar("Answer")
Handler = Callable[[Event, object], Answer]


@cache
def logger() -> Logger:
    """The functions' logger. POWERTOOLS_SERVICE_NAME and POWERTOOLS_LOG_LEVEL set it up."""
    return Logger(location=None)


def observed(handler: Handler[Event, Answer]) -> Handler[Event, Answer]:
    """The handler, telling what came of each call under its event's deployment and execution."""

    def tell(event: Event, context: object) -> Answer:
        with telling(**{key: event[key] for key in KEYS if key in event}) as outcome:
            answer = handler(event, context)
            outcome(answer)
            return answer

    @wraps(handler)
    def call(event: Event, context: object) -> Answer:
        return logger().inject_lambda_context(tell, clear_state=True)(event, context)

    return call


@contextmanager
def telling(**keys: object) -> Iterator[Callable[[object], None]]:
    """Log what comes of the work inside, under `keys`; errors pass through.

    The work hands its outcome, anything JSON can hold, to the function it is given.
    """
    with logger().append_context_keys(**keys):
        try:
            yield logger().info
        except SlipwayError as news:
            # Raised on purpose, for the state machine or the queue to act on: no traceback.
            logger().warning("%s: %s", type(news).__name__, news)
            raise
        except Exception:
            logger().exception("Failed")
            raise


def counted(deployment: str, drift: Drift | None) -> str:
    """Count the violations of a window; what it showed, in a word.

    A window without data to judge counts nothing, not zero: alarms miss it, as they should.
    """
    if drift is None:
        return "nothing new"
    if drift.judged:
        count(METRIC, deployment, drift.violations)
    return drift.state


def count(what: str, deployment: str, value: int = 1) -> None:
    """Add to the metric `what` of a deployment."""
    with single_metric(what, MetricUnit.Count, value=value, namespace=NAMESPACE) as metric:
        metric.add_dimension("deployment", deployment)
