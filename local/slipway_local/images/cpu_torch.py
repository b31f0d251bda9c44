"""PyTorch's build for the processor alone, nearest to what an image pins.

On Linux the package index has PyTorch with gigabytes of CUDA, which nothing here can use. A CPU
build comes from the wheels that this machine's pip is told of (its find-links, which uv does not
read), or from PyTorch's own index of them, which uv knows and not every network reaches.
"""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from slipway_local.images.installing import EnvironmentFailed, installer, pip, run

# Whether PyTorch's index can be reached shows at once.
_HASTE = {"UV_HTTP_RETRIES": "0", "UV_HTTP_CONNECT_TIMEOUT": "5"}
_UNREACHED = "Failed to fetch"


def needs_cpu_build(package: str) -> bool:
    """Whether a pin is PyTorch's, on a system where its usual build is one of CUDA."""
    return package.startswith("torch==") and sys.platform == "linux"


def install_cpu_build(home: Path, pin: str) -> bool:
    """Install the CPU build nearest to `torch==version`, without what it needs itself.

    False where none can be had.
    """
    failures = [""]
    for attempt in _attempts(home, pin, failures):
        try:
            attempt()
        except EnvironmentFailed as failure:
            failures.append(str(failure))
        else:
            return True
    return False


def _attempts(home: Path, pin: str, failures: list[str]) -> Iterator[Callable[[], None]]:
    """What to try, nearest first; `failures` are those of what was tried before."""
    newer, older = pin.replace("==", ">="), pin.replace("==", "<=")
    yield lambda: _known(home, pin)
    yield lambda: _from_its_index(home, pin)
    if _UNREACHED not in failures[-1]:
        yield lambda: _from_its_index(home, newer)
    yield lambda: _known(home, newer)
    yield lambda: _known(home, older)


def _known(home: Path, wanted: str) -> None:
    """From the wheels that pip knows; whatever installs the rest compiles it, too."""
    run([*pip(home), "--no-compile", "--no-index", "--no-deps", wanted])


def _from_its_index(home: Path, wanted: str) -> None:
    """The oldest version that fits."""
    command = installer(home, "lowest-direct", wanted)
    run([*command, "--torch-backend", "cpu", "--no-deps", wanted], {**os.environ, **_HASTE})
