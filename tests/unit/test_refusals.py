"""Every refusal of gate and policy names its rule and says what would make it pass."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2] / "agent"
FILES = sorted([*(ROOT / "gate").rglob("*.py"), *(ROOT / "policy").rglob("*.py")])


def refusals(path: Path) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Refused":
            yield f"{path.parent.name}/{path.name}:{node.lineno}", node


def is_empty(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and not str(node.value or "").strip()


ALL = [pytest.param(call, id=place) for path in FILES for place, call in refusals(path)]


def test_there_are_many() -> None:
    assert len(ALL) > 100


@pytest.mark.parametrize("call", ALL)
def test_a_refusal_names_its_rule_and_its_remedy(call: ast.Call) -> None:
    parts = [*call.args, *(keyword.value for keyword in call.keywords)]
    assert len(parts) == 3, "rule, message, remedy"
    assert not any(is_empty(part) for part in parts)
    if isinstance(call.args[0], ast.Constant):
        assert str(call.args[0].value).replace("-", "").isalpha()
