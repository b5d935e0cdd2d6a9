"""`python -I -m kfm_gates.judge`: the isolated process that alone judges and issues permits.

The engines' processes are started before anything else is imported, so that their imports, which take
longest, overlap with this one's.
"""

from __future__ import annotations

import sys

from kfm_gates.engines.early import start_early


def main() -> int:
    """Start the engines, then judge."""
    start_early("shapes", "rego")
    from kfm_gates.judge.process import main as judge

    return judge()


if __name__ == "__main__":
    sys.exit(main())
