"""Where a task's ports and volumes are on this machine, and how its words say so.

On Linux every address of 127.0.0.0/8 is this machine, so that each task has one of its own, and its
ports as they are. Elsewhere all have 127.0.0.1; a port that is taken there is a free one.
"""

import re
import socket
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import SystemRandom

from slipway_local.ecs.running import Binding

LOOPBACK = "127.0.0.1"
_LOCAL = re.compile(r"\b(?:localhost|127\.0\.0\.1|0\.0\.0\.0):(\d+)\b")


def fresh_address() -> str:
    """An address that no other task has, where there are several."""
    if sys.platform != "linux":
        return LOOPBACK
    chance = SystemRandom()
    return f"127.{chance.randint(1, 254)}.{chance.randint(0, 255)}.{chance.randint(2, 254)}"


def bound(address: str, ports: Sequence[int]) -> dict[int, Binding]:
    """Where each port of a task is."""
    return {port: _binding(address, port) for port in ports}


def _binding(address: str, port: int) -> Binding:
    for host, number in ((address, port), (address, 0), (LOOPBACK, 0)):
        try:
            with socket.create_server((host, number)) as listener:
                return Binding(port, host, listener.getsockname()[1])
        except OSError:
            continue
    raise OSError(f"no port of {LOOPBACK} is free for port {port} of a container")


@dataclass(frozen=True, slots=True)
class Places:
    """What the words of a container's command and environment mean here.

    `localhost:8501` is a port of the task, wherever that is; a path at or below a mount is the
    volume's folder.
    """

    bindings: Mapping[int, Binding]
    mounts: Mapping[str, Path]

    def told(self, words: str) -> str:
        """Words as they are right here."""
        moved = _LOCAL.sub(self._port, words)
        for path, folder in self.mounts.items():
            moved = re.sub(rf"(?<![\w./-]){re.escape(path)}(?![\w.-])", str(folder), moved)
        return moved

    def _port(self, found: re.Match[str]) -> str:
        binding = self.bindings.get(int(found[1]))
        return f"{binding.host}:{binding.host_port}" if binding else found[0]
