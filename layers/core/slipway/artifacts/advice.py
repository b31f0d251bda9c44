"""What to tell whoever uploaded the artifact, beyond what its members say one by one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from slipway.artifacts.findings import Finding
from slipway.artifacts.images import NoImage, check_own_version, images_of, numbers, select
from slipway.artifacts.imports import about_code, about_packages
from slipway.artifacts.kinds import BY_NAME
from slipway.artifacts.layouts import about_places, serves
from slipway.artifacts.members.requirements import about_wheels
from slipway.artifacts.members.scripting import ENTRY_POINT, EVERY

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slipway.artifacts.archives.archive import Member
    from slipway.artifacts.clues import Clue

TOKENIZERS: Final = frozenset(
    {
        "merges.txt",
        "preprocessor_config.json",
        "sentencepiece.bpe.model",
        "spiece.model",
        "tokenizer.json",
        "tokenizer.model",
        "vocab.json",
        "vocab.txt",
    }
)
_LARGE: Final = 10_000_000
_SMALL: Final = re.compile(r"\.(json|py|txt|yaml|yml|cfg|toml)$")
_NO_TEXT: Final = ("vit", "resnet", "convnext", "swin", "detr", "clip_vision_model")
_DEFAULTS: Final = {
    "sklearn": "The scikit-learn container cannot load a model by itself",
    "lightgbm": "SageMaker has no image for LightGBM, which scikit-learn's installs at its start,",
    "catboost": "SageMaker has no image for CatBoost, which scikit-learn's installs at its start,",
}
_NEEDS_MODEL_FN: Final = ("sklearn", "xgboost", "pytorch")
_MODULE: Final = frozenset({"model-symbol.json", "model-0000.params", "model-shapes.json"})


def advise(
    model: Clue, clues: Sequence[Clue], members: Sequence[Member], *, disk: int
) -> Iterator[Finding]:
    """The findings about the archive as a whole; `disk` is the instance's, in bytes."""
    yield from _about_script(model, clues)
    yield from about_places(model, clues, members)
    yield from about_wheels(clues)
    yield from _about_tokenizer(model, members)
    yield from _about_order(model, clues, members)
    yield from _about_size(members, disk)
    yield from _about_strays(model, members)
    scripted = any(clue.member == ENTRY_POINT for clue in clues)
    yield from _about_version(model, scripted=scripted)
    yield from about_packages(model, clues)
    yield from about_code(clues, members)


def _about_version(model: Clue, *, scripted: bool) -> Iterator[Finding]:
    """A file is best served by its own minor version; scikit-learn promises nothing else."""
    family = BY_NAME[model.kind].family
    if model.kind not in ("sklearn", "xgboost") or not model.version:
        return
    try:
        image, reason = select(images_of(family), model.version, family)
        if model.details.get("own_version_only") and not scripted:
            check_own_version(image, model.version)
    except NoImage as missing:
        yield Finding("warn", "no-image", model.member, str(missing), missing.remedy)
        return
    if model.kind == "sklearn" and image.number[:2] != numbers(model.version)[:2]:
        yield Finding(
            "warn",
            "version-far",
            model.member,
            f"It was saved by scikit-learn {model.version}, and {reason}, but scikit-learn "
            "does not promise that such files load, or predict the same.",
            f"train it with scikit-learn {'.'.join(map(str, image.number))}",
        )


def _about_script(model: Clue, clues: Sequence[Clue]) -> Iterator[Finding]:
    need = BY_NAME[model.kind].script
    script = next((clue for clue in clues if clue.member == ENTRY_POINT), None)
    if script is None and need == "required":
        yield Finding(
            "refuse",
            "script-missing",
            ENTRY_POINT,
            f"A {model.kind} model needs an inference script and the archive has none.",
            BY_NAME[model.kind].remedy,
        )
    elif script is None and model.kind in _DEFAULTS and not any(map(serves, clues)):
        yield Finding(
            "note",
            "default-script",
            ENTRY_POINT,
            f"{_DEFAULTS[model.kind]} and the archive brings no script: the default one is used.",
            "pack a code/inference.py with a model_fn to load it in your own way",
        )
    elif script is not None:
        yield from _about_hooks(model, script, clues)


def _about_hooks(model: Clue, script: Clue, clues: Sequence[Clue]) -> Iterator[Finding]:
    """What the container's toolkit refuses when it imports the script."""
    hooks = set(script.details.get("hooks", ()))
    if EVERY in hooks:
        return
    if _needs_model_fn(model, clues) and not {"model_fn", "handler"} & hooks:
        yield Finding(
            "refuse",
            "model-fn-missing",
            script.member,
            "It defines no model_fn, and the container has no default one.",
            "define model_fn(model_dir) and return the loaded model",
        )
    both = sorted(hooks & {"input_fn", "predict_fn", "output_fn"})
    if "transform_fn" in hooks and both and model.kind != "tensorflow":
        yield Finding(
            "refuse",
            "transform-fn-and-others",
            script.member,
            f"It defines transform_fn and {', '.join(both)}, which the container does not take "
            "together.",
            "keep transform_fn alone, or the others without it",
        )
    if model.kind == "tensorflow" and not _handles(hooks):
        yield Finding(
            "refuse",
            "handlers-missing",
            script.member,
            "It defines neither handler nor both input_handler and output_handler, without which "
            "the TensorFlow container does not start.",
            "define input_handler(data, context) and output_handler(response, context)",
        )


def _needs_model_fn(model: Clue, clues: Sequence[Clue]) -> bool:
    """MXNet's container loads a module by itself where it finds the three files of one."""
    if model.kind == "mxnet":
        return not {clue.member for clue in clues} >= _MODULE
    return model.kind in _NEEDS_MODEL_FN or not BY_NAME[model.kind].family


def _handles(hooks: set[str]) -> bool:
    return "handler" in hooks or {"input_handler", "output_handler"} <= hooks


def _about_tokenizer(model: Clue, members: Sequence[Member]) -> Iterator[Finding]:
    if model.kind != "huggingface" or model.details.get("model_type") in _NO_TEXT:
        return
    names = {member.name.rpartition("/")[2] for member in members}
    if not names & TOKENIZERS:
        yield Finding(
            "warn",
            "tokenizer-missing",
            "",
            "No tokenizer is packed, so the container would have to fetch one, which network "
            "isolation forbids.",
            "save the tokenizer beside the model: tokenizer.save_pretrained(folder)",
        )


def _about_order(
    model: Clue, clues: Sequence[Clue], members: Sequence[Member]
) -> Iterator[Finding]:
    """Whoever reads the archive as a stream learns early what stands first."""
    del clues
    names = [member.name for member in members]
    if model.member not in names:
        return
    late = [name for name in names[names.index(model.member) + 1 :] if _SMALL.search(name)]
    if late and members[names.index(model.member)].size > _LARGE:
        yield Finding(
            "note",
            "weights-first",
            late[0],
            "It stands behind the weights, so whoever reads the archive passes them first.",
            "pack configuration and code first and weights last",
        )


def _about_size(members: Sequence[Member], disk: int) -> Iterator[Finding]:
    unpacked = sum(member.size for member in members)
    if unpacked > disk:
        yield Finding(
            "refuse",
            "disk-too-small",
            "",
            f"Its files take {unpacked} bytes and the instance's volume has {disk}.",
            "choose an instance type or a volume size with more room",
        )


def _about_strays(model: Clue, members: Sequence[Member]) -> Iterator[Finding]:
    if model.kind != "xgboost":
        return
    others = [
        member.name
        for member in members
        if member.name != model.member and "/" not in member.name and member.name[0] != "."
    ]
    if others:
        yield Finding(
            "warn",
            "stray-files",
            others[0],
            "The XGBoost container loads every file at the top as a booster of an ensemble: "
            f"{len(others)} beside {model.member} would break it.",
            "pack only the model at the top, and other files in folders",
        )
