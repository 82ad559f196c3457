"""The container's health check: exit status 0 when the server beside it is ready, else 1 and one line."""

import sys
import urllib.request

from settings import load


def main() -> int:
    """Ask the server on this machine once."""
    try:
        with urllib.request.urlopen(f"{load().root_url}/health/ready", timeout=4) as response:  # noqa: S310 - our own
            return 0 if response.status == 200 else 1
    except OSError as problem:
        print(problem, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
