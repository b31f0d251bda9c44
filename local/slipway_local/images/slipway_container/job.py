"""The `run` of an image that does one job and ends: confine the process, then do it."""

import importlib
import os
import sys
import traceback
from pathlib import Path
from typing import NoReturn

from . import confinement

_MESSAGE = "opt/ml/output/message"
_FAILED = 255  # as Python's sys.exit(-1), which AWS's containers end with


def main(arguments: list[str]) -> NoReturn:
    """`program root lifeline memory processes files file_size`, as the launcher starts it.

    The container's folder tree is under `root`; `program` is a module whose `run` is given it
    and the environment, and returns what the job's message says. SLIPWAY_PACKAGE is the folder of
    a package of ours that the module needs.
    """
    program, root, *numbers = arguments
    lifeline, *bounds = map(int, numbers)
    confinement.confine(confinement.Bounds(*bounds), Path(root))
    confinement.die_with_parent(lifeline)
    code = _run(program, Path(root))
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # threads of libraries keep nothing waiting


def _run(program: str, root: Path) -> int:
    try:
        variables = dict(os.environ)
        _bring(Path(variables.pop("SLIPWAY_PACKAGE")))
        module = importlib.import_module(f".{program}", __package__)
        message, code = str(module.run(root, variables)), 0
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is the job's ending
        traceback.print_exception(error)
        message, code = str(error) or type(error).__name__, _FAILED
    (root / _MESSAGE).write_text(message, errors="replace")
    return code


def _bring(package: Path) -> None:
    """Import a package from where it is, so that nothing that lies beside it can be."""
    sys.path.insert(0, str(package.parent))
    importlib.import_module(package.name)
    del sys.path[0]
