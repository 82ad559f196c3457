"""What surrounds the server: compose file, image, scripts, lock files, make targets. No container engine is needed."""

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft201909Validator
from pydantic import SecretStr
from pymongo import MongoClient

import cli
import settings
from deploy.prepare_mongodb import Preparation, prepare
from fhir_server.store import deployment, mongod
from tests.processes import ROOT, free_port, serving, wait_until

LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-definitions.lock")
Client = MongoClient[dict[str, Any]]


def _compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return loaded


def _pins(lock: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / lock).read_text(), re.MULTILINE))


def test_compose_follows_its_schema() -> None:
    schema = json.loads((ROOT / "tests/house/compose-spec/compose-spec.json").read_text())
    assert [error.message for error in Draft201909Validator(schema).iter_errors(_compose())] == []
    broken = _compose()
    broken["services"]["app"]["prots"] = []
    assert not Draft201909Validator(schema).is_valid(broken)


def test_compose_keeps_data_in_volumes_and_secrets_in_the_environment() -> None:
    compose = _compose()
    for name, service in compose["services"].items():
        assert "healthcheck" in service or service["restart"] == "on-failure", name
        for variable, value in service.get("environment", {}).items():
            if "PASSWORD" in variable or "URI" in variable:
                assert re.search(r"\$\{MONGO_[A-Z]+_PASSWORD:\?", value), variable
    mounted = [
        volume.split(":")[0] for service in compose["services"].values() for volume in service.get("volumes", [])
    ]
    assert {source for source in mounted if not source.startswith(".")} == set(compose["volumes"])
    assert "backups" in mounted


def test_compose_publishes_on_loopback_unless_told_otherwise() -> None:
    published = [port for service in _compose()["services"].values() for port in service.get("ports", [])]
    assert published == ["${RSUD_PUBLISH:-127.0.0.1:8080}:8080"]


def test_compose_asks_for_what_the_example_offers() -> None:
    asked = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))
    offered = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert asked == offered


@pytest.mark.parametrize("name", ["docker-compose.yml", "Dockerfile"])
def test_containers_set_only_settings_that_exist(name: str) -> None:
    known = {settings.variable(field) for field in settings.Settings.model_fields}
    assert set(re.findall(r"^\s+(RSUD_[A-Z_]+)[:=]", (ROOT / name).read_text(), re.MULTILINE)) <= known


def test_the_image_runs_a_real_command_without_root() -> None:
    instructions = [
        line.partition(" ")[::2] for line in (ROOT / "Dockerfile").read_text().splitlines() if line[:1].isupper()
    ]
    last = dict(instructions)
    assert last["USER"] == "rsud"
    assert json.loads(last["ENTRYPOINT"]) == ["rsud"]
    assert json.loads(last["CMD"])[0] in cli.COMMANDS
    assert "--require-hashes" in (ROOT / "Dockerfile").read_text()
    assert json.loads(last["HEALTHCHECK"].split("CMD ")[1]) == _compose()["services"]["app"]["healthcheck"]["test"][1:]


@pytest.mark.parametrize("name", LOCKS)
def test_locks_pin_by_hash_and_name_no_place(name: str) -> None:
    text = (ROOT / name).read_text()
    requirements = re.split(r"^(?=[a-z])", text, flags=re.MULTILINE)[1:]
    assert requirements
    for requirement in requirements:
        assert re.match(r"[a-z0-9-]+==\S+", requirement)
        assert "--hash=sha256:" in requirement
    assert not re.search(r"://|^--|\s/\w|\.(org|com|io|net)\b", text, re.MULTILINE)


def test_locks_cover_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = project["project"]["dependencies"] + project["build-system"]["requires"]
    asked_by_tests = project["project"]["optional-dependencies"]["dev"]
    runtime, development = _pins("requirements.lock"), _pins("requirements-dev.lock")
    assert {re.split(r"[^A-Za-z0-9-]", name)[0].lower() for name in asked} <= set(runtime)
    assert {re.split(r"[^A-Za-z0-9-]", name)[0].lower() for name in asked_by_tests} <= set(development)
    assert runtime.items() <= development.items()


def test_the_project_holds_every_module_and_package() -> None:
    configuration = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    assert set(configuration["py-modules"]) == {path.stem for path in ROOT.glob("*.py")}
    included = {pattern.rstrip("*") for pattern in configuration["packages"]["find"]["include"]}
    assert included >= {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "bench"}


def test_make_help_names_every_target() -> None:
    targets = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert targets is not None
    shown = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert re.findall(r"^  make (\w+) ", shown, re.MULTILINE) == targets[1].split()


@pytest.mark.parametrize("script", [".ci/run", "deploy/start-mongo", "deploy/require-commands"])
def test_scripts_are_executable_and_parse(script: str) -> None:
    assert (ROOT / script).stat().st_mode & 0o111
    subprocess.run(["bash", "-n", script], cwd=ROOT, check=True)


def test_a_missing_command_is_named_with_the_line_that_installs_it(tmp_path: Path) -> None:
    for name, text in {"id": "echo 1000", "apt-get": "exit 1", "sudo": "exit 1"}.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    command = ["/bin/sh", str(ROOT / "deploy/require-commands"), "id", "npm"]
    told = subprocess.run(command, env={"PATH": str(tmp_path)}, capture_output=True, text=True)
    assert told.returncode == 1
    assert told.stderr == "Needed for this step: sudo apt-get install --yes --no-install-recommends npm\n"


def test_the_health_check_tells_a_ready_server_from_none(tmp_path: Path) -> None:
    def check(port: int) -> int:
        command = [sys.executable, str(ROOT / "deploy/health.py")]
        environment = {"PYTHONPATH": str(ROOT), "RSUD_PORT": str(port), "RSUD_HOST": "0.0.0.0"}
        return subprocess.run(command, env=environment, capture_output=True).returncode

    with serving(tmp_path) as server:
        assert check(server.port) == 0
        server.stop()
    assert check(free_port()) == 1


def _start_mongo(folder: Path) -> list[str]:
    entry = folder / "docker-entrypoint.sh"
    entry.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    entry.chmod(0o755)
    command = ["bash", str(ROOT / "deploy/start-mongo"), str(folder)]
    environment = {"PATH": f"{folder}:/usr/bin:/bin"}
    shown: str = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    return shown.split()


def test_the_mongo_container_makes_one_key_and_keeps_it(tmp_path: Path) -> None:
    first, key = _start_mongo(tmp_path), (tmp_path / "keyfile").read_bytes()
    assert first == ["mongod", "--replSet", "rs0", "--keyFile", str(tmp_path / "keyfile"), "--bind_ip_all"]
    assert (tmp_path / "keyfile").stat().st_mode & 0o777 == 0o400
    assert (_start_mongo(tmp_path), (tmp_path / "keyfile").read_bytes()) == (first, key)


@contextmanager
def _mongod(folder: Path, *arguments: str) -> Iterator[str]:
    command = [str(mongod.find_program()), "--bind_ip", "./m.sock", "--nounixsocket", "--dbpath", "db", *arguments]
    with (folder / "log").open("ab") as log, subprocess.Popen(command, cwd=folder, stdout=log, stderr=log) as process:
        try:
            wait_until((folder / "m.sock").exists)
            yield str(folder / "m.sock").replace("/", "%2F")
        finally:
            process.terminate()


def test_preparing_makes_a_replica_set_and_a_user_that_the_server_accepts(tmp_path: Path) -> None:
    (tmp_path / "db").mkdir()
    arguments = _start_mongo(tmp_path)[1:-1]
    # The image's own entry point makes the root user so, before the real start.
    with _mongod(tmp_path) as host, Client(f"mongodb://{host}/") as client:
        client.admin.command("createUser", "root", pwd="root", roles=["root"])
    with _mongod(tmp_path, *arguments) as host:
        for password in ("first", "second"):
            prepare(_preparation(host, password))
            deployment.check(f"mongodb://rsud:{password}@{host}/rsud?directConnection=true", "rsud")
        with pytest.raises(deployment.MongodbUnusable, match="password"):
            deployment.check(f"mongodb://rsud:first@{host}/rsud?directConnection=true", "rsud")
        with pytest.raises(deployment.MongodbUnusable, match="readWrite"):
            deployment.check(f"mongodb://rsud:second@{host}/rsud?directConnection=true", "another")


def _preparation(host: str, password: str) -> Preparation:
    uri = SecretStr(f"mongodb://root:root@{host}/admin?directConnection=true")
    return Preparation(root_uri=uri, member="./m.sock", password=SecretStr(password))
