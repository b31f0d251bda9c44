"""`slipway example`: something to push, made the way its users would make it."""

import shutil
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from slipway_cli import screen, target
from slipway_cli.demo import models
from slipway_cli.demo.watching import HEADER
from slipway_cli.failures import Exit, Problem

HOUSING = Path("examples/housing")
HANDED_OVER = ("slipway.yaml", "watched.yaml", "request.csv")


def example(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(help="Where to put it.", file_okay=False)] = Path(
        "housing"
    ),
) -> None:
    """Train the example model inside the environment of its image, and pack it as users do.

    Leaves model.tar.gz, a manifest, a request and data for a baseline.
    """
    if not HOUSING.exists():
        raise Problem("there are no examples here", "Run it in a clone of Slipway.", Exit.USAGE)
    images = target.of(ctx).state / "images"
    folder.mkdir(parents=True, exist_ok=True)
    with screen.out().status("training the example") as status:

        def show(line: str) -> None:
            status.update(Text(line, "dim", no_wrap=True, overflow="ellipsis"))

        python = models.environment(images, models.SKLEARN, show)
        data = models.boston(HOUSING / "requirements.txt", folder)
        model = folder / "model.joblib"
        trained = models.train(python, HOUSING / "train_sklearn.py", data, model)
        models.pack(folder / "model.tar.gz", {model.name: model})
        baseline(data, folder / "baseline.csv")
    for scrap in (data, model):
        scrap.unlink()
    for name in HANDED_OVER:
        shutil.copy(HOUSING / name, folder / name)
    screen.out().print(
        f"{folder}/model.tar.gz: {trained.library}, {trained.rows} rows, off by "
        f"{trained.error:.2f} thousand dollars (cross-validated).",
        soft_wrap=True,
    )


def baseline(data: Path, saved: Path) -> None:
    """The data as captures of the endpoint are read: the price before what it depends on."""
    rows = [line.rpartition(",") for line in data.read_text().splitlines()[1:]]
    saved.write_text("\n".join((HEADER, *(f"{price},{row}" for row, _, price in rows), "")))
