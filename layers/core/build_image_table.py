"""Write slipway/artifacts/image_table.json: SageMaker's images, region by region: those that serve
models, and the one that monitors them.

    python layers/core/build_image_table.py [SAGEMAKER_CORE_VERSION]

Downloads the sagemaker-core distribution with pip and condenses its image_uri_config/*.json
(Apache-2.0). Run it again to learn of new images; the tests then compare the table with the SDK.
"""

from __future__ import annotations

import datetime
import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

TABLE = Path(__file__).parent / "slipway" / "artifacts" / "image_table.json"
FRAMEWORKS = (
    "factorization-machines",
    "huggingface",
    "image-classification",
    "kmeans",
    "linear-learner",
    "model-monitor",
    "mxnet",
    "object-detection",
    "pca",
    "pytorch",
    "semantic-segmentation",
    "sklearn",
    "sparkml-serving",
    "tensorflow",
    "xgboost",
)
ARM_TAGS = {"sklearn": "{0}-arm64-cpu-py3", "xgboost": "{0}-arm64"}
OLD = {("xgboost", "1")}  # 0.72 on Python 2, with no version in its name
OLD_REPOSITORIES = ("sagemaker-tensorflow", "sagemaker-pytorch", "sagemaker-mxnet")
ISOLATED = ("us-iso",)  # not reachable from the public SDK's partitions

Json = dict[str, Any]


def main(version: str) -> None:
    """Download, condense, write."""
    with tempfile.TemporaryDirectory() as folder:
        wheel = download(version, Path(folder))
        configs = read_configs(wheel)
        table = condense(configs, source=wheel.name.split("-py3")[0])
    TABLE.write_text(json.dumps(table, separators=(",", ":"), sort_keys=True) + "\n")
    sys.stdout.write(f"{TABLE.name}: {TABLE.stat().st_size} bytes from {table['source']}\n")


def download(version: str, folder: Path) -> Path:
    """The sagemaker-core wheel of that version ("" for the newest)."""
    wanted = f"sagemaker-core=={version}" if version else "sagemaker-core"
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "-d", str(folder)]
    subprocess.run([*pip, wanted], check=True)  # noqa: S603
    return next(folder.glob("*.whl"))


def read_configs(wheel: Path) -> dict[str, Json]:
    """The inference part of each framework's configuration, and its Graviton part."""
    with zipfile.ZipFile(wheel) as archive:
        names = {name.rpartition("/")[2]: name for name in archive.namelist()}
        return {name: json.loads(archive.read(names[f"{name}.json"])) for name in FRAMEWORKS}


def condense(configs: dict[str, Json], source: str) -> Json:
    """families -> versions -> repository, registry number, tag for each processor."""
    registries: list[Json] = []
    families: Json = {}
    for name, config in configs.items():
        scopes = (("inference", False), ("inference_graviton", True), ("monitoring", False))
        for scope, arm in scopes:
            part = config if "versions" in config else config.get(scope)
            if part is None or ("versions" in config and scope != "inference"):
                continue
            for version, entry in part["versions"].items():
                if (name, version) in OLD or entry.get("repository") in OLD_REPOSITORIES:
                    continue
                for family, image in images(name, version, entry, part, registries, arm=arm):
                    families.setdefault(family, {}).setdefault(version, []).append(image)
    return {
        "source": source,
        "built": datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
        "registries": registries,
        "families": families,
    }


def images(
    name: str, version: str, entry: Json, part: Json, registries: list[Json], *, arm: bool
) -> list[tuple[str, Json]]:
    """The images of one version: Hugging Face has one for each base framework."""
    if name == "huggingface":
        bases = {base: entry[base] for base in entry if base != "version_aliases"}
        return [
            (
                f"huggingface-{base.rstrip('.0123456789')}",
                image(
                    f"{base.lstrip('abcdefghijklmnopqrstuvwxyz')}-transformers{version}",
                    config,
                    part,
                    registries,
                    arm=arm,
                )
                | {"base": base.lstrip("abcdefghijklmnopqrstuvwxyz")},
            )
            for base, config in bases.items()
        ]
    if "py3" in entry:
        entry = entry["py3"] | {"py_versions": ["py3"]}
    made = image(version, entry, part, registries, arm=arm)
    if arm and name in ARM_TAGS:
        made["tags"] = {"arm64": ARM_TAGS[name].format(version)}
    return [(name, made)]


def image(prefix: str, entry: Json, part: Json, registries: list[Json], *, arm: bool) -> Json:
    """Repository, registry and tags of one image."""
    accounts = {
        region: account
        for region, account in entry["registries"].items()
        if not region.startswith(ISOLATED)
    }
    if accounts not in registries:
        registries.append(accounts)
    processors = part.get("processors") or entry.get("processors") or [""]
    suffix = "sagemaker" if arm else ""
    return {
        "repository": entry["repository"],
        "registry": registries.index(accounts),
        "tags": {
            "arm64" if arm else processor or "any": "-".join(
                part
                for part in (
                    prefix,
                    processor,
                    python(entry),
                    entry.get("container_version", {}).get(processor, ""),
                    suffix,
                )
                if part
            )
            for processor in processors
        },
    }


def python(entry: Json) -> str:
    """The Python part of the tag: py3 where several are offered."""
    versions: list[str] = entry.get("py_versions", [""])
    return "py3" if "py3" in versions else versions[-1]


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
