"""A file holds one subject and a function fits a screen."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "omnitui").rglob("*.py"))
BANNED = ("manager", "helper", "utils", "common", "misc")


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_file_is_one_subject(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 400, f"{path}: over 400 lines, split it by subject"
    assert not any(word in path.stem for word in BANNED), f"{path}: a name that says nothing"
    tree = ast.parse(text)
    assert ast.get_docstring(tree), f"{path}: say in a line what this file is for"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno <= 60, f"{path}:{node.lineno} {node.name} is over 60 lines"
            positional = [*node.args.posonlyargs, *node.args.args]
            bare = [arg for arg in positional if arg.arg not in ("self", "cls")]
            assert len(bare) - len(node.args.defaults) <= 6, (
                f"{path}:{node.lineno} {node.name} takes too many arguments"
            )
        if isinstance(node, ast.ClassDef):
            public = [
                n
                for n in node.body
                if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)
                and not n.name.startswith(("_", "on_", "action_"))
            ]
            assert len(public) <= 20, f"{path}:{node.lineno} {node.name} has {len(public)} public methods"
