"""Examples of the rules as a reader sees them: each a failing and a mended piece of CDK.

They stand as functions in `compliance/examples`, one file a rule, so that the tests can run them;
here they are text. Nothing is imported: CDK need not be installed to read them.
"""

from __future__ import annotations

import ast
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent.parent / "examples"


@dataclass(frozen=True, slots=True)
class Example:
    """One state of a stack.

    Attributes:
        says: what is wrong with it, or right.
        code: the imports that it needs, and what stands in the stack's constructor; `stack` is the
            stack.
    """

    says: str
    code: str


def examples(rule: str) -> tuple[Example, Example]:
    """The failing and the mended example of a rule.

    Args:
        rule: canonical id.
    """
    source = (FOLDER / f"{rule.lower()}.py").read_text(encoding="utf-8")
    tree = ast.parse(source)
    imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    failing, mended = (
        _example(node, imports, source.splitlines())
        for name in ("failing", "mended")
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name == name
    )
    return failing, mended


def _example(
    function: ast.FunctionDef, imports: list[ast.Import | ast.ImportFrom], lines: list[str]
) -> Example:
    docstring, first = function.body[0], function.body[1]
    # From the docstring's end, so that a comment above the first statement comes along.
    body = lines[docstring.end_lineno or first.lineno : function.end_lineno]
    used = {
        node.id
        for statement in function.body
        for node in ast.walk(statement)
        if isinstance(node, ast.Name)
    }
    needed = [
        ast.unparse(node)
        for node in imports
        if used & {alias.asname or alias.name for alias in node.names}
    ]
    code = textwrap.dedent("\n".join(body)).strip()
    return Example(
        says=ast.get_docstring(function) or "",
        code="\n".join([*needed, "", code]) if needed else code,
    )
