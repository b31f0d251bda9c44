"""How the demo talks: stages with their time, steps as they happen; in a log, plain lines."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from slipway_cli import screen

INDENT = "  "
SPINNER = "x "


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage on the screen."""

    console: Console

    def say(self, text: str | Text, style: str = "") -> None:
        """One line."""
        line = Text(INDENT, style).append_text(text if isinstance(text, Text) else Text(text))
        self.console.print(line, soft_wrap=not self.console.is_terminal)

    @contextmanager
    def step(self, text: str) -> Iterator[Callable[[str], None]]:
        """A step that takes a while. It may be given a word on how it goes; its time is printed."""
        began = time.monotonic()
        if self.console.is_terminal:
            with self.console.status(text) as status:
                room = self.console.width - len(text) - len(SPINNER)
                yield lambda line: status.update(_progress(text, line, room))
            self.console.print(INDENT + text, end="")
        else:
            self.console.print(INDENT + text, end="")
            self.console.file.flush()
            yield lambda _line: None
        self.console.print(Text(f"  {screen.seconds(time.monotonic() - began)}", "dim"))


@contextmanager
def stage(console: Console, title: str) -> Iterator[Stage]:
    """A stage: its title, what is said in it, and its time."""
    console.print(Text(f"\n{title}", "bold cyan"))
    began = time.monotonic()
    yield Stage(console)
    console.print(Text(f"{INDENT}= {screen.seconds(time.monotonic() - began)}", "dim"))


def _progress(text: str, line: str, room: int) -> Text:
    words = line if line.strip("-=+ ") else ""
    return Text(text).append(f"  {words}"[: max(0, room)], "dim")
