"""Containers as processes: the launcher that needs no Docker."""

from pathlib import Path

from slipway_local.images.custom import CustomImageRefused, find
from slipway_local.images.environments import Environments, Progress
from slipway_local.images.folders import Fetch, sweep
from slipway_local.images.multi_model import MultiModelServer
from slipway_local.images.processes import DEFAULT_BOUNDS
from slipway_local.images.registry import FAMILIES, Family, UnknownImage, family_of
from slipway_local.images.server import Ground, ProcessServer
from slipway_local.images.slipway_container.confinement import Bounds
from slipway_local.sagemaker.serving import Container


def image_trouble(project: Path | None, image: str) -> str:
    """Why no container of the image can be started here; nothing where one can."""
    try:
        if find(project, image) is None:
            family_of(image)
    except (CustomImageRefused, UnknownImage) as error:
        return str(error)
    return ""


class ProcessLauncher:
    """Starts each container as a process of its own.

    `home` holds `images/` (kept), `containers/` (one folder each, until it ends; what a killed
    cloud left is removed here) and `logs/` (kept). `fetch` gives the bytes, or a file, of an
    s3:// URL. `startup_seconds` is how long a container may take to answer /ping; making the
    environment of an image for the first time is not counted, as pulling an image is not.
    `project` is the folder whose slipway.images.yaml tells of images that are no family's.
    """

    def __init__(
        self,
        home: Path,
        fetch: Fetch,
        *,
        progress: Progress = lambda _: None,
        bounds: Bounds = DEFAULT_BOUNDS,
        startup_seconds: float = 480.0,
        families: tuple[Family, ...] = FAMILIES,
        project: Path | None = None,
    ) -> None:
        sweep(home / "containers")
        environments = Environments(home / "images", progress)
        self._ground = Ground(home, environments, fetch, bounds, startup_seconds, families, project)

    def launch(self, container: Container) -> ProcessServer | MultiModelServer:
        """Start a container in the background."""
        kind = MultiModelServer if container.multi_model else ProcessServer
        server = kind(self._ground, container)
        server.start()
        return server
