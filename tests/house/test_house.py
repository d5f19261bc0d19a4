"""The house rules that a linter does not know."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

from house import figures

ROOT = Path(__file__).parents[2]


def test_every_module_keeps_to_the_sizes_names_and_docstrings_of_the_house() -> None:
    assert figures.violations(figures.modules()) == []


def test_a_long_function_would_be_reported() -> None:
    body = "\n".join(f"    x = {at}" for at in range(60))
    module = figures.Module(ROOT / "engine" / "long.py", f'"""Long."""\ndef f():\n{body}\n')
    assert figures.violations([module]) == ["engine/long.py:2 f: 60 lines, 50 may be"]


def test_both_lines_of_the_readme_are_run_by_ci() -> None:
    lines = re.findall(r"^python3 -m venv .*$", (ROOT / "README.md").read_text(), re.MULTILINE)
    ci = (ROOT / ".ci" / "run").read_text()
    assert len(lines) == 2
    assert all(line in ci for line in lines)


def test_every_package_is_typed_and_in_the_wheel() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    packages = settings["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert len(packages) == 7
    assert all((ROOT / package / "py.typed").exists() for package in packages)


def test_nothing_of_ours_evaluates_code() -> None:
    for module in figures.modules():
        assert not re.search(r"(?<![\w.])(eval|exec)\(", module.text), module.name


def test_the_engine_does_not_import_its_steps_or_its_service() -> None:
    code = "import sys, assent_engine.engine; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    assert not loaded & {"assent_steps", "assent_service", "assent_tray", "assent_client", "click"}
