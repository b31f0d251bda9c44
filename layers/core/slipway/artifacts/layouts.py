"""Where things lie in the archive, and where the container of their kind looks for them.

What the container would not find is refused with the command that packs it right: Slipway never
lets another script or model answer in the place of what was meant.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from slipway.artifacts.findings import Finding
from slipway.artifacts.kinds import BY_NAME, UNKNOWN
from slipway.artifacts.members.leftovers import is_leftover
from slipway.artifacts.members.scripting import ENTRY_POINT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slipway.artifacts.archives.archive import Member
    from slipway.artifacts.clues import Clue

_LOADS: Final = frozenset({"model_fn", "transform_fn", "input_handler"})
_OTHERS: Final = frozenset({"input_fn", "predict_fn", "output_fn", "handler"})
_ALONE: Final = ("sklearn", "lightgbm", "catboost", "torchscript", "onnx", "keras")
_VERSION: Final = re.compile(r"(.*/)?\d+/saved_model\.pb")
_PACKAGES: Final = re.compile(r"code/(requirements\.txt$|lib/)")
_REPACK: Final = (
    "pack it right with `mkdir FOLDER && tar -xzf model.tar.gz -C FOLDER && "
    "slipway push NAME FOLDER`"
)
_SHOWN: Final = 3


def about_places(
    model: Clue, clues: Sequence[Clue], members: Sequence[Member]
) -> Iterator[Finding]:
    """The findings about where the model, its script and what else is there lie."""
    script = next((clue for clue in clues if clue.member == ENTRY_POINT), None)
    yield from _about_scripts(model, script, clues)
    yield from _about_model(model, script)
    if script is not None:
        yield from _about_names(model, script, members)
    if model.kind == "tensorflow":
        yield from _about_versions(model, clues, members)
        if script is None:
            yield from _about_packages(members)
    if script is None:
        yield from _about_choice(model, clues)
    if model.kind == UNKNOWN:
        yield from _about_nesting(clues)
    yield from _about_leftovers(members)


def _about_scripts(model: Clue, script: Clue | None, clues: Sequence[Clue]) -> Iterator[Finding]:
    """A script elsewhere is not what serves."""
    others = [clue.member for clue in clues if clue is not script and serves(clue)]
    if not others:
        return
    if script is not None or model.kind == "tensorflow":
        yield Finding(
            "note" if script else "warn",
            "script-not-used",
            others[0],
            f"The container looks for {ENTRY_POINT} alone and does not find this script.",
            _REPACK if script is None else "leave it out, if it is not imported",
        )
        return
    yield Finding(
        "refuse",
        "script-misplaced",
        others[0],
        f"It is a script that the container does not find: it looks for {ENTRY_POINT} alone.",
        _REPACK,
    )


def serves(clue: Clue) -> bool:
    """Whether a member is a script that answers requests, wherever it lies."""
    hooks = set(clue.details.get("hooks", ()))
    named = clue.member.rpartition("/")[2] == "inference.py"
    return clue.format == "python" and bool(hooks & _LOADS or (named and hooks & _OTHERS))


def _about_model(model: Clue, script: Clue | None) -> Iterator[Finding]:
    """Containers look at the top of /opt/ml/model, and give that folder to model_fn."""
    folder = model.member.rpartition("/")[0]
    if not folder or model.kind == "tensorflow":
        return
    if script is None and BY_NAME[model.kind].script != "default" and BY_NAME[model.kind].family:
        yield Finding(
            "refuse",
            "model-in-folder",
            model.member,
            f"It lies in {folder}/, and the container looks for it at the top of the archive.",
            _REPACK,
        )
    elif script is not None and folder == "code" and not script.details.get("own_folder"):
        yield Finding(
            "refuse",
            "model-in-code",
            model.member,
            "It lies beside the script, which is given the folder above and looks for it there.",
            _REPACK,
        )


def _about_names(model: Clue, script: Clue, members: Sequence[Member]) -> Iterator[Finding]:
    """A script that names files, and none that is there, was written for another archive."""
    there = {member.name.rpartition("/")[2] for member in members}
    named = script.details.get("files", ())
    if model.member and named and not there & set(named):
        yield Finding(
            "warn",
            "file-not-there",
            script.member,
            f"It names {named[0]}, which is not in the archive; the model is {model.member}.",
            "name the file as the script does, or load the one that is there",
        )


def _about_versions(
    model: Clue, clues: Sequence[Clue], members: Sequence[Member]
) -> Iterator[Finding]:
    """SageMaker's TensorFlow container looks for `<integer>/saved_model.pb` at any depth."""
    found = [clue.member for clue in clues if clue.format == "saved-model"]
    served = [name for name in found if _VERSION.fullmatch(name)]
    if not served:
        yield Finding(
            "refuse",
            "saved-model-folder",
            found[0],
            "TensorFlow Serving looks for a folder named by an integer and does not find this one.",
            "move it to 1/saved_model.pb with its variables beside it, as "
            "`slipway push NAME FOLDER` does",
        )
    yield from _about_served(served)
    folder = model.member.removesuffix("saved_model.pb")
    if not any(member.name.startswith(f"{folder}variables/") for member in members):
        yield Finding(
            "warn",
            "saved-model-variables",
            model.member,
            "No variables lie beside it: unless the graph is frozen, loading it fails.",
            f"pack {folder}variables/ as well",
        )


def _about_served(served: Sequence[str]) -> Iterator[Finding]:
    """Which of several SavedModels answers a request that names none."""
    models = {name.removesuffix("/saved_model.pb").rpartition("/")[0] for name in served}
    if len(models) > 1:
        yield Finding(
            "warn",
            "several-saved-models",
            served[0],
            f"It holds {len(models)} models, and TensorFlow's container answers with whichever its "
            "disk lists first.",
            "set `environment: {SAGEMAKER_TFS_DEFAULT_MODEL_NAME: FOLDER}` in the manifest",
        )
    elif len(served) > 1:
        yield Finding(
            "note",
            "saved-model-versions",
            served[0],
            f"It holds {len(served)} versions, of which the highest number is served.",
            "pack only the version to serve",
        )


def _about_packages(members: Sequence[Member]) -> Iterator[Finding]:
    """Packages alone make SageMaker's TensorFlow container pass each request on as it is."""
    found = [each.name for each in members if _PACKAGES.match(each.name)]
    if found:
        yield Finding(
            "warn",
            "packages-without-script",
            found[0],
            f"Without {ENTRY_POINT} the TensorFlow container only reads TensorFlow Serving's own "
            "JSON where code/ brings packages, no CSV, and answers errors with the status 200.",
            f"leave the packages out, or pack {ENTRY_POINT} with its handlers",
        )


def _about_choice(model: Clue, clues: Sequence[Clue]) -> Iterator[Finding]:
    """Without a script nobody says which of several models is meant, nor in which order."""
    if model.kind not in (*_ALONE, "xgboost"):
        return
    models = [clue.member for clue in clues if clue.kind in (*_ALONE, "xgboost")]
    ensemble = {clue.kind for clue in clues if clue.member in models} == {"xgboost"}
    if len(models) > 1 and not ensemble:
        shown = ", ".join(models[:_SHOWN]) + (" …" if len(models) > _SHOWN else "")
        yield Finding(
            "refuse",
            "several-models",
            models[0],
            f"It is one of {len(models)} models ({shown}), and no script says which is meant.",
            "pack one of them (`slipway push NAME FILE`), or a code/inference.py that loads them",
        )


def _about_nesting(clues: Sequence[Clue]) -> Iterator[Finding]:
    archive = next((clue.member for clue in clues if clue.format == "archive"), "")
    if archive:
        yield Finding(
            "refuse",
            "archive-in-archive",
            archive,
            "The model seems to be in this archive within the archive, which nobody unpacks.",
            "upload that archive itself",
        )


def _about_leftovers(members: Sequence[Member]) -> Iterator[Finding]:
    found = [member.name for member in members if is_leftover(member.name)]
    if found:
        yield Finding(
            "note",
            "leftovers",
            found[0],
            f"Tools left {_counted(len(found))}, which no container looks at.",
            "pack the folder with `slipway push NAME FOLDER`, which leaves them out",
        )


def _counted(count: int) -> str:
    return "this file" if count == 1 else f"{count} such files"
