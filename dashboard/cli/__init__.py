"""The command ``spexplain``: from files to a page, and the same explanations from the shell.

Each command imports what it needs itself: torch, scikit-learn and the page's libraries take seconds
to load, and ``--help`` or ``info`` should not wait for them.
"""

from __future__ import annotations

import sys

from ..server.process_exit import leave

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> None:
    """Run the command and exit; what a user can mend is one line on standard error and code 1.

    Parameters
    ----------
    arguments
        Instead of those of the process. With its own the process ends too, also while threads
        compute that nothing can stop.
    """
    try:
        _run(arguments)
    except SystemExit as ended:
        if arguments is None:
            leave(ended.code if isinstance(ended.code, int) else int(ended.code is not None))
        raise


def _run(arguments: list[str] | None) -> None:
    try:
        # Here, since Ctrl-C may come while it is imported too.
        from .command import run

        run(arguments)
    except KeyboardInterrupt:
        sys.stderr.write("stopped\n")
        sys.exit(130)
