"""A transform job's life in its containers: they get ready, it works, they end with it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from slipway_local.sagemaker.batch.failures import ObjectFailed
from slipway_local.sagemaker.batch.work import Store, Work
from slipway_local.sagemaker.jobs import Ending
from slipway_local.sagemaker.serving import Health, Server

_UNWELL = (
    "AlgorithmError: Model container failed to respond to ping. Please ensure /ping endpoint is "
    "implemented and responds with an HTTP 200 status code"
)


class TransformRun:
    """One job, as CreateTransformJob takes it; `labels` are what its containers are called."""

    def __init__(
        self,
        body: Mapping[str, Any],
        labels: Sequence[str],
        servers: Sequence[Server],
        store: Store,
    ) -> None:
        self.labels, self.servers = labels, servers
        self._work = Work(body, servers, store, lambda: self._stopped)
        self._begun = self._stopped = False
        self._ending: Ending | None = None

    def ready(self) -> bool:
        """Whether it can begin: it has not yet, and all of its containers are well."""
        healths = {server.health() for server in self.servers}
        if not self._begun and Health.FAILED in healths:
            self._end(Ending(failure=_UNWELL))
        return not self._begun and self._ending is None and healths == {Health.READY}

    def begin(self) -> None:
        """`work` is about to be called."""
        self._begun = True

    def ending(self) -> Ending | None:
        """How it ended, outputs and all; None until then."""
        return self._ending

    def stop(self) -> None:
        """Have it end; returns at once. Calling it again does nothing."""
        self._stopped = True
        if not self._begun:
            self._end(Ending())
        for server in self.servers:
            server.stop()

    def work(self) -> None:
        """All that it does; takes as long as it takes."""
        try:
            with TemporaryDirectory(prefix="transform-") as folder:
                ending = Ending(failure=self._work.done(Path(folder)))
        except ObjectFailed as failure:
            ending = Ending(failure=f"{failure.blame}: {failure.text}")
        except Exception as error:  # noqa: BLE001 - S3 is the caller's and may raise anything
            ending = Ending(failure=f"InternalServerError: {type(error).__name__}: {error}")
        self._end(ending)

    def _end(self, ending: Ending) -> None:
        for server in self.servers:
            server.stop()
        self._ending = ending
