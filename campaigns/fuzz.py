"""Looks for new counterexamples: every property of the pure code, with fresh random examples each time.

    python -m campaigns.fuzz [--examples 100000] [--only NAME]

The suite runs the same properties with few and always the same examples; here `--examples` in all are shared out among
them. Prints one JSON line a property; exit status 1 when one fails, with the smallest example that breaks it.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings

ROOT = Path(__file__).resolve().parents[1]


def properties() -> Iterator[tuple[str, Callable[[], None]]]:
    """Every property test of `tests/core`, by module and name."""
    for path in sorted((ROOT / "tests/core").glob("test_*.py")):
        if "@given" in path.read_text(encoding="utf-8"):
            module = importlib.import_module(f"tests.core.{path.stem}")
            for name, function in vars(module).items():
                if getattr(function, "is_hypothesis_test", False):
                    yield f"{path.stem}.{name}", function


def run(name: str, check: Callable[[], None], examples: int) -> bool:
    """One property with so many examples."""
    started = time.monotonic()
    phases = (Phase.generate, Phase.target, Phase.shrink)
    eager = settings(
        max_examples=examples,
        database=None,
        deadline=None,
        derandomize=False,
        phases=phases,
        suppress_health_check=list(HealthCheck),
    )
    failure = ""
    try:
        eager(check)()
    except Exception as error:  # noqa: BLE001 (any failure of a property is a finding to report)
        failure = "\n".join([f"{type(error).__name__}: {error}", *getattr(error, "__notes__", [])])
    seconds = round(time.monotonic() - started, 1)
    print(json.dumps({"property": name, "examples": examples, "seconds": seconds, "failure": failure}), flush=True)
    return not failure


def main() -> int:
    """Run all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--examples", type=int, default=100_000)
    parser.add_argument("--only", default="", help="properties whose name holds this")
    args = parser.parse_args()
    chosen = [(name, check) for name, check in properties() if args.only in name]
    if not chosen:
        print(f"no property is called {args.only}", file=sys.stderr)
        return 2
    each = max(1, args.examples // len(chosen))
    results = [run(name, check, each) for name, check in chosen]
    print(json.dumps({"properties": len(results), "examples": each * len(results), "failed": results.count(False)}))
    return int(not all(results))


if __name__ == "__main__":
    sys.exit(main())
