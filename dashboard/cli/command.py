"""The command ``spexplain`` with all it can do, in the order of its help."""

from __future__ import annotations

import sys

import typer

from . import change as changing
from . import check as checking
from . import copy as copying
from . import inspect as asking
from . import make as making
from . import serve as serving
from . import study as studying
from .download import download_app
from .errors import cancellations, fail, in_options, told, unforeseen, users_errors
from .fetch import fetch_app
from .options import Version

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


app.command(epilog="Example: [bold]spexplain demo[/bold]")(making.demo)
app.add_typer(fetch_app, name="fetch")
app.command("ingest", epilog="Example: [bold]spexplain ingest my_spectra --out survey[/bold]")(
    making.ingest_command
)
app.command("remove", epilog="Example: [bold]spexplain remove survey 0266-51602-0013[/bold]")(
    changing.remove_command
)
app.command(
    "build",
    epilog="Examples: [bold]spexplain build survey --tune[/bold] · "
    "[bold]spexplain build survey --score filtered-mse --top 2 --dust none[/bold] · "
    "[bold]spexplain build survey --model-per-bin --loss 0,8.6 --loss 0.5,10[/bold]",
)(making.build_command)
app.command("copy", epilog="Example: [bold]spexplain copy survey s3://bucket/survey[/bold]")(
    copying.copy_command
)
app.command(epilog="Example: [bold]spexplain serve survey --port 0[/bold]")(serving.serve)
app.command(epilog="Example: [bold]spexplain password people.txt anna --role tag[/bold]")(
    serving.password
)
app.command(
    "explain",
    epilog="Example: [bold]spexplain explain survey --id 0266-51602-0013 --target mse[/bold]",
)(asking.explain_command)
app.command("scores", epilog="Example: [bold]spexplain scores survey --top 1000 --json[/bold]")(
    asking.scores_command
)
app.command("rejects", epilog="Example: [bold]spexplain rejects survey --json[/bold]")(
    asking.rejects_command
)
app.command("check", epilog="Example: [bold]spexplain check survey --repair[/bold]")(
    checking.check_command
)
app.command(epilog="Example: [bold]spexplain info --demo --json[/bold]")(asking.info)
app.command("evaluate", epilog="Example: [bold]spexplain evaluate survey --json[/bold]")(
    studying.evaluate_command
)
app.command("report", epilog="Example: [bold]spexplain report survey --out report.html[/bold]")(
    studying.report_command
)
app.add_typer(download_app, name="download")


def run(arguments: list[str] | None) -> None:
    """As :func:`spexplain.dashboard.cli.main`, but for Ctrl-C.

    Parameters
    ----------
    arguments
        Instead of those of the process.
    """
    try:
        app(arguments)
    except cancellations() as error:
        fail("stopped", str(error).removeprefix("stopped "), code=130)
    except users_errors() as error:
        fail("error", in_options(told(error), _options(arguments)), code=1)
    except (typer.Exit, typer.Abort):
        raise
    except Exception as error:  # noqa: BLE001  (whatever it is: told in words, kept for us whole)
        fail("error", unforeseen(error), code=1)


def _options(arguments: list[str] | None) -> dict[str, str]:
    """Of the command that was asked for: the name in Python of each option → as it is typed."""
    command = typer.main.get_command(app)
    for word in sys.argv[1:] if arguments is None else arguments:
        command = getattr(command, "commands", {}).get(str(word), command)
    typed = {str(one.name): one.opts[0] for one in command.params}
    return {name: option for name, option in typed.items() if option.startswith("--")}
