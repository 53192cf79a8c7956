"""The changes: each makes one mutant of a file.

Comparisons, arithmetic and boolean operators are swapped, conditions negated, whole numbers moved by one, True and
False exchanged, `return x` made `return None` (but of True and False), the arguments of min and max swapped for the
other function, and statements (a raise, a bare call, an assignment to an attribute or item, break, continue) dropped.
Left alone: text (what a refusal says is prose), annotations, decorators and asserts.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
COUNTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitAnd,
}
TURNED = {"min": "max", "max": "min", "any": "all", "all": "any"}
T = TypeVar("T", bound=ast.AST)


@dataclass(frozen=True, slots=True)
class Mutant:
    """The `node`-th node of `path`, in the order of ast.walk, as `variant` has it.

    `line` to `last` are those of the node and of the rest of its statement; `where` is the outermost function whose
    body holds it ("" in none, so that it runs at import); the texts are for reading.
    """

    path: str
    node: int
    variant: int
    line: int
    last: int
    where: str
    before: str
    after: str


def mutants(root: Path, path: str) -> Iterator[Mutant]:
    tree = ast.parse((root / path).read_text())
    left_alone, places = _left_alone(tree), dict(_places(tree))
    for index, node in enumerate(ast.walk(tree)):
        if node in left_alone:
            continue
        for variant, new in enumerate(_variants(node)):
            place = places[node]
            yield Mutant(path, index, variant, place.line, place.last, place.where, _read(node), _read(new))


def mutated(source: str, mutant: Mutant) -> ast.Module:
    """The tree of the whole file with that one change; lines stay where they were."""
    tree = ast.parse(source)
    old = list(ast.walk(tree))[mutant.node]
    new = ast.copy_location(list(_variants(old))[mutant.variant], old)
    _Replace(old, new).visit(tree)
    return ast.fix_missing_locations(tree)


@dataclass(frozen=True, slots=True)
class _Place:
    line: int
    last: int
    where: str


def _places(
    node: ast.AST, names: tuple[str, ...] = (), where: str = "", last: int = 0
) -> Iterator[tuple[ast.AST, _Place]]:
    """Of every node below this one; `names` are of the classes around it."""
    inside = where
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not where:
        inside = ".".join((*names, node.name))
    elif isinstance(node, ast.ClassDef):
        names = (*names, node.name)
    body = {id(part) for part in getattr(node, "body", ())} if inside != where else set()
    for child in ast.iter_child_nodes(node):
        line = getattr(child, "lineno", 0)
        ends = (_header(child) if isinstance(child, ast.stmt) else last) or line
        within = inside if not body or id(child) in body else where
        yield child, _Place(line, max(ends, line), within)
        yield from _places(child, names, within, ends)


def _header(statement: ast.stmt) -> int:
    """The last line of a statement, without the block that it heads."""
    block = getattr(statement, "body", None)
    first = block[0].lineno - 1 if block else statement.end_lineno
    return max(statement.lineno, first or 0)


class _Replace(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self._old, self._new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return self._new if node is self._old else self.generic_visit(node)


def _variants(node: ast.AST) -> Iterator[ast.expr | ast.stmt]:
    if isinstance(node, ast.expr):
        yield from _expressions(node)
    elif isinstance(node, ast.stmt):
        yield from _statements(node)


def _expressions(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.Compare():
            yield from _compared(node)
        case ast.BinOp() if type(node.op) in COUNTED and not _is_text(node):
            yield _with(node, op=COUNTED[type(node.op)]())
        case ast.BoolOp():
            yield _with(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
        case ast.UnaryOp(op=ast.Not()):
            yield node.operand
        case ast.IfExp():
            yield _with(node, test=_negated(node.test))
        case ast.Constant(value=bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(value=int() as value):
            yield ast.Constant(value + 1)
            yield ast.Constant(value - 1)
        case ast.Call(func=ast.Name(id=name)) if name in TURNED:
            yield _with(node, func=ast.Name(TURNED[name], ast.Load()))


def _compared(node: ast.Compare) -> Iterator[ast.expr]:
    for place, op in enumerate(node.ops):
        for other in COMPARED[type(op)]:
            yield _with(node, ops=[*node.ops[:place], other(), *node.ops[place + 1 :]])


def _statements(node: ast.stmt) -> Iterator[ast.stmt]:
    match node:
        case ast.If() | ast.While():
            if not isinstance(node.test, ast.Compare | ast.UnaryOp):
                yield _with(node, test=_negated(node.test))
        case ast.Return(value=ast.expr() as value) if not _is_plain(value):
            yield _with(node, value=ast.Constant(None))
        case ast.AugAssign() if type(node.op) in COUNTED:
            yield _with(node, op=COUNTED[type(node.op)]())
        case ast.Raise() | ast.Break() | ast.Continue():
            yield ast.Pass()
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield ast.Pass()
        case ast.Expr(value=ast.Call() | ast.Await()):
            yield ast.Pass()


def _with(node: T, **fields: object) -> T:
    new = copy.copy(node)
    for name, value in fields.items():
        setattr(new, name, value)
    return new


def _negated(node: ast.expr) -> ast.expr:
    return ast.UnaryOp(ast.Not(), node)


def _read(node: ast.AST) -> str:
    """As a person reads it: of a block, its first line."""
    return ast.unparse(node).splitlines()[0]


def _is_plain(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and (node.value is None or isinstance(node.value, bool))


def _is_text(node: ast.BinOp) -> bool:
    return any(isinstance(part, ast.JoinedStr | ast.Constant) and _text(part) for part in (node.left, node.right))


def _text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _left_alone(tree: ast.Module) -> set[ast.AST]:
    """Annotations, decorators, asserts and what f-strings format with, with all that is in them."""
    found: set[ast.AST] = set()
    for node in ast.walk(tree):
        for part in _unread(node):
            found.update(ast.walk(part))
    return found


def _unread(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            yield from node.decorator_list
            if node.returns is not None:
                yield node.returns
        case ast.ClassDef():
            yield from node.decorator_list
        case ast.AnnAssign():
            yield node.annotation
        case ast.arg(annotation=ast.expr() as annotation):
            yield annotation
        case ast.Assert():
            yield node
        case ast.FormattedValue(format_spec=ast.expr() as spec):
            yield spec
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            yield node
