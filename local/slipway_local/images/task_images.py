"""Which images a task's container may have, and what runs of them where nothing else is said.

An image of one's own is what slipway.images.yaml says. An image of the catalogue is its packages'
environment; TensorFlow's have TensorFlow Serving's command, too.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from slipway_local.images.custom import Custom, find
from slipway_local.images.environments import Environments
from slipway_local.images.registry import Family, UnknownImage, family_of

_SERVING = "tensorflow/serving"
_SERVES = "tensorflow.serving"
_ENTRY = "tf_serving_entrypoint.sh"
_ENTRY_SCRIPT = """#!/bin/sh
exec tensorflow_model_server --port=8500 --rest_api_port=8501 --model_name="$MODEL_NAME" \\
  --model_base_path="$MODEL_BASE_PATH/$MODEL_NAME" "$@"
"""
_COMMAND = """#!/bin/sh
exec '{python}' -I -u -c 'import sys; sys.path.insert(0, "{folder}"); \\
from slipway_container.tensorflow.model_server import main; del sys.path[0]; main()' "$@"
"""
# Python and all of TensorFlow stand for a server in C++.
_OVERHEAD = 512 * 1024 * 1024
_TOLD = {"MODEL_NAME": "model", "MODEL_BASE_PATH": "/models"}


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands for an image: an interpreter, its own entry point and command, variables, and
    the commands that it brings, by name. `overhead` is how many bytes of memory its process takes
    that the image's own would not."""

    python: Path
    entry_point: Sequence[str]
    command: Sequence[str]
    environment: Mapping[str, str]
    brings: Mapping[str, str]
    custom: Custom | None = None
    overhead: int = 0

    def lay_out(self, root: Path) -> None:
        """Put what the image holds under a container's root."""
        for name in ("usr/bin", "tmp", "opt/ml/model"):
            (root / name).mkdir(parents=True)
        for name, script in self.brings.items():
            (root / "usr/bin" / name).write_text(script)
            (root / "usr/bin" / name).chmod(0o755)
        program = root / "opt/ml/program"
        if self.custom:
            self.custom.lay_out(program)
        else:
            program.mkdir()


def standing(
    project: Path | None, image: str, environments: Environments, families: tuple[Family, ...]
) -> Standing:
    """What stands for an image, made on first use. Raises CustomImageRefused, EnvironmentFailed,
    FolderRefused and UnknownImage."""
    custom = find(project, image)
    if custom:
        python = custom.python() or environments.provide((), custom.requirements()).python
        return Standing(python, (), custom.entry.command, custom.entry.environment, {}, custom)
    family = _family(image, families)
    packages = (*family.packages, *family.script_packages)
    python = environments.provide(packages).python
    if family.algorithm_server != _SERVES:
        return Standing(python, (), (), {}, {})
    server = _COMMAND.format(python=python, folder=Path(__file__).parent)
    brings = {"tensorflow_model_server": server, _ENTRY: _ENTRY_SCRIPT}
    return Standing(python, (_ENTRY,), (), _TOLD, brings, overhead=_OVERHEAD)


def _family(image: str, families: tuple[Family, ...]) -> Family:
    name, _, tag = image.rpartition("/")[2].partition(":")
    if f"{image.rpartition('/')[0].rpartition('/')[2]}/{name}" != _SERVING:
        return family_of(image, families)
    version = re.sub(r"-(gpu|devel|devel-gpu)$", "", tag or "latest")
    served = [each for each in families if each.repository == "tensorflow-inference"]
    found = served[-1:] if version == "latest" else [e for e in served if _is(e.tag, version)]
    if not found:
        raise UnknownImage(
            f"image {image!r} is not known here; known: {_SERVING} with the tags "
            f"{', '.join(each.tag for each in served)}"
        )
    return found[-1]


def _is(tag: str, version: str) -> bool:
    return f"{tag}.".startswith(f"{version}.")
