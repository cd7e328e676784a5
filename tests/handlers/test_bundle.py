"""What is bundled beside the handlers, and what importing them costs."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import fastjsonschema
import pytest

import handlers
from handlers.item import SCHEMA

FOLDER = Path(handlers.__file__).parent

# Each is published as one wheel for every Python and platform (py3-none-any). Before adding one,
# make sure of that: the bundle is made on a developer's machine for Lambda's.
PURE_PYTHON = {"aws-lambda-powertools", "fastjsonschema", "jmespath", "typing-extensions"}


def test_the_bundle_is_pinned_hashed_and_pure() -> None:
    """Exact versions with hashes, from no named index, without what the runtime brings."""
    text = (FOLDER / "requirements.txt").read_text("utf-8")
    pins = re.findall(
        r"^([a-z0-9-]+)==([0-9.]+)((?: \\\n    --hash=sha256:[0-9a-f]{64})+)$", text, re.MULTILINE
    )

    assert {name for name, _, _ in pins} == PURE_PYTHON
    assert "".join(f"{name}=={version}{hashes}\n" for name, version, hashes in pins) == text


def test_every_requirement_is_pinned() -> None:
    """requirements.txt was compiled from requirements.in as it stands."""
    lines = (FOLDER / "requirements.in").read_text("utf-8").splitlines()
    wanted = [line for line in lines if not line.startswith("#")]
    pins = dict(
        line.removesuffix(" \\").split("==")
        for line in (FOLDER / "requirements.txt").read_text("utf-8").splitlines()
        if "==" in line
    )

    assert len(wanted) == 2
    for line in wanted:
        name, lowest, next_major = re.fullmatch(r"([a-z-]+)>=([\d.]+),<(\d+)", line).groups()  # type: ignore[union-attr]
        version = [int(part) for part in pins[name].split(".")]
        assert [int(part) for part in lowest.split(".")] <= version < [int(next_major)]


@pytest.mark.parametrize("module", sorted(FOLDER.glob("*.py")), ids=lambda path: path.name)
def test_a_module_imports_only_what_will_be_there(module: Path) -> None:
    """The standard library, the bundle, boto3; what only type checkers see does not count."""
    allowed = {"aws_lambda_powertools", "boto3", "botocore", "fastjsonschema", "handlers"}
    tree = ast.parse(module.read_text("utf-8"))
    for statement in tree.body:
        if isinstance(statement, ast.If):
            assert ast.unparse(statement.test) == "TYPE_CHECKING"
            statement.body.clear()
    names = [
        alias.name if isinstance(node, ast.Import) else str(node.module)
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    ]

    assert {name.partition(".")[0] for name in names} - sys.stdlib_module_names <= allowed


def test_importing_makes_no_client_and_loads_nothing_heavy() -> None:
    """A cold start pays for boto3 and Powertools, and for clients only when they are needed."""
    script = (
        "import json, sys, handlers.app; from handlers.service import clients, service;"
        "made = clients.cache_info().currsize + service.cache_info().currsize;"
        "print(json.dumps([list(sys.modules), made]))"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        cwd=FOLDER.parent,
        env={},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded, made = json.loads(done.stdout)

    assert made == 0
    assert not {"aws_xray_sdk", "pydantic", "wrapt"} & set(loaded)


@pytest.mark.parametrize(
    ("item", "valid"),
    [
        ({"data": {}}, True),
        ({"data": {"any": ["thing"]}, "status": "archived"}, True),
        ({}, False),
        ({"data": []}, False),
        ({"data": {}, "status": "other"}, False),
        ({"data": {}, "more": 1}, False),
    ],
)
def test_the_schema_is_the_contract(item: object, valid: bool) -> None:  # noqa: FBT001 - a table
    """API Gateway's model reads the same file, which therefore speaks draft-04."""
    assert SCHEMA["$schema"] == "http://json-schema.org/draft-04/schema#"
    validate = fastjsonschema.compile(SCHEMA)
    if valid:
        validate(item)
    else:
        with pytest.raises(fastjsonschema.JsonSchemaValueException):
            validate(item)
