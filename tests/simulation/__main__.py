"""Replays one history: python -m simulation SEED."""

import argparse
import sys

from simulation.life import YEAR, Life


def main() -> int:
    parser = argparse.ArgumentParser(prog="simulation")
    parser.add_argument("seed")
    told = Life(parser.parse_args().seed).lived()
    print(told, f"{told.seconds / YEAR:.3f} years")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
