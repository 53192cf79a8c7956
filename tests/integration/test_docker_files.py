"""docker/: the Dockerfile as hadolint sees it, and what the Dockerfile and compose.yaml promise of isolation."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.dockerfile import Instruction, Stage, stages

ROOT = Path(__file__).parents[2]
DOCKER = ROOT / "docker"
FINAL = ("devnet", "moneta")
SERVICES = ("devnet", "setup", "signer", "moneta")
SECRET = re.compile(r"(PASSWORD|TOKEN|SECRET|KEY|MNEMONIC|SEED)", re.IGNORECASE)
PINNED = re.compile(r"python:3\.\d+\.\d+-slim-[a-z]+")


@pytest.fixture(scope="module")
def image() -> dict[str, Stage]:
    return stages((DOCKER / "Dockerfile").read_text())


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return dict(yaml.safe_load((DOCKER / "compose.yaml").read_text()))


def every(image: dict[str, Stage], *names: str) -> list[Instruction]:
    return [each for stage in image.values() for each in stage.instructions if each.name in names]


def test_hadolint_finds_nothing() -> None:
    hadolint = shutil.which("hadolint", path=str(Path(sys.executable).parent)) or shutil.which("hadolint")
    if hadolint is None:
        pytest.skip("hadolint isn't installed (requirements-dev.lock brings it where there is a binary)")
    done = subprocess.run([hadolint, str(DOCKER / "Dockerfile")], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_shell_reads_every_script() -> None:
    for script in DOCKER.glob("*.sh"):
        subprocess.run(["sh", "-n", str(script)], check=True)


def test_bases_are_pinned(image: dict[str, Stage]) -> None:
    outside = {stage.base for stage in image.values() if stage.base not in image}
    assert len(outside) == 1, "one base for all, or a virtual environment moves to another Python"
    assert all(PINNED.fullmatch(base) for base in outside)


def test_packages_are_pinned_by_hash_and_nothing_is_fetched_otherwise(image: dict[str, Stage]) -> None:
    assert not every(image, "ADD")
    runs = " && ".join(each.text for each in every(image, "RUN"))
    assert not re.search(r"curl|wget|apt|git ", runs)
    installs = [command for command in runs.split("&&") if "pip install" in command]
    assert installs
    for command in installs:
        assert "--require-hashes -r requirements.lock" in command or "--no-deps --no-build-isolation" in command


def test_no_secret_is_built_in(image: dict[str, Stage]) -> None:
    assert not every(image, "ARG")
    for each in every(image, "ENV"):
        assert not SECRET.search(each.text), each
    for each in every(image, "RUN"):
        assert "--mount=type=secret" not in each.text


def test_what_is_copied_is_there_and_let_through(image: dict[str, Stage]) -> None:
    ignore = (DOCKER / "Dockerfile.dockerignore").read_text().splitlines()
    assert "*" in ignore, "all is left out that isn't named"
    through = {line[1:] for line in ignore if line.startswith("!")}
    copied: set[str] = set()
    for each in every(image, "COPY"):
        if not each.text.startswith("--from="):
            copied.update(each.words[:-1])
    assert copied == through
    assert all((ROOT / source).exists() for source in copied)


@pytest.mark.parametrize("name", FINAL)
def test_each_image_runs_without_root_and_can_be_asked_how_it_is(image: dict[str, Stage], name: str) -> None:
    stage = image[name]
    user, _, group = stage.last("USER").text.partition(":")
    assert int(user) >= 1_000
    assert int(group) >= 1_000
    order = [each.name for each in stage.instructions]
    assert not {"RUN", "COPY"} & set(order[order.index("USER") :]), "what is in the image is root's to change only"
    assert "--start-period" in stage.last("HEALTHCHECK").text
    assert stage.last("ENTRYPOINT").words


def test_compose_names_the_services_and_no_more(compose: dict[str, Any]) -> None:
    assert tuple(compose["services"]) == SERVICES
    assert set(compose["volumes"]) == {"chain", "keys", "ask", "data"}


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_is_hardened(compose: dict[str, Any], name: str) -> None:
    service = compose["services"][name]
    assert service["read_only"] is True
    assert service["tmpfs"] == ["/tmp"]  # noqa: S108
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    for loose in ("privileged", "cap_add", "devices", "ports", "ipc"):
        assert loose not in service
    assert service.get("network_mode") != "host"
    assert service.get("pid") != "host"
    assert not [volume for volume in service["volumes"] if volume.startswith(("/", ".", "~"))]
    assert service["restart"] == ("no" if name == "setup" else "unless-stopped")
    assert service["build"]["target"] == ("devnet" if name == "devnet" else "moneta")
    assert not [key for key in service.get("environment", {}) if SECRET.search(key) and not key.endswith("_FILE")]


def mounts(service: dict[str, Any]) -> dict[str, str]:
    """Of a service: the volume's name, and how it is mounted."""
    parts = [volume.split(":") for volume in service["volumes"]]
    return {name: (mode or ["rw"])[0] for name, _, *mode in parts}


def test_only_the_signers_user_has_keys_and_password(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert {name for name in SERVICES if "keys" in mounts(services[name])} == {"setup", "signer"}
    assert {name for name in SERVICES if "password" in services[name].get("secrets", [])} == {"setup", "signer"}
    users = {name: services[name]["user"] for name in SERVICES}
    assert users["setup"] == users["signer"]
    assert len({users["devnet"], users["signer"], users["moneta"]}) == 3
    assert all(re.fullmatch(r"[1-9]\d{4}:[1-9]\d{4}", user) for user in users.values())


def test_chat_and_signer_share_the_sockets_folder_alone(compose: dict[str, Any]) -> None:
    signer, moneta = (compose["services"][name] for name in ("signer", "moneta"))
    assert mounts(signer).keys() & mounts(moneta).keys() == {"ask"}
    assert mounts(moneta)["ask"] == "ro"
    assert signer["group_add"] == moneta["group_add"]
    assert f"--socket-group={signer['group_add'][0]}" in signer["command"]
    assert signer["network_mode"] == "none"
    assert "pid" not in signer
    assert mounts(moneta)["chain"] == "ro"


def test_secrets_are_files_that_git_leaves_out(compose: dict[str, Any]) -> None:
    ignored = (DOCKER / ".gitignore").read_text().splitlines()
    assert {"secrets/", "moneta.env"} <= set(ignored)
    for name in ("compose", "telegram", "discord"):
        found = yaml.safe_load((DOCKER / f"{name}.yaml").read_text())
        for secret in found["secrets"].values():
            assert set(secret) == {"file"}
            assert secret["file"].startswith("secrets/")
        for service in found["services"].values():
            for key, value in service.get("environment", {}).items():
                if key.endswith("_FILE"):
                    assert value.removeprefix("/run/secrets/") in service["secrets"], key


def test_the_image_makes_each_folder_for_its_user(image: dict[str, Stage], compose: dict[str, Any]) -> None:
    writers = {"/data": "moneta", "/keys": "signer", "/run/moneta": "signer", "/chain": "devnet"}
    folders = re.findall(r"install -d -m (\d+) -o (\d+) -g (\d+) (/\S+)", image["runtime"].last("RUN").text)
    assert {place for *_, place in folders} == set(writers)
    for mode, owner, group, place in folders:
        service = compose["services"][writers[place]]
        assert owner == service["user"].partition(":")[0]
        if place == "/run/moneta":
            assert (mode, group) == ("0750", service["group_add"][0])


def test_services_wait_for_what_they_need(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert services["setup"]["depends_on"] == {"devnet": {"condition": "service_healthy"}}
    assert services["signer"]["depends_on"] == {"setup": {"condition": "service_completed_successfully"}}
    assert services["moneta"]["depends_on"] == {
        "devnet": {"condition": "service_healthy"},
        "signer": {"condition": "service_healthy"},
    }
