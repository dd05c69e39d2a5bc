"""A real Mosquitto, and certificates for it."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

PATIENCE_S = 60.0

MOSQUITTO = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/sbin:/bin")


class Mosquitto:
    """A broker on a port of its own, which can be stopped, killed, frozen and started again there."""

    def __init__(self, folder: Path, *settings: str) -> None:
        if MOSQUITTO is None:
            pytest.skip("there is no broker: apt install mosquitto")
        self.folder = folder
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self.settings = settings or ("allow_anonymous true",)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it listens."""
        # As root it would become another user, who cannot read these folders.
        lines = ["user root", f"listener {self.port} 127.0.0.1", f"persistence_location {self.folder}/", *self.settings]
        path = self.folder / "mosquitto.conf"
        path.write_text("".join(f"{line}\n" for line in lines))
        with (self.folder / "mosquitto.log").open("ab") as log:
            self._process = subprocess.Popen([str(MOSQUITTO), "-c", str(path)], stdout=log, stderr=log)
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            assert self._process.poll() is None, (self.folder / "mosquitto.log").read_text()
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.02)
        pytest.fail("the broker does not listen")

    def end(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Stop it, or kill it; may be called twice."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGCONT)
            self._process.send_signal(number)
            self._process.wait(PATIENCE_S)
            self._process = None

    def freeze(self) -> None:
        """Stop it from running, but not from being connected with."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)


@contextmanager
def running(broker: Mosquitto) -> Iterator[Mosquitto]:
    """Run a broker."""
    broker.start()
    try:
        yield broker
    finally:
        broker.end()


def with_password(folder: Path, **passwords: str) -> list[str]:
    """Return settings by which each name needs its password."""
    if shutil.which("mosquitto_passwd") is None:
        pytest.skip("there is no mosquitto_passwd: apt install mosquitto")
    path = folder / "passwords"
    path.touch()
    for name, password in passwords.items():
        subprocess.run(["mosquitto_passwd", "-b", path, name, password], check=True, capture_output=True)
    return ["allow_anonymous false", f"password_file {path}"]


def authority(folder: Path, name: str) -> Path:
    """Make an authority; return its certificate. Its key lies beside it."""
    certificate = folder / f"{name}.crt"
    _openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}",
             "-keyout", certificate.with_suffix(".key"), "-out", certificate)  # fmt: skip
    return certificate


def certified(folder: Path, ca: Path, name: str, host: str = "localhost") -> Path:
    """Have an authority sign a certificate; return a file with it and its key."""
    key, request, names, certificate = (folder / f"{name}.{end}" for end in ("key", "csr", "ext", "crt"))
    names.write_text(f"subjectAltName=DNS:{host}\n")
    _openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}", "-keyout", key, "-out", request)
    _openssl("x509", "-req", "-in", request, "-CA", ca, "-CAkey", ca.with_suffix(".key"), "-CAcreateserial",
             "-days", "2", "-extfile", names, "-out", certificate)  # fmt: skip
    both = folder / f"{name}.pem"
    both.write_text(certificate.read_text() + key.read_text())
    return both


def with_tls(folder: Path, ca: Path, server: Path, *more: str) -> list[str]:
    """Return settings by which connections are encrypted."""
    return [f"cafile {ca}", f"certfile {server.with_suffix('.crt')}", f"keyfile {server.with_suffix('.key')}",
            "allow_anonymous true", *more]  # fmt: skip


def _openssl(*arguments: str | Path) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl")
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)
