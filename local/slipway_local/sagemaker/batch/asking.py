"""One request of a transform job, passed through its model's containers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from slipway_local.sagemaker import chain
from slipway_local.sagemaker.batch.failures import ObjectFailed, refused, unanswered
from slipway_local.sagemaker.serving import Invocation, Reply, Server, ServerGone


@dataclass(frozen=True, slots=True)
class Model:
    """A model's running containers; what they are asked with, how long, and how often again."""

    servers: Sequence[Server]
    headers: Mapping[str, str]
    timeout: float
    retries: int

    def ask(self, body: bytes) -> bytes:
        """The answer. What is not answered in time, or with 5XX, is asked again; the reference
        says no more than "when invocation requests are failing". Raises ObjectFailed."""
        for _ in range(self.retries):
            try:
                return self._once(body)
            except ObjectFailed as failure:
                if not failure.passing:
                    raise
        return self._once(body)

    def _once(self, body: bytes) -> bytes:
        try:
            reply = self._passed(body)
        except (ServerGone, TimeoutError) as error:
            raise unanswered() from error
        if reply.status >= 400:
            raise refused(reply.status, reply.body)
        return reply.body

    def _passed(self, body: bytes) -> Reply:
        reply, headers = Reply(200, {}, body), self.headers
        for server in self.servers:
            told = chain.told(headers, last=server is self.servers[-1])
            reply = server.invoke(Invocation(reply.body, told), timeout=self.timeout)
            if reply.status >= 400:
                break
            headers = chain.after(headers, reply)
        return reply
