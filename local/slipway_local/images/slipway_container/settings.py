"""What a container is told when it starts: folders, and the environment AWS's images read."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """The container's folder tree stands under `root` as it does under `/` in a real one."""

    root: Path
    variables: Mapping[str, str]

    @property
    def model_folder(self) -> Path:
        """What is /opt/ml/model in a real container."""
        return self.root / "opt/ml/model"

    @property
    def code_folder(self) -> Path:
        """Where the user's script is."""
        return Path(self.variables["SLIPWAY_CODE_FOLDER"])

    @property
    def failure_file(self) -> Path:
        """Where one line says why the container gave up."""
        return self.root / "opt/ml/output/failure"

    @property
    def program(self) -> str | None:
        """The user's module; None where SAGEMAKER_PROGRAM is not set."""
        return self.variables.get("SAGEMAKER_PROGRAM", "").removesuffix(".py") or None

    @property
    def request_seconds(self) -> float:
        """How long one request may take before its worker is stopped."""
        return float(self.variables.get("SAGEMAKER_MODEL_SERVER_TIMEOUT", "60"))

    @property
    def batch(self) -> bool:
        """Whether batch transform runs the container."""
        return bool(self.variables.get("SAGEMAKER_BATCH"))

    @property
    def multi_model(self) -> bool:
        """Whether the model is one of several of its container."""
        return self.variables.get("SAGEMAKER_MULTI_MODEL") == "true"

    def default_accept(self, otherwise: str) -> str:
        """The content type of an answer to a caller who takes any."""
        return self.variables.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", otherwise)


def read_settings(root: Path) -> Settings:
    """The settings of this process."""
    return Settings(root, dict(os.environ))
