"""install and uninstall, run for real in a mount namespace on copies of /etc, /opt, /usr/local, /var/lib and /run.

Accounts are made and deleted by the system's own commands; Python and systemctl are stand-ins that write down
how they were called. The booted machine's tests run both scripts with nothing but the real.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent
MADE_BY = "made by pigate's install"
UNIT = "/etc/systemd/system/pigate.service"
PACKAGED = "/opt/pigate/share/pigate/systemd"
FOLDERS = ("etc", "opt", "usr/local", "var/lib", "run")
COMMANDS = (
    *("cat", "cp", "dirname", "env", "getent", "grep", "groupadd", "groupdel", "id", "install", "ln", "mkdir", "mount"),
    *("readlink", "rm", "sh", "sha256sum", "sync", "touch", "unshare", "useradd", "userdel", "usermod"),
)
PYTHON = """#!/bin/sh
echo "python $*" >>{said}
case "$*" in
*"-m venv"*) mkdir -p /opt/pigate/bin && ln -sf {python} /opt/pigate/bin/python ;;
*freeze) cat {freeze} ;;
*"pip install"*) : >/opt/pigate/bin/pigate ;;
esac
"""


class Root:
    """The file system as the scripts see it.

    Args:
        folder: where it is kept.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bin = folder / "bin"
        self.said = folder / "said"
        self.freeze = folder / "freeze"
        self.bin.mkdir()
        for name in COMMANDS:
            found = shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin")
            if found is None:
                pytest.skip(f"there is no {name} here")
            (self.bin / name).symlink_to(found)
        self.freeze.write_text("numpy==2.4.6\npigate-lookalike==9\n")
        self.said.touch()
        self.replace("systemctl", f'#!/bin/sh\necho "systemctl $*" >>{self.said}\n')
        self.replace("python3", PYTHON.format(said=self.said, python=self.bin / "python3", freeze=self.freeze))
        for name in FOLDERS:
            (folder / name).mkdir(parents=True)
        # The shadow files of a machine whose root one is not cannot be copied; useradd does without.
        subprocess.run(["cp", "-a", "/etc/.", folder / "etc"], stderr=subprocess.DEVNULL)
        for name in ("passwd", "group"):
            path = folder / "etc" / name
            path.write_text("".join(li for li in path.read_text().splitlines(True) if not li.startswith("pigate:")))
        (folder / "usr/local/bin").mkdir()
        with (folder / "etc/group").open("a") as groups:
            groups.write("gpio:x:986:\n")
        (folder / "etc/systemd/system").mkdir(parents=True, exist_ok=True)

    def replace(self, name: str, text: str) -> None:
        """Let a stand-in take a command's place."""
        path = self.bin / name
        path.unlink(missing_ok=True)
        path.write_text(text)
        path.chmod(0o755)

    def run(self, *command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command as root of this file system, in its own folder."""
        mounts = "".join(f"mount --bind '{self.folder}/{name}' /{name} && " for name in FOLDERS)
        rootless = [] if os.geteuid() == 0 else ["--map-root-user"]
        return subprocess.run(
            [self.bin / "unshare", "--mount", *rootless, "sh", "-c", f'{mounts} exec "$@"', "sh", *command],
            env={"PATH": str(self.bin), "HOME": "/root", **environment},
            cwd=self.folder,
            capture_output=True,
            text=True,
        )

    def succeed(self, *command: str | Path, **environment: str) -> str:
        """Run a command that must end with 0; what it wrote on standard output."""
        done = self.run(*command, **environment)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def made(self, shell: str) -> None:
        """Let somebody else make something."""
        self.succeed("sh", "-ec", shell)

    def state(self) -> dict[str, str]:
        """Each file and its content, and each folder; not the copies that useradd keeps, nor its locks."""
        kept = {}
        for name in FOLDERS:
            for path in sorted((self.folder / name).rglob("*")):
                where = str(path.relative_to(self.folder))
                if path.is_symlink():
                    kept[where] = f"-> {path.readlink()}"
                elif path.is_dir():
                    kept[where] = "folder"
                elif not where.endswith(("-", ".lock", "subuid", "subgid")):
                    kept[where] = path.read_bytes().decode(errors="replace")
        return kept

    def account(self) -> str:
        """Return the account's entry, or nothing."""
        return self.run("getent", "passwd", "pigate").stdout


@pytest.fixture
def root(tmp_path: Path) -> Root:
    """A scratch root in which nothing of pigate is."""
    root = Root(tmp_path)
    probe = root.run("cat", "/etc/hostname")
    if probe.returncode != 0 and "unshare" in probe.stderr:
        pytest.skip(f"no mount namespaces here: {probe.stderr}")
    return root


def install(root: Root) -> None:
    """Run install, which must succeed without a complaint."""
    done = root.run(PROJECT / "systemd/install")
    assert (done.returncode, done.stderr) == (0, "")


def uninstall(root: Root, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run uninstall, which must succeed."""
    done = root.run(PROJECT / "systemd/uninstall", *arguments)
    assert done.returncode == 0, done.stderr
    return done


def before_marks(root: Root, account: str = "--home-dir /var/lib/pigate --shell /usr/sbin/nologin") -> None:
    """Leave what install made before it left marks."""
    root.made(
        f"""mkdir -p /opt/pigate/bin /etc/pigate /var/lib/pigate
        touch /opt/pigate/bin/pigate
        ln -s /opt/pigate/bin/pigate /usr/local/bin/pigate
        useradd --system --user-group --no-create-home {account} pigate
        cp {PROJECT}/tests/shipped_before.toml /etc/pigate/pigate.toml
        cp {PROJECT}/systemd/pigate.service {UNIT}"""
    )


def test_purge_leaves_the_system_as_it_was(root: Root) -> None:
    """After install, again install, and uninstall --purge, every file is as before."""
    before = root.state()
    install(root)
    account, settings = root.account(), root.folder / "etc/pigate/pigate.toml"
    settings.write_text("# mine\n")
    install(root)
    assert root.account() == account != ""
    assert settings.read_text() == "# mine\n"
    done = uninstall(root, "--purge")
    assert root.state() == before
    assert done.stderr == ""


def test_without_purge_settings_and_account_stay(root: Root) -> None:
    """Uninstall leaves settings, state and account; install takes them up again, and a later --purge removes them."""
    before = root.state()
    install(root)
    (root.folder / "var/lib/pigate").mkdir()
    account = root.account()
    for _ in range(2):
        uninstall(root)
        assert root.account() == account
        assert set(root.state()) - set(before) == {"etc/pigate", "etc/pigate/pigate.toml", "var/lib/pigate"}
        install(root)
    uninstall(root)
    uninstall(root, "--purge")
    assert root.state() == before


FOREIGN = {
    "account": "useradd --system --user-group pigate",
    "login": "useradd --create-home --home-dir /var/lib/pigate --comment 'pi gate' pigate",
    "lookalike": "useradd --system --user-group --home-dir /var/lib/pigate --shell /usr/sbin/nologin pigate",
    "account without a group": "useradd --system --gid gpio pigate",
    "group": "groupadd pigate",
    "folder": "mkdir /opt/pigate && touch /opt/pigate/precious",
    "unit": f"echo ExecStart=/home/me/.venv/bin/pigate run >{UNIT}",
    "command": "touch /usr/local/bin/pigate",
}


@pytest.mark.parametrize("made", FOREIGN.values(), ids=FOREIGN)
def test_install_refuses_what_somebody_else_made(root: Root, made: str) -> None:
    """Where something of pigate's names is somebody else's, install says what to type, and changes nothing."""
    root.made(made)
    before = root.state()
    done = root.run(PROJECT / "systemd/install")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("install: ")
    command = line.split(": ")[-1]
    assert root.state() == before
    root.succeed(*command.removeprefix("sudo ").split())
    install(root)


@pytest.mark.parametrize("made", FOREIGN.values(), ids=FOREIGN)
def test_purge_leaves_what_somebody_else_made(root: Root, made: str) -> None:
    """Uninstall --purge removes nothing that install did not make, and says what stays."""
    root.made(made)
    before = root.state()
    done = uninstall(root, "--purge")
    assert root.state() == before
    (line,) = done.stderr.splitlines()
    assert line.endswith(" stays: install did not make it")


def test_account_needs_its_group(root: Root) -> None:
    """Where install's own account has been put into another group, install says how to mend that."""
    install(root)
    root.made("usermod --gid gpio pigate && groupdel pigate")
    done = root.run(PROJECT / "systemd/install")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    root.made(line.split(": ")[-1].replace("sudo ", ""))
    install(root)


def test_upgrade_from_before_marks(root: Root) -> None:
    """What an earlier install made is brought up to date and marked, and --purge removes it."""
    before = root.state()
    before_marks(root)
    install(root)
    assert MADE_BY in root.account()
    uninstall(root, "--purge")
    assert root.state() == before


def test_uninstall_from_before_marks(root: Root) -> None:
    """What an earlier install made, uninstall removes, and a later --purge the account."""
    before = root.state()
    before_marks(root)
    uninstall(root)
    assert root.account() != ""
    uninstall(root, "--purge")
    assert root.state() == before


def test_account_that_an_earlier_install_found(root: Root) -> None:
    """An account that an earlier install used without having made it goes on, and outlives --purge."""
    before_marks(root, "--home-dir /srv/pigate --shell /bin/sh")
    account = root.account()
    install(root)
    uninstall(root, "--purge")
    assert root.account() == account
    assert (root.folder / "var/lib/pigate").exists()
    assert not (root.folder / "opt/pigate").exists()


@pytest.mark.parametrize("how", ["as it is", "from within", "by a link", "with CDPATH"])
def test_run_in_any_way(root: Root, how: str) -> None:
    """However it is called, and with blanks in its path, install installs the checkout that it belongs to."""
    checkout = root.folder / "a  checkout"
    shutil.copytree(PROJECT / "systemd", checkout / "systemd")
    (checkout / "pyproject.toml").touch()
    (root.folder / "link").symlink_to(checkout / "systemd/install")
    environment = {}
    if how == "by a link":
        command = ["./link"]
    elif how == "from within":
        command = ["sh", "-c", "cd 'a  checkout/systemd' && sh install"]
    else:
        command = ["a  checkout/systemd/install"]
        environment = {"CDPATH": str(root.folder)} if how == "with CDPATH" else {}
    root.succeed(*command, **environment)
    assert f"pip install --quiet --upgrade {checkout}/systemd/..\n" in root.said.read_text()
    assert (root.folder / UNIT[1:]).read_text() == (PROJECT / "systemd/pigate.service").read_text()


@pytest.mark.parametrize("noted", ["pigate==0.1.0", "pigate @ file:///home/me/pigate-0.1.0-py3-none-any.whl#sha256=1"])
def test_package_installs_what_it_came_from(root: Root, noted: str) -> None:
    """From a virtual environment, install installs what pip there has noted as the package's origin."""
    where = root.folder / ".venv/share/pigate/systemd"
    shutil.copytree(PROJECT / "systemd", where)
    done = root.run(where / "install")
    assert done.returncode == 1
    assert f"{where} belongs to no checkout and to no installed package" in done.stderr
    with root.freeze.open("a") as lines:
        lines.write(f"{noted}\n")
    root.succeed(where / "install")
    assert f"pip --python {root.folder}/.venv/bin/python freeze\n" in root.said.read_text()
    assert root.said.read_text().count("pip install") == 1
    assert f"pip install --quiet --upgrade {noted}\n" in root.said.read_text()


def test_package_in_place(root: Root) -> None:
    """Where pip has put the package into /opt/pigate itself, install and uninstall there need nothing else."""
    before = root.state()
    root.made(f"mkdir -p {PACKAGED} && cp {PROJECT}/systemd/* {PACKAGED} && mkdir /opt/pigate/bin")
    for _ in range(2):
        root.succeed(f"{PACKAGED}/install")
    assert "pip install" not in root.said.read_text()
    root.succeed(f"{PACKAGED}/uninstall", "--purge")
    assert root.state() == before


def test_install_without_systemd(root: Root) -> None:
    """Where there is no systemctl, install says so and changes nothing, and uninstall removes what is there."""
    before = root.state()
    install(root)
    (root.bin / "systemctl").unlink()
    uninstall(root, "--purge")
    assert root.state() == before
    done = root.run(PROJECT / "systemd/install")
    assert done.returncode == 1
    assert done.stderr.startswith("install: there is no systemd here")
    assert root.state() == before


def test_service_is_enabled_at_boot_and_started_now(root: Root) -> None:
    """Under a running systemd the service is started; elsewhere, as in an image that is being made, only enabled."""
    install(root)
    assert root.said.read_text().endswith("systemctl enable --quiet pigate\n")
    (root.folder / "run/systemd/system").mkdir(parents=True)
    install(root)
    assert root.said.read_text().endswith("systemctl enable --quiet pigate\nsystemctl restart pigate\n")
    uninstall(root)
    said = root.said.read_text().partition("restart pigate\n")[2]
    assert said == "systemctl --quiet disable --now pigate\nsystemctl reset-failed pigate\nsystemctl daemon-reload\n"


def test_unedited_settings_of_old_are_replaced(root: Root) -> None:
    """Settings as they were shipped before, with every default written out, give way to those shipped now."""
    before_marks(root)
    install(root)
    assert (root.folder / "etc/pigate/pigate.toml").read_text() == (PROJECT / "systemd/pigate.toml").read_text()


def test_edited_settings_of_old_stay(root: Root) -> None:
    """One changed character in settings of old, and install leaves them alone."""
    before_marks(root)
    settings = root.folder / "etc/pigate/pigate.toml"
    edited = settings.read_text().replace("seed = 1\n", "seed = 2\n")
    settings.write_text(edited)
    install(root)
    assert settings.read_text() == edited


def test_nothing_of_the_working_directory_is_run(root: Root) -> None:
    """Python takes neither modules of the working directory nor those that PYTHONPATH names: install runs as root."""
    (root.bin / "python3").unlink()
    (root.bin / "python3").symlink_to("/usr/bin/python3")
    for name in ("ensurepip", "venv", "pip", "json"):
        (root.folder / f"{name}.py").write_text(f"open('{root.folder}/trap', 'w'); raise SystemExit('trapped')\n")
    done = root.run(PROJECT / "systemd/install", PYTHONPATH=str(root.folder), PIP_NO_INDEX="1", PIP_FIND_LINKS="none")
    assert not (root.folder / "trap").exists()
    if "venv is missing" in done.stderr:
        pytest.skip("Python's venv is missing: apt install python3-venv")
    assert "install: pip could not install pigate (its reason stands above)" in done.stderr
    assert root.account() == ""
