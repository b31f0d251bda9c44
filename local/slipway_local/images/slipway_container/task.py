"""A container of a task: confine the process, then become the command it was given.

SLIPWAY_COMMAND is the command as a JSON list, SLIPWAY_FOLDER where it starts. With SLIPWAY_BESIDE,
the number of a container's process, it runs as that one's user, as a health check does.
"""

import json
import os
import sys
from pathlib import Path
from typing import NoReturn

from . import confinement

_NOT_FOUND = 127  # as a shell ends


def main(arguments: list[str]) -> NoReturn:
    """`program root lifeline memory processes files file_size isolated`, as the launcher starts it;
    the container's folder tree is under `root`."""
    _, root, *numbers = arguments
    lifeline, *bounds = map(int, numbers)
    variables = dict(os.environ)
    words: list[str] = json.loads(variables.pop("SLIPWAY_COMMAND"))
    folder, beside = variables.pop("SLIPWAY_FOLDER"), variables.pop("SLIPWAY_BESIDE", "")
    if beside:
        confinement.join(confinement.Bounds(*bounds), int(beside), Path(root))
    else:
        confinement.confine(confinement.Bounds(*bounds), Path(root))
    confinement.die_with_parent(lifeline)
    os.chdir(folder)
    _become(words, variables)


def _become(words: list[str], variables: dict[str, str]) -> NoReturn:
    try:
        os.execvpe(words[0], words, variables)  # noqa: S606 # nosec B606
    except OSError as error:
        sys.stderr.write(f"{words[0]}: {error.strerror}\n")
        sys.stderr.flush()
        os._exit(_NOT_FOUND)
