"""Every command of the README's and of your-model.md's first minutes, as a stranger types them in a
fresh clone; then the cloud is killed, and what was deployed serves again."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from slipway_local import cloud, record

from tests.e2e.conftest import IMAGES, REPOSITORY

FENCE = re.compile(r"^```(console|python)\n(.*?)^```", re.MULTILINE | re.DOTALL)
KEPT = ("HOME", "LANG", "PIP_CONFIG_FILE", "PIP_INDEX_URL", "SSL_CERT_FILE", "UV_CACHE_DIR")


@dataclass(frozen=True)
class Clone:
    """A stranger's clone: what is in the repository, and nothing of the machine but its tools."""

    folder: Path

    @property
    def variables(self) -> Mapping[str, str]:
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        # Requests are captured after seconds, not after a minute.
        kept["SLIPWAY_TIME_SCALE"] = "0.05"
        return {**kept, "PATH": f"{self.folder}/.venv/bin:{os.environ['PATH']}"}

    def section(self, page: str, title: str) -> list[tuple[str, str]]:
        """The language and the text of each block of a page's section."""
        text = (self.folder / page).read_text()
        return FENCE.findall(text.split(f"\n## {title}\n")[1].split("\n## ")[0])

    def type(self, *lines: str) -> str:
        """What a shell prints that is given the lines."""
        done = subprocess.run(
            ["/bin/bash", "-euo", "pipefail", "-c", "\n".join(lines)],
            cwd=self.folder, env=self.variables, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        return done.stdout

    def follow(self, page: str, title: str, *but: str) -> str:
        """Type a section's blocks, line by line, but for the lines with these words."""
        but = (*but, *(("aws sagemaker-runtime",) if shutil.which("aws") is None else ()))
        said = ""
        for language, text in self.section(page, title):
            if language == "python":
                (self.folder / "ask.py").write_text(text)
                said += self.type('eval "$(slipway env)"', f"{sys.executable} ask.py")
            else:
                lines = (each for each in text.splitlines() if not any(w in each for w in but))
                said += self.type(*lines)
        return said


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clone]:
    folder = tmp_path_factory.mktemp("clone")
    listed = subprocess.run(
        ["git", "ls-files"],  # noqa: S607 - wherever it is
        cwd=REPOSITORY, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name in {line.partition("/")[0] for line in listed.stdout.splitlines()} | {".venv"}:
        (folder / name).symlink_to(REPOSITORY / name)
    state = folder / ".slipway"
    state.mkdir()
    IMAGES.mkdir(parents=True, exist_ok=True)
    (state / "images").symlink_to(IMAGES)
    yield Clone(folder)
    cloud.stop(state)


def test_the_first_minutes_and_a_crash(clone: Clone) -> None:
    said = clone.follow("README.md", "On your laptop", "make down")
    assert "Released: version 1 serves" in said
    assert said.count("30.03") >= 4  # slipway, the AWS CLI's file aside: curl, boto3, suburbs
    assert "no drift" in said
    state = clone.folder / ".slipway"
    os.kill(int(record.pid(state).read_text()), signal.SIGKILL)
    while record.alive(state):
        time.sleep(0.05)
    died = subprocess.run(
        ["/bin/bash", "-c", "slipway status"],
        cwd=clone.folder, env=clone.variables, capture_output=True, text=True,
    )  # fmt: skip
    assert died.returncode == 3
    assert "has died" in died.stderr
    assert "`slipway up` starts it again" in died.stderr
    assert "slipway-housing" in clone.type("make up")
    assert "30.03" in clone.type("slipway invoke housing housing/request.csv")
    assert "Released" in clone.type("slipway status")
    assert "WatchEndpoint" in clone.type("slipway history housing")


def test_a_model_of_one_s_own_is_asked_in_every_way(clone: Clone) -> None:
    said = clone.follow("docs/your-model.md", "Ask it")
    assert "Released: version 1 serves" in said
    assert len(re.findall(r"^\[?2\d\.\d+", said, re.MULTILINE)) >= 2


def test_a_framework_without_an_image_brings_its_own(clone: Clone) -> None:
    clone.type("slipway example lightgbm")
    push = "slipway push lightgbm lightgbm/model.tar.gz --manifest lightgbm/slipway.yaml"
    assert "Released: version 1 serves" in clone.type(push)
    assert float(clone.type("slipway invoke lightgbm lightgbm/request.csv")) == pytest.approx(24, 2)


def test_a_container_of_one_s_own_serves_without_docker(clone: Clone) -> None:
    example = clone.folder / "examples" / "own-container"
    shutil.copy(example / "slipway.images.yaml", clone.folder)
    shutil.copytree(example / "container", clone.folder / "container")
    (clone.folder / "words.txt").write_text("ship slipway")
    clone.type("tar -czf words.tar.gz words.txt")
    push = "slipway push words words.tar.gz --manifest examples/own-container/slipway.yaml"
    assert "Released: version 1 serves" in clone.type(push)
    ask = "slipway invoke words --content-type text/plain --accept application/json"
    assert clone.type(f"echo -n ship ship | {ask}") == '{"ship": 2, "slipway": 0}'


def test_it_ends_as_the_page_says(clone: Clone) -> None:
    clone.type("make down")
    assert cloud.find(clone.folder / ".slipway") is None
    assert not cloud.died(clone.folder / ".slipway")
