"""What the scripts here share that run this program, mostly beside others: how they find and run them."""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
BENCH = ROOT / "tools/bench"


def positive(text):
    """An option's value that is a whole number from 1 on."""
    if not (text.isascii() and text.isdigit()) or int(text) < 1:
        raise argparse.ArgumentTypeError(f"found {text!r}, expected a number from 1 on")
    return int(text)


def find_program(given, name="retinanet", presets=("release", "bench")):
    """@return the path of the given program, or of the one that the first of the presets has built"""
    candidates = [pathlib.Path(given)] if given else [ROOT / "build" / preset / name for preset in presets]
    for candidate in candidates:
        if candidate.is_file():
            return str(candidate)
    sys.exit(f"there is no {' or '.join(map(str, candidates))}; build it (cmake --preset {presets[0]} && "
             f"cmake --build --preset {presets[0]}), or name it with --program")


def find_python(given):
    """@return a Python that can import torchvision: the given one, or the first that is found"""
    for python in [given] if given else ["/usr/bin/python3", "python3"]:
        try:
            if subprocess.run([python, "-c", "import torchvision"], capture_output=True).returncode == 0:
                return python
        except OSError:
            pass  # there is none of this name
    sys.exit("no Python here can import torchvision; install python3-torchvision (tools/setup.sh test), or name a "
             "Python that can with --python")


def run(command, **environment):
    """@return the JSON that the command wrote"""
    command = [str(word) for word in command]
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "out.json"
        ended = subprocess.run([*command, "--json", str(out)], capture_output=True, text=True,
                               env={**os.environ, **environment})
        if ended.returncode != 0:
            sys.exit(f"{' '.join(command)} ended with {ended.returncode}:\n{ended.stderr[-2000:]}")
        return json.loads(out.read_text())
