"""Install Concord, editable and in exact versions, into the environment that runs this script.

    .venv/bin/python .ci/install.py [EXTRA ...]     install, with these extras
    .venv/bin/python .ci/install.py --pin           write constraints.txt again from pyproject.toml

uv installs in seconds what pip takes minutes for, so it goes into the environment first. It reads nothing
that is set for pip, so what this machine has set (index, certificate, proxy) is handed over. Where uv cannot
be had or fails, pip installs the same versions.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CONSTRAINTS = ROOT / "constraints.txt"
BUILD_TOOLS = "uv\nhatchling\neditables\n"

# What pip calls a setting, what uv reads for it, and how uv separates several values.
HANDED_OVER = {
    "index-url": ("UV_DEFAULT_INDEX", ""),
    "extra-index-url": ("UV_INDEX", " "),
    "find-links": ("UV_FIND_LINKS", ","),
    "no-index": ("UV_NO_INDEX", ""),
    "trusted-host": ("UV_INSECURE_HOST", " "),
    "keyring-provider": ("UV_KEYRING_PROVIDER", ""),
    "timeout": ("UV_HTTP_TIMEOUT", ""),
    "default-timeout": ("UV_HTTP_TIMEOUT", ""),
    "cert": ("SSL_CERT_FILE", ""),
    "client-cert": ("SSL_CLIENT_CERT", ""),
    "proxy": ("ALL_PROXY", ""),
}


def main(arguments: list[str]) -> int:
    """Install or pin; the exit status."""
    if arguments == ["--pin"]:
        return pin()
    target = f"{ROOT}[{','.join(arguments)}]" if arguments else str(ROOT)
    if install_with_uv(target) or install_with_pip(target):
        return 0
    sys.stderr.write(
        "Concord could not be installed: neither uv nor pip got the packages (see above). Both use what is "
        "set for pip; `pip config list` shows it.\n"
    )
    return 1


def install_with_uv(target: str) -> bool:
    """Whether uv could be had and has installed everything."""
    pinned = ["--constraint", str(CONSTRAINTS)]
    if not run(["-m", "pip", "install", "--quiet", *pinned, "uv"]):
        return False
    # Compiled now, so that the first answer is not slow.
    command = ["-m", "uv", "pip", "install", "--python", sys.executable, "--compile-bytecode"]
    pinned += ["--build-constraints", str(CONSTRAINTS)]
    return run([*command, *pinned, "--editable", target], uv_settings())


def install_with_pip(target: str) -> bool:
    """Whether pip has installed everything. Older pips take build versions from the first variable."""
    sys.stderr.write("uv could not install everything; pip does it, which takes some minutes.\n")
    pinned = {"PIP_CONSTRAINT": str(CONSTRAINTS), "PIP_BUILD_CONSTRAINT": str(CONSTRAINTS)}
    return run(["-m", "pip", "install", "--editable", target], pinned)


def pin() -> int:
    """Write constraints.txt for every platform, keeping the versions that still fit."""
    command = ["-m", "uv", "pip", "compile", "-", "pyproject.toml", "--output-file", str(CONSTRAINTS)]
    command += ["--all-extras", "--strip-extras", "--universal", "--python-version", "3.11"]
    command += ["--no-header", "--no-annotate", "--quiet"]
    return 0 if run(command, uv_settings(), BUILD_TOOLS) else 1


def uv_settings() -> dict[str, str]:
    """The settings of pip as uv reads them; what is set for uv itself stays."""
    settings: dict[str, str] = {}
    for name, value in pip_settings().items():
        variable, separator = HANDED_OVER.get(name, ("", ""))
        if variable and variable not in os.environ:
            settings[variable] = separator.join(value.split()) if separator else value
    if settings:
        # pip takes the best version of all places; uv by default stops at the first place with the name.
        settings.setdefault("UV_INDEX_STRATEGY", os.environ.get("UV_INDEX_STRATEGY", "unsafe-best-match"))
    return settings


def pip_settings() -> dict[str, str]:
    """What is set for pip, for installing: files first, then PIP_ variables, which win."""
    command = [sys.executable, "-m", "pip", "config", "list"]
    listed = subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()
    found: dict[str, str] = {}
    for section in ("global.", "install.", ":env:."):
        for line in listed:
            name, _, value = line.removeprefix(section).partition("=")
            if line.startswith(section) and value:
                found[name] = str(ast.literal_eval(value))
    return found


def run(arguments: list[str], more: dict[str, str] | None = None, text: str | None = None) -> bool:
    """Run this Python with more variables set; whether it went well."""
    environment = os.environ | (more or {})
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, input=text, text=True, check=False)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
