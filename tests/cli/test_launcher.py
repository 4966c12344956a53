"""The launcher `./zuke`: a step is done once for the same inputs, and failures are sentences."""

import socket
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

from app.cli.postgres.places import ROOT


@pytest.fixture
def launcher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    loader = SourceFileLoader("zuke_launcher", str(ROOT / "zuke"))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    monkeypatch.setattr(module, "STATE", tmp_path / ".zuke")
    return module


def test_a_step_runs_once_for_the_same_inputs(launcher, tmp_path):
    runs = []
    for inputs in ("one", "one", "two"):
        launcher.step("assets", inputs, tmp_path, "Building…", lambda: runs.append(1))
    assert len(runs) == 2


def test_a_step_runs_again_when_its_result_was_deleted(launcher, tmp_path):
    made, runs = tmp_path / "made", []
    launcher.step("assets", "one", made, "Building…", lambda: runs.append(1))
    launcher.step("assets", "one", made, "Building…", lambda: runs.append(1))
    assert len(runs) == 2


def test_a_failed_step_leaves_no_stamp(launcher, tmp_path):
    def fails():
        raise launcher.SetupError("No network.")

    launcher.step("assets", "one", tmp_path, "Building…", lambda: None)
    with pytest.raises(launcher.SetupError):
        launcher.step("assets", "two", tmp_path, "Building…", fails)
    assert not (tmp_path / ".zuke" / "stamps" / "assets").exists()


def test_the_hash_tells_contents_names_and_missing_files_apart(launcher, tmp_path):
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_text("same")
    alone = launcher.digest([first])
    assert alone != launcher.digest([first, second])
    second.write_text("same")
    assert launcher.digest([first]) != launcher.digest([second])
    first.write_text("other")
    assert alone != launcher.digest([first])


def test_an_old_python_is_refused_by_a_sentence(launcher, monkeypatch, capsys):
    monkeypatch.setattr("sys.version_info", (3, 10, 4))
    assert launcher.main(["demo"]) == 1
    assert capsys.readouterr().err == "zuke: Python 3.11 or newer is needed, this is 3.10.4.\n"


def test_a_failing_program_shows_its_words_and_ends_in_a_sentence(launcher, capsys):
    with pytest.raises(launcher.SetupError, match="Is the network down"):
        launcher.call(["sh", "-c", "echo refused; exit 3"], "Is the network down?")
    assert "refused" in capsys.readouterr().err


def test_without_pip_the_remedy_is_named(launcher, monkeypatch):
    monkeypatch.setattr("sys.executable", "/bin/false")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(launcher.SetupError, match="python3-pip"):
        launcher.pip("install")


def test_the_launcher_needs_the_standard_library_alone(launcher):
    imported = {
        line.split()[1].split(".")[0]
        for line in (ROOT / "zuke").read_text().splitlines()
        if line.startswith(("import ", "from "))
    }
    assert imported <= set(__import__("sys").stdlib_module_names)


@pytest.mark.parametrize("spelt", [["--port", "{}"], ["--port={}"], ["--reset", "--port", "{}"]])
def test_a_port_in_use_is_told_before_anything_is_installed(launcher, monkeypatch, capsys, spelt):
    def installs():
        raise AssertionError

    monkeypatch.setattr(launcher, "install_dependencies", installs)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert launcher.main(["demo", *(one.format(port) for one in spelt)]) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith(f"zuke: Port {port} is in use")


@pytest.mark.parametrize(
    "arguments",
    [["demo", "--port", "x"], ["demo", "--port"], ["demo", "--port", "99999"], ["doctor"]],
)
def test_the_launcher_leaves_odd_ports_and_other_commands_alone(launcher, arguments):
    launcher.refuse_used_port(arguments)


def test_help_is_given_while_the_port_is_in_use(launcher):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        launcher.refuse_used_port(["demo", "--help", f"--port={taken.getsockname()[1]}"])
