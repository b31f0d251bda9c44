"""Which image serves an artifact, in which region, with which environment and script.

The table is made by layers/core/build_image_table.py out of the SageMaker SDK's own data. A file
is served by the image of its own minor version, or else by a later one of the same major version;
never by an older one: XGBoost 3.1+ files, for one, load in 3.0 and 1.7 without an error and
predict wrongly.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slipway.artifacts.kinds import BY_NAME, runs_its_script
from slipway.artifacts.members.requirements import REQUIREMENTS
from slipway.artifacts.scripts import WITH_REQUIREMENTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from slipway.artifacts.inspection import Inspection

_ARM = re.compile(r"ml\.([a-z]+\d+g[a-z]*)\.")
_GPU = re.compile(r"ml\.[gp]\d")
_ACCELERATOR = re.compile(r"ml\.(inf|trn)\d")
_SUFFIXES = {"cn-": "amazonaws.com.cn", "eusc-": "amazonaws.eu"}
SCRIPTED = ("sklearn", "xgboost", "pytorch", "huggingface-pytorch", "mxnet")
UNRELATED = ("sparkml-serving",)  # a bundle gives MLeap's version, its images are named for Spark's
READS_ONE_BEFORE = ("xgboost", "mxnet")  # the next major version reads the files of the last one
NEAREST = ("sklearn",)  # its pickles promise nothing across versions: the fewer between, the better


@dataclass(frozen=True, slots=True)
class ImageChoice:
    """An exact image URI and how to start it.

    `default_script` names a script of `slipway.artifacts.scripts` that the artifact needs since
    it brings none; whoever deploys it uploads `pack_script(default_script)` and sets
    SAGEMAKER_SUBMIT_DIRECTORY to its s3:// address.
    """

    uri: str
    environment: Mapping[str, str] = field(default_factory=dict)
    default_script: str | None = None
    reason: str = ""


class NoImage(Exception):
    """No SageMaker image can serve the artifact; `remedy` says what would."""

    def __init__(self, message: str, remedy: str) -> None:
        self.remedy = remedy
        super().__init__(f"{message}; {remedy}.")


@dataclass(frozen=True, slots=True)
class Image:
    """One row of the table: a family's version with its tag for each processor."""

    version: str
    repository: str
    accounts: Mapping[str, str]
    tags: Mapping[str, str]
    base: str = ""

    @property
    def number(self) -> tuple[int, ...]:
        """The framework version that the image holds: 1.2-1 is 1.2.1, 1.4-2-py312 is 1.4.2."""
        return numbers(self.version.split("-py")[0])


def numbers(version: str) -> tuple[int, ...]:
    """The leading numbers of a version: "2.13.0rc1" is (2, 13, 0)."""
    match = re.match(r"\d+(?:[.-]\d+)*", version)
    return tuple(int(part) for part in re.split(r"[.-]", match[0])) if match else ()


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads((Path(__file__).parent / "image_table.json").read_bytes())
    return table


def families() -> tuple[str, ...]:
    """The families of images that serve models."""
    return tuple(family for family in _table()["families"] if family != "model-monitor")


def images_of(family: str) -> tuple[Image, ...]:
    """Every image of a family, oldest first."""
    table = _table()
    images = [
        Image(
            version,
            row["repository"],
            table["registries"][row["registry"]],
            row["tags"],
            row.get("base", ""),
        )
        for version, rows in table["families"][family].items()
        for row in rows
    ]
    return tuple(sorted(images, key=lambda image: (image.number, numbers(image.base))))


def choose(
    inspection: Inspection, region: str, *, instance_type: str = "ml.m5.large"
) -> ImageChoice:
    """The image, environment and script that serve an artifact; NoImage where nothing can."""
    kind = BY_NAME[inspection.kind]
    family = family_of(inspection)
    if not family:
        raise NoImage(f"No SageMaker image serves {kind.title} models", kind.remedy)
    if kind.script == "required" and not inspection.entry_point:
        raise NoImage(f"A {kind.title} model needs a script of its own", kind.remedy)
    processor = processor_of(instance_type)
    served = [image for image in images_of(family) if region in image.accounts]
    if not served:
        raise NoImage(f"No {family} image is published in {region}", "choose another region")
    fitting = [image for image in served if _tag(image, processor)]
    if not fitting:
        raise NoImage(
            f"No {family} image runs on {instance_type}", "choose an ml.m5 or ml.c5 instance"
        )
    own = inspection.framework_version if kind.family else ""
    image, reason = select(fitting, own, family)
    if inspection.details.get("own_version_only") and not inspection.entry_point:
        check_own_version(image, own)
    environment, script = start(inspection)
    return ImageChoice(uri(image, region, processor), environment, script, reason)


def analyzer(region: str) -> str:
    """The container of Model Monitor in a region; NoImage where there is none."""
    (image,) = images_of("model-monitor")
    if region not in image.accounts:
        raise NoImage(f"Model Monitor is not in {region}", "set `runner: lambda` in slipway.yaml")
    return uri(image, region, "cpu").removesuffix(":")


def family_of(inspection: Inspection) -> str:
    """The family of images that serves a kind; Hugging Face has one for each base framework, and
    what has none is served by its own script."""
    family = BY_NAME[inspection.kind].family
    if not family and (inspection.entry_point or BY_NAME[inspection.kind].script == "default"):
        return runs_its_script(inspection.kind)
    if inspection.kind == "huggingface" and inspection.details.get("weights") == "hdf5":
        return "huggingface-tensorflow"
    return family


def uri(image: Image, region: str, processor: str) -> str:
    """The address of an image in a region's registry."""
    suffix = next((dns for prefix, dns in _SUFFIXES.items() if region.startswith(prefix)), None)
    host = f"{image.accounts[region]}.dkr.ecr.{region}.{suffix or 'amazonaws.com'}"
    return f"{host}/{image.repository}:{_tag(image, processor)}"


def _tag(image: Image, processor: str) -> str:
    tags = image.tags
    if processor == "gpu":
        return tags.get("gpu") or tags.get("cpu") or tags.get("any", "")
    return tags.get(processor) or ("" if processor == "arm64" else tags.get("any", ""))


def processor_of(instance_type: str) -> str:
    """cpu, gpu or arm64 (Graviton)."""
    if _ACCELERATOR.match(instance_type):
        raise NoImage(
            f"{instance_type} runs only models compiled for its accelerator",
            "choose a CPU or GPU instance, or bring an image of your own",
        )
    if _ARM.match(instance_type):
        return "arm64"
    return "gpu" if _GPU.match(instance_type) else "cpu"


def select(images: Sequence[Image], version: str, family: str) -> tuple[Image, str]:
    """The image for a file's version, and why: its own minor, else a later one of its major."""
    newest = images[-1]
    wanted = numbers(version)[:2]
    if not wanted or newest.number == (1,) or family in UNRELATED:
        return (
            newest,
            f"{family} {newest.version}, the newest: the file does not say which it needs",
        )
    same = [image for image in images if image.number[:2] == wanted]
    if same:
        return same[-1], f"{family} {same[-1].version} is the file's own version {version}"
    later = [image for image in images if image.number[:2] > wanted]
    fitting = [image for image in later if image.number[0] == wanted[0]]
    if not fitting and family in READS_ONE_BEFORE:
        following = [image for image in later if image.number[0] == wanted[0] + 1]
        fitting = following[:1]
    if not fitting:
        raise NoImage(
            f"No {family} image can be trusted with a file of version {version}: "
            f"there are {len(images)}, from {images[0].version} to {newest.version}",
            f"train or save the model again with {family} {newest.version}",
        )
    image = fitting[0] if family in NEAREST else fitting[-1]
    return image, f"{family} {image.version} is later than the file's {version} and reads it"


def check_own_version(image: Image, version: str) -> None:
    """NoImage where a pickle that only its own version loads meets another."""
    if image.number[:2] != numbers(version)[:2]:
        own = ".".join(map(str, numbers(version)))
        raise NoImage(
            f"A loss of scikit-learn {own} is in it, whose module scikit-learn {image.version} "
            "does not have, so that it cannot be loaded there",
            f"train it with scikit-learn {'.'.join(map(str, image.number))}, or pack a "
            f"code/inference.py and a code/requirements.txt with scikit-learn=={own}",
        )


def start(inspection: Inspection) -> tuple[dict[str, str], str | None]:
    """Environment and default script: the artifact's own script always comes first."""
    kind = BY_NAME[inspection.kind]
    environment = {}
    if inspection.details.get("task") and inspection.kind == "huggingface":
        environment["HF_TASK"] = str(inspection.details["task"])
    if inspection.entry_point and family_of(inspection) in SCRIPTED:
        environment["SAGEMAKER_PROGRAM"] = "inference.py"
        environment["SAGEMAKER_SUBMIT_DIRECTORY"] = "/opt/ml/model/code"
        return environment, None
    alone = inspection.kind == "xgboost" and _is_algorithm_file(inspection)
    if kind.script != "default" or alone:
        return environment, None
    environment["SAGEMAKER_PROGRAM"] = "inference.py"
    environment["SLIPWAY_MODEL_FILE"] = inspection.model_file
    pinned = any(member.name == REQUIREMENTS for member in inspection.members)
    return environment, inspection.kind + (WITH_REQUIREMENTS if pinned else "")


def _is_algorithm_file(inspection: Inspection) -> bool:
    """The container's algorithm mode loads a booster that stands alone, without a script."""
    top = [member.name for member in inspection.members if not member.name.startswith(".")]
    return top == [inspection.model_file] and not str(
        inspection.details.get("class", "")
    ).startswith("xgboost.sklearn")


def source() -> str:
    """Where the table of images comes from."""
    table = _table()
    return f"{table['source']}, {table['built']}"
