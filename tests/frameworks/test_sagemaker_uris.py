"""The URIs of images, against the SageMaker SDK's own: `uv pip install sagemaker-core` first."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from slipway.artifacts.images import Image, images_of, processor_of, uri
from slipway.artifacts.kinds import KINDS

from tests.artifacts.test_images import is_arm

if TYPE_CHECKING:
    from collections.abc import Iterator


def cases() -> Iterator[tuple[str, Image, str, str]]:
    for kind in KINDS:
        for image in images_of(kind.family) if kind.family else ():
            arm = "arm64" in image.tags
            instances = ["ml.c6g.large"] if arm else ["ml.m5.large"]
            if "gpu" in image.tags:
                instances.append("ml.g4dn.xlarge")
            for region in image.accounts:
                for instance in instances:
                    yield kind.family, image, region, instance


def test_every_uri_is_the_sdk_s_own(monkeypatch: pytest.MonkeyPatch) -> None:
    sdk = pytest.importorskip("sagemaker.core.image_uris", reason="needs sagemaker-core")
    monkeypatch.setattr(sdk, "config_for_framework", cache(sdk.config_for_framework))
    monkeypatch.setattr(sdk.utils, "_botocore_resolver", cache(sdk.utils._botocore_resolver))
    compared = {}
    for family, image, region, instance in cases():
        given = uri(image, region, processor_of(instance))
        arguments: dict[str, Any] = {"instance_type": instance, "version": image.version}
        arguments["image_scope"] = "inference_graviton" if is_arm(instance) else "inference"
        if image.base:
            arguments["base_framework_version"] = f"{family.partition('-')[2]}{image.base}"
        python = [part for part in given.split("-") if part.startswith("py")]
        if python and family in ("pytorch", "mxnet"):
            arguments["py_version"] = python[-1]
        framework = family.partition("-")[0] if image.base else family
        compared[given] = sdk.retrieve(framework, region, **arguments)
    assert len(compared) > 5000
    assert {given: wanted for given, wanted in compared.items() if given != wanted} == {}
