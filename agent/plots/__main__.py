"""The child process: one JSON request on standard input, one PNG on standard output."""

from __future__ import annotations

import json
import sys


def main() -> int:
    from agent.plots.draw import draw

    request = json.load(sys.stdin)
    sys.stdout.buffer.write(draw(request["kind"], request["data"], request["theme"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
