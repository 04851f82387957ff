"""The wheel as a stranger gets it: built, installed into an empty environment, five lines pasted.

The lines are those of ``help(spexplain)``, and run in a folder of their own, so that nothing of the
checkout is in reach. They want a demo that has been built: where SPEXPLAIN_HOME says, or the usual
place.

    python benchmarks/fresh_install.py [--python python3.13] [--constraint constraints.txt]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
PASTED = """
import spexplain
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

lines = [line[4:] for line in spexplain.__doc__.splitlines() if line[:4] == ">>> "]
space = {"my_classifier": make_pipeline(StandardScaler(), GaussianNB())}
exec("\\n".join(lines), space)
print(spexplain.__version__, spexplain.__file__)
print(len(lines), "lines;", len(space["e"].table()), "segments;",
      len(space["e"]._repr_html_()), "characters of HTML in a notebook")
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--python", default=sys.executable, help="which Python makes it")
    parser.add_argument("--constraint", type=Path, help="versions to install; else the newest")
    arguments = parser.parse_args()
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        build = f"from setuptools import build_meta; build_meta.build_wheel({folder!r})"
        subprocess.run([sys.executable, "-c", build], cwd=ROOT, check=True, capture_output=True)
        (wheel,) = Path(folder).glob("*.whl")
        subprocess.run([arguments.python, "-m", "venv", f"{folder}/empty"], check=True)
        pip = [f"{folder}/empty/bin/python", "-m", "pip", "install", "--quiet", str(wheel)]
        if arguments.constraint:
            pip += ["--constraint", str(arguments.constraint.resolve())]
        subprocess.run(pip, check=True)
        print(f"installed {wheel.name} in {time.perf_counter() - start:.0f} s", flush=True)
        subprocess.run([pip[0], "-c", PASTED], check=True, cwd=folder)


if __name__ == "__main__":
    main()
