"""Probes of an asynchronous endpoint: all are sent at once, and judged when they are answered.

No function waits for them: whoever sent them writes down where the answers will be, and Decide
looks whether they are there.
"""

import hashlib
import re
from collections.abc import Mapping

from slipway.domain import naming
from slipway.domain.probed import LINE_SECONDS, InLine, Line, Origin
from slipway.ports import Ports, Reply
from slipway.requesting import Probe

STATUS = re.compile(r"error \((\d{3})\)")  # as SageMaker tells what a model answered
UNANSWERED = Reply(504, "", f"it was not answered within {LINE_SECONDS / 60:g} minutes".encode())


def sent(ports: Ports, deployment: str, generation: int, config: str, probes: list[Probe]) -> Line:
    """The probes, in line at the endpoint."""
    endpoint = naming.endpoint_name(ports.site, deployment)
    return Line(
        generation,
        config,
        ports.clock(),
        tuple(_in_line(ports, deployment, endpoint, probe) for probe in probes),
    )


def _in_line(ports: Ports, deployment: str, endpoint: str, probe: Probe) -> InLine:
    body = probe.request.body
    key = f"{naming.asked_prefix(deployment)}{hashlib.sha256(body).hexdigest()}"
    ports.uploaded.put(key, body)
    location = f"s3://{ports.site.bucket}/{key}"
    found = ports.endpoints.submit(endpoint, probe.request, location, int(LINE_SECONDS))
    return InLine(probe.origin, found.output, found.failure)


def replies(ports: Ports, line: Line) -> Mapping[Origin, Reply]:
    """What became of each probe. How long it waited says nothing of the model."""
    return {each.origin: _reply(ports, each) for each in line.probes}


def _reply(ports: Ports, sent: InLine) -> Reply:
    answer = ports.uploaded.written(sent.output)
    if answer:
        return Reply(200, *answer)
    failure = ports.uploaded.written(sent.failure)
    return _failed(failure[1]) if failure else UNANSWERED


def _failed(said: bytes) -> Reply:
    told = STATUS.search(said.decode("utf-8", "replace"))
    return Reply(int(told[1]) if told else 500, "text/plain", said)
