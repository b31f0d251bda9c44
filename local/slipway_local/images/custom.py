"""Images of one's own, without Docker: what stands for them on this machine.

A file `slipway.images.yaml` in the project's folder maps an image's URI, or what comes after its
last slash, to a command that speaks the container contract and to what the command needs:

    123456789012.dkr.ecr.eu-west-1.amazonaws.com/churn:3:
      command: [python, serve.py]        # listens on {port}, loads from {model}
      folder: container                  # what is beside the command, copied for each container
      requirements: container/requirements.txt

Paths are relative to the file. It is read at each start of a container.
"""

import shlex
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from slipway_local.images.requirements import Wanted, requirements_in

NAME = "slipway.images.yaml"


class CustomImageRefused(Exception):
    """What the file says cannot be used; the message names the image, the field and the remedy."""


def _words(command: object) -> object:
    return shlex.split(command) if isinstance(command, str) else command


class Entry(BaseModel):
    """What stands for one image. Without `python` an environment is made of `requirements`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    command: Annotated[tuple[str, ...], BeforeValidator(_words), Field(min_length=1)]
    folder: Path | None = None
    requirements: Path | None = None
    python: Path | None = None
    environment: Mapping[str, str] = {}


_FILE: TypeAdapter[dict[str, Entry]] = TypeAdapter(dict[str, Entry])


@dataclass(frozen=True, slots=True)
class Custom:
    """An entry of the file in `project`."""

    project: Path
    image: str
    entry: Entry

    def requirements(self) -> Wanted:
        """What its environment holds. Raises CustomImageRefused, FolderRefused."""
        given = self.entry.requirements
        return requirements_in(self._there(given, "requirements")) if given else Wanted()

    def python(self) -> Path | None:
        """The interpreter of an environment that somebody made already. Raises
        CustomImageRefused."""
        given = self.entry.python
        return self._there(given, "python") if given else None

    def lay_out(self, folder: Path) -> None:
        """Copy into `folder` what the command finds beside it. Raises CustomImageRefused."""
        given = self.entry.folder
        if given is None:
            folder.mkdir()
        else:
            shutil.copytree(self._there(given, "folder"), folder)

    def _there(self, given: Path, field: str) -> Path:
        path = self.project / given
        if not path.exists():
            raise CustomImageRefused(f"{NAME}: {self.image}: {field}: there is no {path}")
        return path


def find(project: Path | None, image: str) -> Custom | None:
    """What stands for the image in the project's file; None where the file does not say.

    Raises CustomImageRefused.
    """
    file = project / NAME if project else None
    if project is None or file is None or not file.is_file():
        return None
    entries = _read(file)
    for name in (image, image.rsplit("/", 1)[-1]):
        if name in entries:
            return Custom(project, name, entries[name])
    return None


def _read(file: Path) -> Mapping[str, Entry]:
    try:
        return _FILE.validate_python(yaml.safe_load(file.read_text()) or {})
    except yaml.YAMLError as error:
        raise CustomImageRefused(f"{file} is no YAML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ": ".join(map(str, first["loc"]))
        raise CustomImageRefused(f"{file}: {where}: {first['msg']}") from error
