"""The command-line application ``spexplain``: its commands in the order of the help."""

from __future__ import annotations

import sys

import typer

from .commands.change import remove_command
from .commands.check import check_command
from .commands.copy import copy_command
from .commands.download import download_app
from .commands.fetch import fetch_app
from .commands.inspect import explain_command, info, rejects_command, scores_command
from .commands.make import build_command, demo, ingest_command
from .commands.serve import password, serve
from .commands.study import evaluate_command, report_command
from .errors import cancellations, fail, in_options, unforeseen, user_message, users_errors
from .options.shared_options import Version

__all__ = ["app", "run"]

app = typer.Typer(
    name="spexplain",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(epilog="[bold]spexplain --install-completion[/bold] lets Tab complete commands.")
def spexplain(version: Version = False) -> None:  # its option acts by itself
    """Explore spectra and see why a model calls one a Seyfert, or strange."""


app.add_typer(fetch_app, name="fetch")
app.add_typer(download_app, name="download")
for _name, _command, *_examples in (
    ("demo", demo, "demo"),
    ("ingest", ingest_command, "ingest my_spectra --out survey"),
    ("remove", remove_command, "remove survey 0266-51602-0013"),
    (
        *("build", build_command, "build survey --tune"),
        "build survey --score filtered-mse --top 2 --dust none",
        "build survey --model-per-bin --loss 0,8.6 --loss 0.5,10",
    ),
    ("copy", copy_command, "copy survey s3://bucket/survey"),
    ("serve", serve, "serve survey --port 0"),
    ("password", password, "password people.txt anna --role tag"),
    ("explain", explain_command, "explain survey --id 0266-51602-0013 --target mse"),
    ("scores", scores_command, "scores survey --top 1000 --json"),
    ("rejects", rejects_command, "rejects survey --json"),
    ("check", check_command, "check survey --repair"),
    ("info", info, "info --demo --json"),
    ("evaluate", evaluate_command, "evaluate survey --json"),
    ("report", report_command, "report survey --out report.html"),
):
    _listed = " · ".join(f"[bold]spexplain {example}[/bold]" for example in _examples)
    app.command(_name, epilog=f"Example{'s' if len(_examples) > 1 else ''}: {_listed}")(_command)


def run(arguments: list[str] | None) -> None:
    """Like :func:`spexplain.dashboard.cli.main`, without the handling of Ctrl-C.

    Parameters
    ----------
    arguments
        In place of those of the process.
    """
    try:
        app(arguments)
    except cancellations() as error:
        fail("stopped", str(error).removeprefix("stopped "), code=130)
    except users_errors() as error:
        words = sys.argv[1:] if arguments is None else arguments
        fail("error", in_options(user_message(error, words), _options(arguments)), code=1)
    except (typer.Exit, typer.Abort):
        raise
    except Exception as error:  # noqa: BLE001  (whatever it is: told in words, kept for us whole)
        fail("error", unforeseen(error), code=1)


def _options(arguments: list[str] | None) -> dict[str, str]:
    """Name in Python of each option of the requested command → the option as typed."""
    command = typer.main.get_command(app)
    for word in sys.argv[1:] if arguments is None else arguments:
        command = getattr(command, "commands", {}).get(str(word), command)
    typed = {str(one.name): one.opts[0] for one in command.params}
    return {name: option for name, option in typed.items() if option.startswith("--")}
