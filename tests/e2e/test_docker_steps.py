"""The image's steps and compose.yaml's commands, carried out in a clean folder in place of `/`: no engine runs here.

Real: every COPY, RUN, ENV and WORKDIR of all stages in order, the program's own installation into a fresh virtual
environment, then the services' entry points, commands and health checks with their environments, on one user.
Not real, and listed in NOT_HERE or said where it happens: users and groups; the packages of requirements.lock, which
are borrowed from the running environment once each is at its pin (`make` installed them by the same command; with
MONETA_TEST_PACKAGES=1 the step itself runs, some minutes); the devnet's downloads, which are this machine's cache.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

from devnet.cache import cache_folder
from tests.dockerfile import Instruction, Stage, stages
from tests.e2e.program import ROOT, until

DOCKER = ROOT / "docker"
NOT_HERE = ("groupadd", "useradd")
PLACE = re.compile(r"(?<![\w./-])/(?=(?:opt|src|data|keys|chain|run|usr/local/bin|tmp)\b)")
SECONDS = 120
SCRIPT = "put 1,000 USDC to work\n/confirm\n"


@dataclass
class Image:
    """What the steps left in `root`; `variables` by stage."""

    root: Path
    stages: dict[str, Stage]
    variables: dict[str, dict[str, str]] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)

    def here(self, text: str) -> str:
        """Absolute paths of the image as paths below `root`."""
        return PLACE.sub(f"{self.root}/", text)

    def run(self, command: list[str], stage: str, cwd: Path, **more: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            command,
            cwd=cwd,
            env=self.environment(stage, **more),
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == 0, f"{shlex.join(command)}\n{done.stdout}\n{done.stderr}"
        return done

    def environment(self, stage: str, **more: str) -> dict[str, str]:
        """The stage's variables, and of this program's only what pip needs to find packages."""
        kept = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_", "REQUESTS_"))}
        return {**kept, **self.variables[stage], **more}


@pytest.fixture(scope="module")
def image() -> Iterator[Image]:
    """All stages, built. They share one root: what only the build stage has is taken away after it."""
    with tempfile.TemporaryDirectory(prefix="m-") as name:
        made = Image(Path(name).resolve(), stages((DOCKER / "Dockerfile").read_text()))
        for folder in ("tmp", "usr/local/bin", "base"):
            (made.root / folder).mkdir(parents=True)
        (made.root / "base" / "python").symlink_to(sys.executable)
        for stage in made.stages.values():
            _build(made, stage)
            if stage.name == "build":
                shutil.rmtree(made.root / "src")
        yield made


def _build(image: Image, stage: Stage) -> None:
    start = {"PATH": f"{image.root / 'base'}:/usr/bin:/bin", "HOME": str(image.root / "tmp")}
    variables = dict(image.variables.get(stage.base, start))
    image.variables[stage.name] = variables
    where = image.root
    for step in stage.instructions:
        if step.name == "ENV":
            for pair in shlex.split(step.text):
                name, _, value = pair.partition("=")
                variables[name] = image.here(value).replace("$PATH", variables["PATH"])
            variables.pop("PIP_NO_CACHE_DIR", None)  # here a cache is welcome
            if "MONETA_CACHE" in variables:
                Path(variables["MONETA_CACHE"]).mkdir()
                variables["MONETA_CACHE"] = str(cache_folder())  # downloads take minutes; their hashes were checked
        elif step.name == "WORKDIR":
            where = Path(image.here(step.text))
            where.mkdir(parents=True, exist_ok=True)
        elif step.name == "COPY":
            _copy(image, step, where)
        elif step.name == "RUN":
            for command in step.text.split(" && "):
                _run(image, stage.name, shlex.split(image.here(command)), where)


def _copy(image: Image, step: Instruction, where: Path) -> None:
    *sources, target = [word for word in step.words if not word.startswith("--")]
    if "--from=" in step.text:
        assert Path(image.here(sources[0])).exists()
        assert sources == [target], "one root for all stages: what moves must keep its place"
        return
    place = where / image.here(target)
    for source in (ROOT / each for each in sources):
        if source.is_dir():
            shutil.copytree(source, place, ignore=shutil.ignore_patterns("__pycache__", "*.pyc", "*.db*"))
        else:
            shutil.copy(source, place)


def _run(image: Image, stage: str, command: list[str], where: Path) -> None:
    if command[0] in NOT_HERE:
        image.skipped.append(command[0])
        return
    if command[0] == "install":  # who owns the folders is what a test of the files checks
        command = [word for word in command if not re.fullmatch(r"-[og]|\d{5}", word)]
    if "--require-hashes" in command and not os.environ.get("MONETA_TEST_PACKAGES"):
        _borrow(image.root / "opt" / "moneta", where / "requirements.lock")
        return
    image.run(command, stage, where)


def _borrow(environment: Path, lock: Path) -> None:
    """The running environment's packages, each of which must be at its pin."""
    pins = re.findall(r"^([a-z0-9][^ ;\\]*==[^ ;\\]+(?: ;[^\\\n]*)?) \\$", lock.read_text(), re.MULTILINE)
    assert len(pins) > 50
    for pin in map(Requirement, pins):
        if pin.marker is None or pin.marker.evaluate():
            assert pin.specifier.contains(importlib.metadata.version(pin.name), prereleases=True), pin
    (site,) = environment.glob("lib/python*/site-packages")
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")


def test_every_step_ran_but_those_of_users(image: Image) -> None:
    assert image.skipped == ["groupadd", "useradd", "useradd", "useradd"]
    assert oct((image.root / "keys").stat().st_mode)[-3:] == "700"
    assert oct((image.root / "run" / "moneta").stat().st_mode)[-3:] == "750"


def test_the_entry_point_is_the_installed_program(image: Image) -> None:
    (entry,) = image.stages["moneta"].last("ENTRYPOINT").words
    assert "demo" in image.run([entry, "--help"], "moneta", image.root / "data").stdout
    schema = image.run([entry, "schema"], "moneta", image.root / "data").stdout
    assert json.loads(schema) == json.loads((ROOT / "docs" / "intents.schema.json").read_text())
    which = "import agent, moneta; print(agent.__file__)"
    found = image.run(["python", "-P", "-c", which], "moneta", image.root / "data").stdout
    assert found.startswith(str(image.root / "opt" / "moneta"))


@dataclass
class Services:
    """compose.yaml's services as processes of this machine."""

    image: Image
    compose: dict[str, Any]
    running: dict[str, subprocess.Popen[str]] = field(default_factory=dict)

    def stage(self, name: str) -> str:
        return str(self.compose["services"][name]["build"]["target"])

    def command(self, name: str, *instead: str) -> list[str]:
        service, stage = self.compose["services"][name], self.image.stages[self.stage(name)]
        entry = service.get("entrypoint") or stage.last("ENTRYPOINT").words
        words = [*entry, *(instead or service.get("command") or stage.last("CMD").words)]
        group = f"--socket-group={self.compose['services']['signer']['group_add'][0]}"
        return [self.image.here(word).replace(group, f"--socket-group={os.getgid()}") for word in _flat(words)]

    def health(self, name: str) -> bool:
        check = self.compose["services"][name].get("healthcheck", {}).get("test")
        if check is None:
            words = self.image.stages[self.stage(name)].last("HEALTHCHECK").text.partition("CMD ")[2]
            check = ["CMD", *json.loads(words)]
        command = [self.image.here(word) for word in _flat(check[1:])]
        return subprocess.run(command, **self._how(name), stdout=subprocess.DEVNULL, check=False).returncode == 0

    def once(self, name: str, *instead: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        how = self._how(name)
        how.pop("stderr")
        return subprocess.run(
            self.command(name, *instead), **how, input=stdin, capture_output=True, timeout=SECONDS, check=False
        )

    @contextlib.contextmanager
    def up(self, name: str) -> Iterator[subprocess.Popen[str]]:
        """The service until the end of the block, once its own health check says that it is there."""
        with subprocess.Popen(self.command(name), **self._how(name), stdin=subprocess.DEVNULL) as process:
            try:
                until(f"{name} is healthy", lambda: process.poll() is not None or self.health(name), 30)
                assert process.poll() is None, f"{name} ended"
                yield process
            finally:
                process.terminate()
                process.wait(SECONDS)

    def _how(self, name: str) -> dict[str, Any]:
        service = self.compose["services"][name]
        more = {key: self.image.here(value) for key, value in service.get("environment", {}).items()}
        folder = service.get("working_dir") or self.image.stages[self.stage(name)].last("WORKDIR").text
        env = self.image.environment(self.stage(name), **more)
        return {"env": env, "cwd": self.image.here(folder), "text": True, "stderr": sys.stderr.fileno()}


def _flat(words: list[str]) -> list[str]:
    """`--name=value` as two words where the value is a path, so that the path is seen as one."""
    return [part for word in words for part in (word.split("=", 1) if "=/" in word else [word])]


def test_the_services_work_together(image: Image, capfd: pytest.CaptureFixture[str]) -> None:
    with capfd.disabled():
        _work_together(Services(image, yaml.safe_load((DOCKER / "compose.yaml").read_text())))


def _work_together(services: Services) -> None:
    root = services.image.root
    secrets = root / "run" / "secrets"
    secrets.mkdir()
    (secrets / "password").write_text("correct horse battery staple\n")
    with services.up("devnet") as node:
        assert services.once("setup").returncode == 0
        keystore = json.loads((root / "keys" / "signer" / "keystore.json").read_text())
        assert keystore["kdf"]["n"] == 2**18, "a password of one's own gets the strong encryption"
        assert "already" in services.once("setup").stdout
        assert not services.health("moneta")
        with services.up("signer"):
            assert services.health("moneta")
            talked = services.once("moneta", "chat", "--dir", "/data", "--script", "-", "--json", stdin=SCRIPT)
            assert talked.returncode == 0, talked.stderr
            ready, preview, done = map(json.loads, talked.stdout.splitlines())
            assert ready["account"] == keystore["accounts"][0]
            assert preview["verdict"]["status"] == "ready"
            assert done["verdict"]["status"] == "settled"
        assert not services.health("signer")
        assert not services.health("moneta")
        assert {each.name for each in (root / "data").iterdir()} & {"signer", "devnet-password"} == set()
        before = (root / "chain" / "state.json").stat().st_mtime_ns
        node.send_signal(signal.SIGTERM)
        assert node.wait(SECONDS) == 0
    assert (root / "chain" / "state.json").stat().st_mtime_ns > before, "its state is kept"
    assert not (root / "chain" / "devnet.json").exists()
