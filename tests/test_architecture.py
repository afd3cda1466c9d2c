"""The shape of the code: which way imports point, how long things are, that everything public says what it is for."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import packages_distributions
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES: list[str] = PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
DISTRIBUTION = "baton-cob"
SHIPPED = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
WRITTEN = [*SHIPPED, *sorted((ROOT / "tests").rglob("*.py")), *sorted((ROOT / "docs").rglob("*.py"))]

LONGEST_FILE = 400
LONGEST_TEST_FILE = 600
LONGEST_FUNCTION = 40
"""Lines of a function without its docstring: an explained argument list is no reason to explain less."""

MEDIAN_FUNCTION = 8

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Every function of a file with its place and its length."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, Function):
            yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", _length(node)


def _length(node: Function) -> int:
    first = node.body[0]
    docstring = (first.end_lineno or 0) - first.lineno + 1 if ast.get_docstring(node, clean=False) is not None else 0
    return (node.end_lineno or 0) - node.lineno + 1 - docstring


def test_imports_point_one_way() -> None:
    """The core knows nothing of the shell, and workflows ask the world only through their ports."""
    ended = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )
    assert ended.returncode == 0, ended.stdout


def test_the_contracts_cover_every_package() -> None:
    """A package that is shipped is also checked, typed, logged as ours, and has its place among the layers."""
    linter = PYPROJECT["tool"]["importlinter"]
    layers = {name for layer in linter["contracts"][0]["layers"] for name in layer.split(" | ")}
    assert set(PACKAGES) == set(linter["root_packages"]) == layers == set(PYPROJECT["tool"]["mypy"]["packages"])
    assert set(PACKAGES) == set(import_module("worker.logs").OURS)


def test_no_file_is_long() -> None:
    """A file is read in one sitting; one of tests may tell a longer subject to its end."""
    lengths = {path.relative_to(ROOT): len(path.read_text(encoding="utf-8").splitlines()) for path in WRITTEN}
    allowed = {path: LONGEST_TEST_FILE if path.parts[0] == "tests" else LONGEST_FILE for path in lengths}
    assert {str(path): length for path, length in lengths.items() if length > allowed[path]} == {}


def test_no_function_is_long() -> None:
    """A function does one thing that can be seen at once."""
    assert {place: length for path in WRITTEN for place, length in functions(path) if length > LONGEST_FUNCTION} == {}


def test_functions_are_short() -> None:
    """Half of what ships is a few lines long."""
    assert median(length for path in SHIPPED for _, length in functions(path)) <= MEDIAN_FUNCTION


def _public(node: ast.Module | ast.ClassDef, name: str) -> Iterator[tuple[str, ast.AST]]:
    """Everything public of a module or class that people may use, but not what stands inside functions."""
    yield name, node
    for each in node.body:
        if isinstance(each, ast.ClassDef) and not each.name.startswith("_"):
            yield from _public(each, f"{name}.{each.name}")
        elif isinstance(each, Function) and not each.name.startswith("_"):
            yield f"{name}.{each.name}", each


def test_everything_public_says_what_it_is_for() -> None:
    """Each module, class, function and method has a docstring."""
    silent = [
        name
        for path in SHIPPED
        for name, node in _public(ast.parse(path.read_text(encoding="utf-8")), str(path.relative_to(ROOT)))
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and not ast.get_docstring(node)
        and not _is_override(node)
    ]
    assert silent == []


def _is_override(node: ast.AST) -> bool:
    """Overloads and overrides say nothing that the original has not said."""
    names = {each.id for each in getattr(node, "decorator_list", ()) if isinstance(each, ast.Name)}
    return bool(names & {"override", "overload"})


def test_every_test_says_which_rule_it_protects() -> None:
    """A test that fails tells what is broken."""
    tests = [
        (path, node)
        for path in (ROOT / "tests").rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, Function) and node.name.startswith("test_")
    ]
    assert len(tests) > 100
    assert [f"{path.name} {node.name}" for path, node in tests if not ast.get_docstring(node)] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_is_introduced_and_typed(package: str) -> None:
    """A package says in one sentence what it is, carries its type marker, and is the one of this repository."""
    module = import_module(package)
    assert module.__doc__
    assert len(module.__doc__.strip().splitlines()) == 1
    assert (ROOT / package / "py.typed").is_file()
    assert Path(str(module.__file__)) == ROOT / package / "__init__.py"


@pytest.mark.parametrize("package", PACKAGES)
def test_no_dependency_ships_a_package_under_our_name(package: str) -> None:
    """Our names are plain words, so one that a dependency takes as well would mix both without a warning.

    An editable installation is not listed at all, hence a subset.
    """
    assert set(packages_distributions().get(package, [])) <= {DISTRIBUTION}


@pytest.mark.parametrize("package", PACKAGES)
def test_no_package_hides_the_standard_library(package: str) -> None:
    """Neither a package nor a module inside one that runs as a script has the name of a standard module."""
    assert package not in sys.stdlib_module_names
