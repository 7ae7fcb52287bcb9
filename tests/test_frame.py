"""The project's frame: layout, pinned versions, commands that the documents name."""

from __future__ import annotations

import ast
import json
import os
import re
import runpy
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import distributions
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("assistant", "tools", "connectors", "prompts")
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
BIN = Path(sys.executable).parent


def python_files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def make_targets() -> dict[str, str]:
    """The targets of the Makefile that `make help` shows, with what they say."""
    return dict(re.findall(r"(?m)^([a-z-]+):.*?## (.+)$", (ROOT / "Makefile").read_text()))


def commands_in(page: Path, program: str) -> set[str]:
    """The first words after a program's name in a page's code blocks."""
    blocks = re.findall(r"```[a-z]*\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    pattern = rf"^\s*(?:\$ )?(?:\.venv/bin/)?{program} ([a-z][a-z-]*)"
    return {word for block in blocks for word in re.findall(pattern, block, re.MULTILINE)}


def test_no_file_is_longer_than_400_lines() -> None:
    long = [
        f"{named(file)}: {count}"
        for file in python_files(*PACKAGES, "tests", ".ci")
        if (count := len(file.read_text("utf-8").splitlines())) > 400
    ]
    assert long == []


def test_an_init_file_holds_a_docstring_and_no_code() -> None:
    def only_docstring(file: Path) -> bool:
        tree = ast.parse(file.read_text("utf-8"))
        return len(tree.body) == 1 and ast.get_docstring(tree) is not None

    inits = [file for file in python_files(*PACKAGES, "tests") if file.name == "__init__.py"]
    assert [named(file) for file in inits if not only_docstring(file)] == []


def test_every_folder_with_modules_is_a_package() -> None:
    folders = {file.parent for file in python_files(*PACKAGES, "tests")}
    assert [named(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


def test_there_are_no_packages_beside_the_five_folders() -> None:
    with_code = {path.parent.name for path in ROOT.glob("[!.]*/*.py")}
    assert with_code <= {*PACKAGES, "tests"}


def constraints() -> list[Requirement]:
    return [Requirement(line) for line in (ROOT / "constraints.txt").read_text().splitlines() if line]


def test_constraints_hold_one_exact_version_each_and_name_no_index() -> None:
    assert re.findall(r"(?m)^-|://|@", (ROOT / "constraints.txt").read_text()) == []
    assert [str(one) for one in constraints() if not re.fullmatch(r"==[^,*]+", str(one.specifier))] == []


def test_no_settings_file_names_an_index() -> None:
    for name in ("pyproject.toml", "Makefile", ".ci/run", ".ci/install.py", ".pre-commit-config.yaml"):
        assert re.findall(r"https?://\S+", (ROOT / name).read_text()) == [], name


def test_every_installed_package_has_the_pinned_version() -> None:
    here = [one for one in constraints() if one.marker is None or one.marker.evaluate()]
    pinned = {canonicalize_name(one.name): str(one.specifier).removeprefix("==") for one in here}
    brought_by_venv = {"pip", "setuptools", "concord"}
    installed = {canonicalize_name(one.name): one.version for one in distributions(path=[purelib()])}
    assert {
        name: version
        for name, version in installed.items()
        if name not in brought_by_venv and pinned.get(name) != version
    } == {}


def purelib() -> str:
    return next(path for path in sys.path if path.endswith("site-packages"))


def test_make_help_lists_every_target() -> None:
    said = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    phony = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony is not None
    assert set(re.findall(r"make ([a-z-]+)", said)) >= set(phony.group(1).split())
    assert {"demo", "test", "test-all", "lint", "bench"} <= set(make_targets())


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_the_make_targets_that_a_page_names_exist(page: Path) -> None:
    assert commands_in(page, "make") - set(make_targets()) == set()


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_the_commands_that_a_page_names_exist(page: Path) -> None:
    for command in sorted(commands_in(page, "concord")):
        asked = [str(BIN / "concord"), command, "--help"]
        done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"concord {command}: {done.stderr}"


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_the_links_between_pages_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_generated_pages_say_what_the_code_says() -> None:
    pages = runpy.run_path(str(ROOT / ".ci" / "docs.py"))["PAGES"]
    behind = [name for name, write in pages.items() if (ROOT / "docs" / name).read_text("utf-8") != write()]
    assert behind == [], "run `make docs`"


def test_pre_commit_fetches_nothing() -> None:
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    assert {repository["repo"] for repository in config["repos"]} == {"local"}


def test_what_ci_runs_is_a_program() -> None:
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    subprocess.run(["bash", "-n", str(ROOT / ".ci" / "run")], check=True)


ASK_FOR_SETTINGS = "import json, runpy; print(json.dumps(runpy.run_path('.ci/install.py')['uv_settings']()))"


def settings_for_uv(tmp_path: Path, file: str, **variables: str) -> dict[str, str]:
    (tmp_path / "pip.conf").write_text(file)
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_", "SSL_"))}
    # pip reads the file named here after those of the machine and of the user.
    environment = bare | {"PIP_CONFIG_FILE": str(tmp_path / "pip.conf")} | variables
    command = [sys.executable, "-c", ASK_FOR_SETTINGS]
    said = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    found: dict[str, str] = json.loads(said.stdout)
    return found


def test_what_is_set_for_pip_reaches_uv_and_variables_win(tmp_path: Path) -> None:
    file = """
[global]
index-url = https://mirror.example/simple
extra-index-url = https://one.example/simple
    https://two.example/simple
cert = /etc/company.pem
[install]
find-links = /srv/wheels
"""
    settings = settings_for_uv(tmp_path, file, PIP_CERT="/etc/other.pem", UV_FIND_LINKS="/srv/mine")
    assert settings["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"
    assert settings["UV_INDEX"] == "https://one.example/simple https://two.example/simple"
    assert settings["SSL_CERT_FILE"] == "/etc/other.pem"
    assert settings["UV_INDEX_STRATEGY"] == "unsafe-best-match"
    assert "UV_FIND_LINKS" not in settings


@pytest.mark.slow
def test_imports_run_in_one_direction() -> None:
    done = subprocess.run([str(BIN / "lint-imports")], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
