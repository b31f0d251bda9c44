"""The real `sam build` and `sam deploy`, into the embedded cloud."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from slipway_local.cloud import Cloud

from slipway_cli.failures import Problem

TEMPLATE = "template.yaml"
TAIL = 15

Show = Callable[[str], None]
KEPT = ("LANG", "LC_ALL", "SSL_CERT_DIR", "SSL_CERT_FILE")


@dataclass(frozen=True, slots=True)
class Deployment:
    """A clone of Slipway, to be deployed as `stack` into `cloud`."""

    project: Path
    cloud: Cloud
    stack: str

    @property
    def built(self) -> Path:
        """Where SAM builds it."""
        return self.cloud.settings.state / "build"

    def build(self, show: Show) -> None:
        """Run `sam build`. Raises Problem with the end of what SAM said."""
        template = self.project / TEMPLATE
        if not template.exists():
            raise Problem(
                f"there is no {TEMPLATE} in {self.project}", "Run it in a clone of Slipway."
            )
        self._sam("build", show, "--template-file", str(template), "--build-dir", str(self.built))

    def deploy(self, show: Show) -> None:
        """Run `sam deploy`. Raises Problem with the end of what SAM said."""
        template = self.built / TEMPLATE
        self._sam("deploy", show, "--template-file", str(template), "--stack-name", self.stack)

    def _sam(self, verb: str, show: Show, *arguments: str) -> None:
        sam = str(Path(sys.executable).with_name("sam"))
        samconfig = str(self.project / "samconfig.toml")
        with subprocess.Popen(  # noqa: S603 - a list of our own making, no shell
            [sam, verb, "--config-file", samconfig, "--config-env", "local", *arguments],
            cwd=self.project,
            env=_environment(self.cloud),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as process:
            try:
                said = _shown(process.stdout or (), show)
            except BaseException:
                # SAM's own children, such as compilers of byte-code, outlive it otherwise.
                os.killpg(process.pid, signal.SIGKILL)
                raise
        if process.returncode:
            ending = "\n  ".join(said[-TAIL:])
            raise Problem(f"sam {verb} failed:\n  {ending}")


def _shown(lines: Iterable[str], show: Show) -> list[str]:
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
    return {
        **kept,
        **cloud.environment,
        "HOME": str(home),
        "PATH": path,
        "TMPDIR": str(home),
        "SLIPWAY_LAYER": "host",  # functions run on this machine's Python
    }
