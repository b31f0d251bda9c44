"""The group of all commands: what goes wrong in one is told in one line, and what is large is
imported when it is asked for."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from slipway_cli.failures import Exit, Problem, told

# The drift engine takes a second to import. Each needs the extra of its name.
LATER: Mapping[str, str] = {"drift": "slipway_cli.drift", "export": "slipway_cli.exporting"}


class Commands(TyperGroup):
    """The commands of the app, and those of LATER."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401 - click's own signature
        """The names, as the help shows them."""
        return [*super().list_commands(ctx), *LATER]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401
        """A command by its name."""
        if cmd_name in LATER:
            return _imported(cmd_name)
        return super().get_command(ctx, cmd_name)

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401
        """Run a command; end with the exit code of the problem it met."""
        with told():
            return super().invoke(ctx)


def _imported(name: str) -> Any:  # noqa: ANN401
    """A command of LATER; where a library is missing, one that says what installs it."""
    try:
        app = import_module(LATER[name]).app
    except ModuleNotFoundError as missing:
        app = _without(name, str(missing.name))
    found = typer.main.get_command(app)
    found.name = name
    return found


def _without(name: str, library: str) -> typer.Typer:
    app = typer.Typer(add_completion=False)

    @app.command(
        help=f"Needs `pip install 'slipway[{name}]'`.",
        context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    )
    def refuse() -> None:
        raise Problem(
            f"`slipway {name}` needs {library}, which is not installed",
            f"pip install 'slipway[{name}]'",
            Exit.USAGE,
        )

    return app
