"""`slipway example`: something to push, made the way its users would make it."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text
from slipway_local.images.environments import Environments
from slipway_local.images.registry import family_of
from slipway_local.images.requirements import Wanted, read_requirements

from slipway_cli import screen, target
from slipway_cli.demo import models
from slipway_cli.demo.watching import HEADER
from slipway_cli.failures import Exit, Problem

EXAMPLES = Path("examples")
HOUSING = EXAMPLES / "housing"
# What the example answers to each suburb: a baseline is of answers, before what was asked.
ANSWERS = """
import sys, joblib, numpy
rows = numpy.loadtxt(sys.argv[2], delimiter=",", skiprows=1)[:, :-1]
print(*joblib.load(sys.argv[1]).predict(rows), sep="\\n")
"""


@dataclass(frozen=True, slots=True)
class Recipe:
    """An example: the image that trains and serves it, its script, and how its file is called.

    Beside the script may be `code`, which goes into the archive, and what is handed over.
    """

    image: str
    script: Path
    model: str
    code: bool = True

    @property
    def folder(self) -> Path:
        """Where its files are."""
        return self.script.parent


RECIPES: Mapping[str, Recipe] = {
    "housing": Recipe(models.SKLEARN, HOUSING / "train_sklearn.py", "model.joblib", code=False),
    "xgboost": Recipe(models.XGBOOST, HOUSING / "train_xgboost.py", "xgboost-model"),
    "lightgbm": Recipe(models.SKLEARN, EXAMPLES / "lightgbm" / "train.py", "model.txt"),
    "pytorch": Recipe("pytorch-inference:2.6.0", EXAMPLES / "pytorch" / "train.py", "model.pth"),
    "tensorflow": Recipe(
        "tensorflow-inference:2.19.0", EXAMPLES / "tensorflow" / "train.py", "1", code=False
    ),
}


def example(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help=f"{', '.join(RECIPES)}.")] = "housing",
    to: Annotated[
        Path | None, typer.Option(help="Where to put it; ./NAME when absent.", file_okay=False)
    ] = None,
) -> None:
    """Train an example inside the environment of its image, and pack it as users do.

    Leaves model.tar.gz, a manifest and a request; for housing also data for a baseline.
    """
    recipe = _recipe(name)
    folder = to or Path(name)
    folder.mkdir(parents=True, exist_ok=True)
    images = target.of(ctx).state / "images"
    with screen.out().status(f"training {name}") as status:

        def show(line: str) -> None:
            status.update(Text(line, "dim", no_wrap=True, overflow="ellipsis"))

        family = family_of(recipe.image)
        packages = family.packages + family.script_packages
        extra = read_requirements(recipe.folder / "code") if recipe.code else Wanted()
        python = Environments(images.resolve(), show).provide(packages, extra).python
        trained = make(recipe, python, folder)
    screen.out().print(
        f"{folder}/model.tar.gz: {trained.library}, {trained.rows} rows, off by "
        f"{trained.error:.2f} thousand dollars (cross-validated).",
        soft_wrap=True,
    )


def make(recipe: Recipe, python: Path, folder: Path) -> models.Trained:
    """Train and pack the example into the folder, and put beside it what goes with it."""
    data = models.boston(HOUSING / "requirements.txt", folder)
    model = folder / recipe.model
    trained = models.train(python, recipe.script, data, model)
    packed = {model.name: model} | ({"code": recipe.folder / "code"} if recipe.code else {})
    models.pack(folder / "model.tar.gz", packed)
    shutil.copy(HOUSING / "request.csv", folder)
    shutil.copy(recipe.folder / "slipway.yaml", folder)
    if recipe.model == "model.joblib":
        answers = models.run([str(python), "-I", "-c", ANSWERS, str(model), str(data)])
        watched(answers.split(), data, folder)
    data.unlink()
    shutil.rmtree(model) if model.is_dir() else model.unlink()
    return trained


def watched(answers: list[str], data: Path, folder: Path) -> None:
    """A baseline of what the model answers, and requests that do not differ from it."""
    shutil.copy(HOUSING / "watched.yaml", folder)
    rows = [line.rpartition(",")[0] for line in data.read_text().splitlines()[1:]]
    both = [f"{answer},{row}" for answer, row in zip(answers, rows, strict=True)]
    (folder / "baseline.csv").write_text("\n".join((HEADER, *both, "")))
    (folder / "suburbs.csv").write_text("\n".join(rows))


def _recipe(name: str) -> Recipe:
    if not HOUSING.exists():
        raise Problem("there are no examples here", "Run it in a clone of Slipway.", Exit.USAGE)
    if name not in RECIPES:
        raise Problem(f"there is no example {name}", f"Take {', '.join(RECIPES)}.", Exit.USAGE)
    return RECIPES[name]
