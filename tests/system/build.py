"""The slow parts of the test machine, built once and kept: kernel, root images, wheels.

Each lands in the cache folder under a name that ends in the checksum of its inputs, so a changed
input is built anew and an unchanged one never. Building needs root on Debian bookworm.
"""

import fcntl
import functools
import hashlib
import os
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
PROJECT = HERE.parents[1]

HOST_PACKAGES = [
    *("qemu-system-x86", "mmdebstrap", "e2fsprogs", "linux-source-6.1", "make", "gcc", "xz-utils"),
    *("flex", "bison", "bc", "libelf-dev", "libssl-dev"),
]
GUEST_PACKAGES = [
    *("systemd", "systemd-sysv", "udev", "e2fsprogs", "procps", "gpiod"),
    *("python3", "python3-venv", "python3-numpy", "mosquitto"),
]
UNUSED_S = 2 * 3600
# What other tools leave in the work tree.
CACHES = {"__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache"}
PYTHON = {"bookworm": "3.11", "trixie": "3.13"}
# The other pin libraries, for the scenarios that compare; the live page, and MQTT. lgpio has no wheel for Python 3.13.
EXTRA_WHEELS = {"bookworm": ["lgpio", "rpi-lgpio", "starlette", "uvicorn", "paho-mqtt"], "trixie": []}


@functools.cache
def kernel() -> Path:
    """The kernel to boot, with gpio-sim."""
    recipe, fragment = HERE / "kernel.sh", HERE / "kernel.config"

    def make(bzimage: Path) -> None:
        _run("sh", recipe, fragment, bzimage)

    _install_host_packages()
    return cached("kernel", [version("linux-source-6.1"), *contents([recipe, fragment])], make)


@functools.cache
def root(release: str) -> Path:
    """A Debian release's root file system, an ext4 image."""
    recipe, files = HERE / "root.sh", HERE / "root"
    packages = ",".join(GUEST_PACKAGES)

    def make(image: Path) -> None:
        _run("sh", recipe, release, packages, _debian_mirror(), files, image)

    _install_host_packages()
    return cached(f"root-{release}", [packages, *contents([recipe, files])], make)


@functools.cache
def wheels(release: str) -> Path:
    """A folder of what pip needs in the guest, which has no network, to install the project."""
    pyproject = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    wanted = pyproject["project"]["dependencies"] + pyproject["build-system"]["requires"]
    wanted += EXTRA_WHEELS[release]
    glibc = {"bookworm": 36, "trixie": 41}[release]
    platforms = [f"--platform=manylinux_2_{minor}_x86_64" for minor in range(17, glibc + 1)]

    def make(folder: Path) -> None:
        _run(
            *(sys.executable, "-m", "pip", "download", "--quiet", "--only-binary=:all:"),
            *("--python-version", PYTHON[release], "--platform=manylinux2014_x86_64", *platforms),
            *("--dest", folder, *wanted),
        )

    return cached(f"wheels-{release}", [PYTHON[release], *wanted], make)


def cached(name: str, inputs: Iterable[str], make: Callable[[Path], None]) -> Path:
    """Return the artefact of these inputs, made if it is not there; older ones of its name go.

    A run beside this one may be at work on an older one, so it goes only when unused for hours.
    """
    key = hashlib.sha256("\0".join(inputs).encode()).hexdigest()[:16]
    wanted = _cache() / f"{name}-{key}"
    with _locked(name):
        if wanted.exists():
            os.utime(wanted)
            return wanted
        for older in _cache().glob(f"{name}-*"):
            if older.stat().st_mtime < time.time() - UNUSED_S:
                _remove(older)
        print(f"building {name}", file=sys.stderr, flush=True)
        began = time.monotonic()
        unfinished = _cache() / f"unfinished-{name}"
        _remove(unfinished)
        make(unfinished)
        unfinished.rename(wanted)
        print(f"built {name} in {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    return wanted


def _cache() -> Path:
    folder = Path(
        os.environ.get("PIGATE_SYSTEM_CACHE")
        or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pigate"
    )
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def _locked(name: str) -> Iterator[None]:
    """Keep the runs and workers beside this one from building the same: they wait, and find it built."""
    with (_cache() / f"lock-{name}").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _remove(artefact: Path) -> None:
    if artefact.is_dir():
        shutil.rmtree(artefact)
    else:
        artefact.unlink(missing_ok=True)


def _install_host_packages() -> None:
    """Ask apt for what is missing. Once installed, this costs one look at dpkg's list."""
    with _locked("packages"):
        known = _output("dpkg-query", "--show", "--showformat=${Package} ${db:Status-Status}\n")
        installed = {line.split()[0] for line in known.splitlines() if line.endswith(" installed")}
        missing = [package for package in HOST_PACKAGES if package not in installed]
        if missing:
            _run("apt-get", "update", "--quiet")
            install = ("apt-get", "install", "--quiet", "--yes", "--no-install-recommends")
            _run("env", "DEBIAN_FRONTEND=noninteractive", *install, *missing)


def _debian_mirror() -> str:
    """The mirror that this machine's own apt takes Debian from."""
    shown = _output(
        *("apt-get", "indextargets", "--format", "$(REPO_URI)"),
        *("Created-By: Packages", "Origin: Debian", "Label: Debian"),
    )
    return shown.splitlines()[0]


def contents(paths: Iterable[Path]) -> list[str]:
    """Return names, modes and texts, all that can matter about a file; of a folder, those of its files."""
    found = []
    for path in paths:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            name = file.relative_to(PROJECT)
            if file.is_file() and not CACHES.intersection(name.parts):
                found.append(f"{name} {file.stat().st_mode:o}\n{file.read_text()}")
    return found


def version(package: str) -> str:
    """Name and version of a Debian package that is installed here."""
    return _output("dpkg-query", "--show", package)


def _output(*command: str | Path) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def _run(*command: str | Path) -> None:
    """Run a command quietly; a failure shows all it said."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\nended with {done.returncode}:\n{done.stdout}")
