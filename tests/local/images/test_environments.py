"""Environments: made once, found again, honest about what differs."""

import os
import subprocess
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from slipway_local.images.environments import Environments
from slipway_local.images.installing import EnvironmentFailed, cause
from slipway_local.images.requirements import Wanted

SMALL = ("six==1.16.0",)


def test_an_environment_is_made_once_and_found_again(tmp_path: Path) -> None:
    said: list[str] = []
    with ThreadPoolExecutor(3) as pool:
        found = list(
            pool.map(lambda _: Environments(tmp_path, said.append).provide(SMALL), range(3))
        )
    assert said == ["making the environment of six==1.16.0"]
    assert found == [found[0]] * 3
    assert _output(found[0].python, "import six; print(six.__version__)") == "1.16.0"
    assert not list(tmp_path.glob(".making-*"))


def test_it_sees_no_packages_but_its_own(tmp_path: Path) -> None:
    python = Environments(tmp_path).provide(SMALL).python
    program = "import importlib.util as u; print(u.find_spec('pytest'), u.find_spec('pip'))"
    assert _output(python, program) == "None None"


def test_requirements_of_a_script_make_another(tmp_path: Path) -> None:
    environments = Environments(tmp_path)
    plain = environments.provide(SMALL)
    assert environments.provide(SMALL, Wanted(("toml",))).python != plain.python


def test_what_a_script_pins_and_this_python_lacks_is_replaced_and_said(tmp_path: Path) -> None:
    """Pillow 6 has wheels for the Pythons of its time alone."""
    wanted = Wanted(("Pillow == 6.0.0",))
    [line] = Environments(tmp_path).provide(SMALL, wanted).substitutions
    assert line.startswith("Pillow ")
    assert line.endswith(" instead of 6.0.0")


def test_what_a_script_pins_and_nobody_has_fails_as_on_aws(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFailed, match="there is no version of toml"):
        Environments(tmp_path).provide(SMALL, Wanted(("toml==0.0.0.1",)))


def test_what_the_image_holds_needs_no_index(tmp_path: Path) -> None:
    held = Wanted((SMALL[0].partition("==")[0],), index=False)
    assert Environments(tmp_path).provide(SMALL, held).python.exists()


def test_without_an_index_what_the_image_lacks_is_missing(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFailed, match="asks for toml, and nothing is fetched"):
        Environments(tmp_path).provide(SMALL, Wanted(("toml",), index=False))


def test_a_version_that_is_not_there_is_replaced_by_the_nearest_and_said(tmp_path: Path) -> None:
    """six has 1.15.0 and 1.16.0 and nothing between."""
    said: list[str] = []
    environment = Environments(tmp_path, said.append).provide(("six==1.15.5",))
    assert environment.substitutions == ("six 1.16.0 instead of 1.15.5",)
    assert said[-1] == "six 1.16.0 instead of 1.15.5"
    assert Environments(tmp_path).provide(("six==1.15.5",)) == environment


def test_above_the_newest_the_newest_is_taken(tmp_path: Path) -> None:
    [line] = Environments(tmp_path).provide(("toml==99.0",)).substitutions
    assert line.startswith("toml 0.")


def test_what_cannot_be_installed_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFailed, match="six"):
        Environments(tmp_path).provide(SMALL, Wanted(("six>=99",)))
    assert not [path for path in tmp_path.iterdir() if path.is_dir()]


def test_an_environment_whose_python_is_gone_is_made_anew(tmp_path: Path) -> None:
    python = Environments(tmp_path).provide(SMALL).python
    python.unlink()
    assert Environments(tmp_path).provide(SMALL).python.exists()


RESOLVER = """  x No solution found when resolving dependencies:
  ╰─▶ Because six was not found in the
      package registry and you require six==9, we can conclude that your
      requirements are unsatisfiable."""


@pytest.mark.parametrize(
    ("said", "first"),
    [
        (
            RESOLVER,
            "its packages cannot be installed: six was not found in the package registry\n",
        ),
        ("error: no space left on device", ""),
    ],
    ids=["resolver", "other"],
)
def test_what_the_installer_says_begins_with_its_cause(said: str, first: str) -> None:
    assert cause(said) == first


def _output(python: Path, program: str) -> str:
    command = [str(python), "-I", "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - ours
    return done.stdout.strip()


def test_pytorch_is_a_cpu_build_from_the_wheels_that_pip_knows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it needs itself comes from the package index, as the script's requirements do."""
    wheels = tmp_path / "wheels"
    _wheel(wheels, "torch", "9.9.9+cpu", needs="toml")
    _pip_knows(wheels, monkeypatch)
    environment = Environments(tmp_path / "images").provide(("torch==9.9.9",), Wanted(SMALL))
    assert environment.substitutions == ()
    program = "import toml, importlib.metadata as m; print(m.version('torch'), m.version('six'))"
    assert _output(environment.python, program) == "9.9.9+cpu 1.16.0"


@pytest.mark.parametrize("version", ["999.8", "999.10"], ids=["newer", "older"])
def test_the_nearest_cpu_build_of_pytorch_is_taken_and_said(
    version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheels = tmp_path / "wheels"
    _wheel(wheels, "torch", "999.9+cpu")
    _pip_knows(wheels, monkeypatch)
    environment = Environments(tmp_path / "images").provide((f"torch=={version}",))
    assert environment.substitutions == (f"torch 999.9+cpu instead of {version}",)


def test_without_a_cpu_build_the_index_s_own_is_fetched_and_its_size_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _wheel(tmp_path / "index" / "torch", "torch", "999.9", size=3_000_000)
    _pip_knows(tmp_path, monkeypatch)
    said: list[str] = []
    with _index(tmp_path / "index") as address:
        monkeypatch.setenv("UV_DEFAULT_INDEX", address)
        Environments(tmp_path / "images", said.append).provide(("torch==999.9",))
    assert said == [
        "making the environment of torch==999.9",
        "no CPU build of PyTorch can be had here: the package index's own brings gigabytes of CUDA",
        "Downloading torch (2.9MiB)",
        "Downloaded torch",
    ]


def _pip_knows(wheels: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)  # a machine may cap torch for all its users


@contextmanager
def _index(folder: Path) -> Iterator[str]:
    """A package index of a folder's folders."""
    handler = partial(_Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None: ...


def _wheel(folder: Path, name: str, version: str, needs: str = "", size: int = 0) -> None:
    """A wheel of one file."""
    folder.mkdir(parents=True)
    information = f"{name}-{version}.dist-info"
    needed = f"Requires-Dist: {needs}\n" if needs else ""
    files = {
        "METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needed}",
        "WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        "weights": "w" * size,
        "RECORD": "",
    }
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        for file, content in files.items():
            wheel.writestr(f"{information}/{file}", content)
