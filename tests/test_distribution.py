"""What is distributed holds every room, and works when the wheel alone is installed."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SUBMISSION = ROOT / "tests" / "submissions" / "corpus" / "right_columns_dict_tanh_ce.py"
DATA = {"verify/py.typed", "verify/evidence/evidence.schema.json", "verify/report/templates/report.html.j2"}

pytestmark = pytest.mark.slow


def sources() -> set[str]:
    found = [*ROOT.glob("verify/**/*.py"), *ROOT.glob("derivations/**/*.py")]
    return {path.relative_to(ROOT).as_posix() for path in found}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    words = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(words, check=True, capture_output=True, timeout=300)
    return folder


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment in which only the wheel is found, and not this checkout."""
    target = tmp_path_factory.mktemp("site-packages", numbered=False)
    wheel = next(built.glob("*.whl"))
    words = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(target)]
    subprocess.run([*words, str(wheel)], check=True, capture_output=True, timeout=300)
    return {**os.environ, "PYTHONPATH": str(target)}


def test_the_wheel_holds_every_room_and_nothing_else(built: Path) -> None:
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert sources() | DATA <= names
    assert {name.split("/")[0] for name in names} == {"verify", "derivations"}


def test_the_source_distribution_holds_what_the_wheel_is_built_from(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert sources() | DATA | {"pyproject.toml", "README.md", "LICENSE"} <= names


@pytest.mark.parametrize(
    "words",
    [("--version",), ("grads", "--sizes", "2,3,2"), ("grads", str(SUBMISSION)), ("mistakes",), ("explain", "W1")],
)
def test_the_installed_wheel_does_its_work(installed: dict[str, str], tmp_path: Path, words: tuple[str, ...]) -> None:
    code = "import verify, verify.__main__; print(verify.__file__); verify.__main__.main()"
    run = [sys.executable, "-W", "error", "-c", code, *words]
    done = subprocess.run(run, env=installed, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[0] == f"{installed['PYTHONPATH']}/verify/__init__.py"
