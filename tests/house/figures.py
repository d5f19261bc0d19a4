"""The figures of the house rules: sizes of functions and modules, comments, names; fails beyond."""

import ast
import io
import statistics
import sys
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PARTS = ("schemas", "engine", "service", "tray", "installer")
LONGEST_FUNCTION = 50
LONGEST_MODULE = 600
BANNED = {"utils", "helpers", "manager", "common"}


@dataclass(frozen=True, slots=True)
class Module:
    """One source file as the rules see it."""

    path: Path
    text: str

    @property
    def name(self) -> str:
        return str(self.path.relative_to(ROOT))

    @property
    def lines(self) -> int:
        return len(self.text.splitlines())

    def functions(self) -> Iterator[tuple[str, int]]:
        """Every function with the length of its body in lines, docstrings left out."""
        for node in ast.walk(ast.parse(self.text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{self.name}:{node.lineno} {node.name}", body_length(node)

    def comments(self) -> int:
        tokens = tokenize.generate_tokens(io.StringIO(self.text).readline)
        return sum(token.type == tokenize.COMMENT for token in tokens)


def body_length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from the first statement that is no docstring to the last."""
    body = node.body[1:] if ast.get_docstring(node) else node.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def modules() -> list[Module]:
    """Every source file of the product."""
    paths = sorted(path for part in PARTS for path in (ROOT / part).rglob("*.py"))
    return [Module(path, path.read_text(encoding="utf-8")) for path in paths]


def violations(everything: list[Module]) -> list[str]:
    """What breaks a rule of the house."""
    found = []
    for module in everything:
        if not (ast.get_docstring(ast.parse(module.text)) or "").strip():
            found.append(f"{module.name}: does not open with a sentence on its job")
        if module.lines > LONGEST_MODULE:
            found.append(f"{module.name}: {module.lines} lines, {LONGEST_MODULE} may be")
        if BANNED & set(Path(module.name).with_suffix("").parts):
            found.append(f"{module.name}: says nothing about what it holds")
        for name, length in module.functions():
            if length > LONGEST_FUNCTION:
                found.append(f"{name}: {length} lines, {LONGEST_FUNCTION} may be")
    return found


def figures(everything: list[Module]) -> dict[str, str]:
    """The numbers, by what they are of."""
    lengths = [length for module in everything for _, length in module.functions()]
    sizes = [module.lines for module in everything]
    total, comments = sum(sizes), sum(module.comments() for module in everything)
    tests = (ROOT / "tests").rglob("*.py")
    tested = sum(len(path.read_text(encoding="utf-8").splitlines()) for path in tests)
    return {
        "modules": f"{len(sizes)}, {total} lines",
        "module lines (median, p90, most)": spread(sizes),
        "functions": str(len(lengths)),
        "function lines (median, p90, most)": spread(lengths),
        "comments per 100 lines": f"{100 * comments / total:.1f}",
        "test lines per source line": f"{tested / total:.2f}",
    }


def spread(values: list[int]) -> str:
    """Median, ninetieth percentile, maximum."""
    return f"{statistics.median(values):g}, {sorted(values)[len(values) * 9 // 10]}, {max(values)}"


def main() -> int:
    everything = modules()
    for name, figure in figures(everything).items():
        print(f"{name:36} {figure}")  # noqa: T201 - this program's job
    found = violations(everything)
    print("\n".join(found))  # noqa: T201
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
