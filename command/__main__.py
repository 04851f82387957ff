"""``python -m spexplain`` is the command ``spexplain``, for where no script is on the path."""

from spexplain.dashboard.cli import main

if __name__ == "__main__":
    main()
