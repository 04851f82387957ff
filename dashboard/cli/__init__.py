"""The command ``spexplain``: from files to a page, and the same explanations from the shell.

Each command imports what it needs itself: torch, scikit-learn and the page's libraries take seconds
to load, and ``--help`` or ``info`` should not wait for them.
"""

from __future__ import annotations

import sys

from ..server.process_exit import leave

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> None:
    """Run the command and exit; errors that a user can fix are one line on stderr and code 1.

    Parameters
    ----------
    arguments
        In place of those of the process. Without them the process ends at once, even while threads
        still compute.
    """
    try:
        _run(arguments)
    except SystemExit as ended:
        if arguments is None:
            leave(ended.code if isinstance(ended.code, int) else int(ended.code is not None))
        raise


def _run(arguments: list[str] | None) -> None:
    try:
        # Inside the try, since Ctrl-C may come during the import too.
        from .command import run

        run(arguments)
    except KeyboardInterrupt:
        sys.stderr.write("stopped\n")
        sys.exit(130)
