"""The loop of the inert machine: opcode after opcode, up to STOP, within the budget."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, Final

from slipway.artifacts.archives.reader import Damaged
from slipway.artifacts.pickles.opcodes import DISPATCH, Stop

if TYPE_CHECKING:
    from slipway.artifacts.pickles.machine import Machine

BURST: Final = 64  # opcodes between two looks at the budget


def run(machine: Machine) -> Any:  # noqa: ANN401 - any value
    """Execute up to STOP and return what the pickle describes; Damaged where it breaks."""
    try:
        while True:
            machine.reader.effort.step(BURST)
            for _ in range(BURST):
                follow(machine)
    except Stop as stop:
        return stop.args[0]
    except (IndexError, ValueError, OverflowError, struct.error) as error:
        raise Damaged(f"a pickle opcode is malformed: {error}") from None


def follow(machine: Machine) -> None:
    """Execute one opcode."""
    code = machine.reader.read(1)[0]
    action = DISPATCH.get(code)
    if action is None:
        raise Damaged(f"{code:#04x} is not a pickle opcode")
    action(machine)
