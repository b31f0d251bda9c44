"""The real `sam build` and `sam deploy`, into the embedded cloud."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from slipway_local.cloud import Cloud

from slipway_cli.failures import Problem

TEMPLATE = "template.yaml"
TAIL = 15
KEPT = ("LANG", "LC_ALL", "SSL_CERT_DIR", "SSL_CERT_FILE")


@dataclass(frozen=True, slots=True)
class Deployment:
    """A clone of Slipway, to be deployed as `stack` with its build in `build`."""

    project: Path
    build: Path
    stack: str

    def run(self, cloud: Cloud, show: Callable[[str], None]) -> None:
        """Build and deploy, showing each line. Raises Problem with the end of what SAM said."""
        template = self.project / TEMPLATE
        if not template.exists():
            raise Problem(
                f"there is no {TEMPLATE} in {self.project}", "Run it in a clone of Slipway."
            )
        for arguments in (self._build(template), self._deploy()):
            self._sam(arguments, cloud, show)

    def _build(self, template: Path) -> list[str]:
        return ["build", "--template-file", str(template), "--build-dir", str(self.build)]

    def _deploy(self) -> list[str]:
        built = self.build / TEMPLATE
        samconfig = self.project / "samconfig.toml"
        where = ["--template-file", str(built), "--stack-name", self.stack]
        return ["deploy", "--config-file", str(samconfig), "--config-env", "local", *where]

    def _sam(self, arguments: list[str], cloud: Cloud, show: Callable[[str], None]) -> None:
        sam = Path(sys.executable).with_name("sam")
        with subprocess.Popen(  # noqa: S603 - a list of our own making, no shell
            [str(sam), *arguments],
            cwd=self.project,
            env=_environment(cloud),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            try:
                said = _shown(process.stdout or (), show)
            except BaseException:
                process.terminate()
                raise
        if process.returncode:
            ending = "\n  ".join(said[-TAIL:])
            raise Problem(f"sam {arguments[0]} failed:\n  {ending}")


def _shown(lines: Iterable[str], show: Callable[[str], None]) -> list[str]:
    said = []
    for line in lines:
        if line.strip():
            said.append(line.rstrip())
            show(line.strip())
    return said


def _environment(cloud: Cloud) -> dict[str, str]:
    """Only what SAM and the layers' makefiles need: no profile, no proxy, no other cloud."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)))
    home = cloud.settings.state / "home"
    home.mkdir(exist_ok=True)
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return {**kept, **cloud.environment, "PATH": path, "HOME": str(home)}
