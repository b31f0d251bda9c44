"""The group of all commands: what goes wrong in one is told in one line, and what is large is
imported when it is asked for."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from slipway_cli.failures import told

# The drift engine takes a second to import.
LATER: Mapping[str, str] = {"drift": "slipway_cli.drift"}


class Commands(TyperGroup):
    """The commands of the app, and those of LATER."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401 - click's own signature
        """The names, as the help shows them."""
        return [*super().list_commands(ctx), *LATER]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401
        """A command by its name."""
        if cmd_name in LATER:
            found = typer.main.get_command(import_module(LATER[cmd_name]).app)
            found.name = cmd_name
            return found
        return super().get_command(ctx, cmd_name)

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401
        """Run a command; end with the exit code of the problem it met."""
        with told():
            return super().invoke(ctx)
