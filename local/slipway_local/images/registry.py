"""Which image holds which packages, and which server speaks for it.

Pins are the ones of AWS's own images: the requirements.txt and base/Dockerfile.cpu of the tagged
releases of aws/sagemaker-scikit-learn-container and aws/sagemaker-xgboost-container. The built-in
algorithms on MXNet, which is retired, are computed anew, so their pins are ours. To add a family:
one entry here, and a server in `slipway_container`.
"""

from dataclasses import dataclass
from functools import cache

from slipway.artifacts.images import families as families_of_aws
from slipway.artifacts.images import images_of


@dataclass(frozen=True, slots=True)
class Family:
    """The images of one repository whose tag is `tag` or begins with `tag-`.

    `packages` are there for every container; `script_packages` only where a user's script runs,
    so that a built-in algorithm starts without importing what it does not need. `finds_script`:
    the image looks for code/inference.py in the model itself.
    """

    repository: str
    tag: str
    algorithm_server: str
    script_server: str
    packages: tuple[str, ...]
    script_packages: tuple[str, ...] = ()
    finds_script: bool = False

    @property
    def name(self) -> str:
        """Repository and tag, as in `sagemaker-xgboost:1.7-1`."""
        return f"{self.repository}:{self.tag}"

    def holds(self, repository: str, tag: str) -> bool:
        """Whether this family has the image."""
        return repository == self.repository and f"{tag}-".startswith(f"{self.tag}-")


@dataclass(frozen=True, slots=True)
class Program:
    """An image that does one job and ends: a module of `slipway_container`.

    Its tag does not matter. `brings` is a package of ours that the module is written with.
    """

    repository: str
    module: str
    packages: tuple[str, ...]
    brings: str


class UnknownImage(LookupError):
    """Nothing of the registry holds the image; the message lists what is nearest to it."""


def _scikit_learn(tag: str, *packages: str) -> Family:
    server = "scripted.scikit_learn"
    return Family("sagemaker-scikit-learn", tag, server, server, packages)


def _xgboost(tag: str, packages: tuple[str, ...], script_packages: tuple[str, ...]) -> Family:
    servers = ("xgboost.algorithm", "xgboost.script")
    return Family("sagemaker-xgboost", tag, *servers, packages, script_packages)


def _old_xgboost(tag: str, xgboost: str, scipy: str, scikit_learn: str, pandas: str) -> Family:
    # setuptools is in every Python of that time, and XGBoost imports its pkg_resources
    packages = (f"xgboost=={xgboost}", "numpy==1.19.2", f"scipy=={scipy}", "setuptools==65.5.0")
    return _xgboost(tag, packages, (f"scikit-learn=={scikit_learn}", f"pandas=={pandas}"))


_OLD_XGBOOST_VERSIONS = (
    ("0.90-1", "0.90", "1.2.2", "0.20.4", "0.24.2"),
    ("0.90-2", "0.90", "1.2.2", "0.20.4", "0.24.2"),
    ("1.0-1", "1.0.0", "1.2.2", "0.23.2", "1.1.3"),
    ("1.2-1", "1.2.0", "1.5.3", "0.23.2", "1.1.3"),
    ("1.2-2", "1.2.0", "1.5.3", "0.23.2", "1.1.3"),
    ("1.3-1", "1.3.3", "1.6.2", "0.24.1", "1.2.4"),
    ("1.5-1", "1.5.2", "1.6.2", "0.24.1", "1.2.4"),
)


def _built_in(algorithm: str, *packages: str) -> Family:
    server = f"algorithms.{algorithm.replace('-', '_')}"
    return Family(algorithm, "1", server, server, packages)


def _sparkml(tag: str) -> Family:
    return Family("sagemaker-sparkml-serving", tag, "mleap.sparkml", "mleap.sparkml", ())


def _tensorflow(version: str, repository: str = "tensorflow-inference") -> Family:
    servers = ("tensorflow.serving", "tensorflow.serving")
    packages = (f"tensorflow-cpu=={version}",)
    return Family(repository, version, *servers, packages, finds_script=True)


_TENSORFLOW_VERSIONS = (
    "1.13.0",
    "1.14.0",
    "1.15.0",
    "1.15.2",
    "1.15.3",
    "1.15.4",
    "1.15.5",
    "2.0.0",
    "2.0.1",
    "2.0.2",
    "2.0.3",
    "2.0.4",
    "2.1.0",
    "2.1.1",
    "2.1.2",
    "2.1.3",
    "2.2.0",
    "2.2.1",
    "2.2.2",
    "2.3.0",
    "2.3.1",
    "2.3.2",
    "2.4.1",
    "2.4.3",
    "2.5.1",
    "2.6.0",
    "2.6.3",
    "2.7.0",
    "2.8.0",
    "2.8.4",
    "2.9.2",
    "2.9.3",
    "2.10.0",
    "2.10.1",
    "2.11.0",
    "2.11.1",
    "2.12.1",
    "2.13.0",
    "2.14.1",
    "2.16.1",
    "2.18.0",
    "2.19.0",
    "2.20.0",
)


_OLD_TENSORFLOW_VERSIONS = ("1.11.0", "1.12.0")
_GRAVITON_TENSORFLOW_VERSIONS = ("2.9.1", "2.12.1", "2.13.0", "2.14.1", "2.16.1")


def _pytorch(version: str, repository: str = "pytorch-inference") -> Family:
    packages = (f"torch=={version}", "numpy==1.26.4")
    server = "scripted.pytorch"
    return Family(repository, version, server, server, packages, finds_script=True)


_PYTORCH_VERSIONS = (
    "1.2.0",
    "1.3.1",
    "1.4.0",
    "1.5.0",
    "1.6.0",
    "1.7.1",
    "1.8.0",
    "1.8.1",
    "1.9.0",
    "1.9.1",
    "1.10.0",
    "1.10.2",
    "1.11.0",
    "1.12.0",
    "1.12.1",
    "1.13.1",
    "2.0.0",
    "2.0.1",
    "2.1.0",
    "2.2.0",
    "2.3.0",
    "2.4.0",
    "2.5.1",
    "2.6.0",
)


_GRAVITON_PYTORCH_VERSIONS = ("1.12.1", "2.0.0", "2.0.1", "2.1.0", "2.2.1", "2.3.0", "2.4.0")


def _hugging_face(torch: str, transformers: str) -> Family:
    name, tag = "huggingface-pytorch-inference", f"{torch}-transformers{transformers}"
    packages = (
        f"torch=={torch}",
        f"transformers=={transformers}",
        "numpy==1.26.4",
        "pillow==11.1.0",
    )
    server = "scripted.hugging_face"
    return Family(name, tag, server, server, packages, finds_script=True)


_HUGGING_FACE_VERSIONS = (
    ("1.7.1", "4.6.1"),
    ("1.8.1", "4.6.1"),
    ("1.8.1", "4.10.2"),
    ("1.9.0", "4.10.2"),
    ("1.9.0", "4.11.0"),
    ("1.9.1", "4.12.3"),
    ("1.10.2", "4.17.0"),
    ("1.13.1", "4.26.0"),
    ("2.0.0", "4.28.1"),
    ("2.1.0", "4.37.0"),
    ("2.3.0", "4.48.0"),
    ("2.6.0", "4.49.0"),
    ("2.6.0", "4.51.3"),
    ("2.6.0", "5.5.3"),
)


def _mxnet(version: str, package: str, repository: str = "mxnet-inference") -> Family:
    # MXNet 1 needs the numpy of its time, and distutils, which setuptools brings to Python 3.12
    packages = (f"mxnet=={package}", "numpy==1.23.5", "setuptools==68.2.2")
    server = "scripted.mxnet_serving"
    return Family(repository, version, server, server, packages, finds_script=True)


# 1.4 wants a numpy that no Python of today has, and 1.5.0 binds no regression without labels
_MXNET_1_4 = ",!=1.5.0"
_MXNET_VERSIONS = (
    ("1.4.1", f"1.4.1{_MXNET_1_4}"),
    ("1.6.0", "1.6.0"),
    ("1.7.0", "1.7.0.post2"),
    ("1.8.0", "1.8.0.post0"),  # 1.8.0 itself wants an OpenBLAS of the system
    ("1.9.0", "1.9.0"),
)

FAMILIES = (
    _built_in("linear-learner", "numpy==2.1.0"),
    _built_in("pca", "numpy==2.1.0"),
    _built_in("kmeans", "numpy==2.1.0"),
    _built_in("image-classification", "numpy==2.1.0", "pillow==11.1.0"),
    _built_in("object-detection", "numpy==2.1.0", "pillow==11.1.0"),
    _built_in("semantic-segmentation", "numpy==2.1.0", "pillow==11.1.0"),
    _built_in("factorization-machines", "numpy==2.1.0"),
    _scikit_learn(
        "0.23-1", "scikit-learn==0.23.2", "numpy==1.19.2", "scipy==1.5.3", "pandas==1.1.3"
    ),
    _scikit_learn("1.0-1", "scikit-learn==1.0.2", "numpy==1.19.2", "scipy==1.5.3", "pandas==1.1.3"),
    _scikit_learn("1.2-1", "scikit-learn==1.2.1", "numpy==1.24.1", "scipy==1.9.3", "pandas==1.5.3"),
    _scikit_learn("1.4-2", "scikit-learn==1.4.2", "numpy==2.1.0", "scipy==1.14.1", "pandas==2.3.2"),
    _scikit_learn("1.9-0", "scikit-learn==1.9.0", "numpy==2.5.1", "scipy==1.18.0", "pandas==2.2.3"),
    *(_old_xgboost(*versions) for versions in _OLD_XGBOOST_VERSIONS),
    _xgboost(
        "1.7-1",
        ("xgboost==1.7.4", "numpy==1.24.1", "scipy==1.9.3"),
        ("scikit-learn==1.0.2", "pandas==1.4.4"),
    ),
    _xgboost(
        "3.0-5",
        ("xgboost-cpu==3.0.5", "numpy==2.1.0", "scipy==1.15.0"),
        ("scikit-learn==1.5.2", "pandas==2.2.3"),
    ),
    _xgboost(
        "3.2-0",
        ("xgboost-cpu==3.2.0", "numpy==2.1.0", "scipy==1.15.0"),
        ("scikit-learn==1.8.0", "pandas==2.2.3"),
    ),
    *map(_sparkml, ("2.2", "2.4", "3.3")),
    _mxnet("1.4.0", f"1.4.0{_MXNET_1_4}", "sagemaker-mxnet-serving"),
    *(_mxnet(*versions) for versions in _MXNET_VERSIONS),
    *map(_tensorflow, _TENSORFLOW_VERSIONS),
    *(_tensorflow(each, "sagemaker-tensorflow-serving") for each in _OLD_TENSORFLOW_VERSIONS),
    *(_tensorflow(each, "tensorflow-inference-graviton") for each in _GRAVITON_TENSORFLOW_VERSIONS),
    *map(_pytorch, _PYTORCH_VERSIONS),
    *(_pytorch(each, "pytorch-inference-graviton") for each in _GRAVITON_PYTORCH_VERSIONS),
    _pytorch("2.6.0", "pytorch-inference-arm64"),
    *(_hugging_face(*versions) for versions in _HUGGING_FACE_VERSIONS),
)

# The pins of the drift function's layer: the engine that runs there runs here.
_DRIFT = ("numpy==2.4.6", "polars==2.1.0")
PROGRAMS = (
    Program("sagemaker-model-monitor-analyzer", "monitor.model_monitor", _DRIFT, "slipway_drift"),
)


_BEYOND = "what it holds does not install on a Python of today, and later versions do not read it"


def family_of(image: str, families: tuple[Family, ...] = FAMILIES) -> Family:
    """The family that holds an image URI; account, region and domain do not matter.

    Raises UnknownImage.
    """
    repository, _, tag = image.rsplit("/", 1)[-1].partition(":")
    for family in families:
        if family.holds(repository, tag):
            return family
    if (repository, tag) in _of_aws():
        raise UnknownImage(
            f"AWS has {repository}:{tag} and can serve this, but this laptop cannot: {_BEYOND}; "
            "deploy it on AWS, or save the model with a later version"
        )
    tags = [family.tag for family in families if family.repository == repository]
    known = f"{repository} with the tags {', '.join(tags)}" if tags else _repositories(families)
    raise UnknownImage(
        f"image {image!r} is not known here: say in slipway.images.yaml what stands for an image "
        f"of your own (docs/your-model.md); known: {known}"
    )


@cache
def _of_aws() -> set[tuple[str, str]]:
    """Repository and tag of every image of the inspector's table."""
    images = [image for family in families_of_aws() for image in images_of(family)]
    return {(image.repository, tag) for image in images for tag in image.tags.values()}


def _repositories(families: tuple[Family, ...]) -> str:
    return ", ".join(dict.fromkeys(family.repository for family in families))


def program_of(image: str) -> Program:
    """The program of a processing image; account, region, domain and tag do not matter.

    Raises UnknownImage.
    """
    repository = image.rsplit("/", 1)[-1].partition("@")[0].partition(":")[0]
    for program in PROGRAMS:
        if program.repository == repository:
            return program
    known = ", ".join(program.repository for program in PROGRAMS)
    raise UnknownImage(f"image {image!r} runs no processing job here; known: {known}")
