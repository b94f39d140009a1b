"""What the scripts here share that run this program, mostly beside others: how they find and run them."""
import argparse
import json
import math
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


def positive_up_to(most):
    def check(text):
        if positive(text) > most:
            raise argparse.ArgumentTypeError(f"found {text!r}, expected a number from 1 to {most}")
        return int(text)
    return check


def size(text):
    """An option's value of the form "800x1088". @return height and width"""
    height, x, width = text.partition("x")
    if not (x and height.isdigit() and width.isdigit() and int(height) > 0 and int(width) > 0):
        raise argparse.ArgumentTypeError(f"found {text!r}, expected HEIGHTxWIDTH, for example 800x1088")
    return int(height), int(width)


def existing_file(text):
    if not pathlib.Path(text).is_file():
        raise argparse.ArgumentTypeError(f"there is no file {text}")
    return text


def existing_folder(text):
    if not pathlib.Path(text).is_dir():
        raise argparse.ArgumentTypeError(f"there is no folder {text}")
    return text


def output_file(text):
    """An option's value that names a file to write, which is tried before the work; what it holds stays."""
    path = pathlib.Path(text)
    is_new = not path.exists()
    try:
        path.open("ab").close()
    except OSError as error:
        raise argparse.ArgumentTypeError(f"{text} can't be written: {error.strerror}; name another file") from None
    if is_new:
        path.unlink()
    return text


def number(value, decimals, figures):
    """With so many decimals, and more where a small value would have fewer than so many figures."""
    if value == 0:
        return "0"
    return f"{value:.{max(decimals, figures - 1 - math.floor(math.log10(abs(value))))}f}"


def ranged(median, values, show, between=" to "):
    """@return "0.44 (0.41 to 0.47)" as `show` writes a number; of a single value, that"""
    if len(values) == 1:
        return show(median)
    return f"{show(median)} ({show(min(values))}{between}{show(max(values))})"


def counted(count, unit):
    """@return "1 run", "3 runs" """
    return f"{count} {unit}{'' if count == 1 else 's'}"


def find_program(given, name="retinanet", presets=("release", "bench")):
    """@return the path of the given program, or of the one that the first of the presets has built"""
    candidates = [pathlib.Path(given)] if given else [ROOT / "build" / preset / name for preset in presets]
    for candidate in candidates:
        if candidate.is_file() and os.access(candidate, os.X_OK):
            return str(candidate)
    sys.exit(f"there is no program {' or '.join(map(str, candidates))}; build it (cmake --preset {presets[0]} && "
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


def import_torchvision():
    """For the peers, once their arguments are understood: it takes seconds, and --help needs none of it.
    @return torch and torchvision"""
    try:
        import torch
        import torchvision
    except ImportError as error:
        sys.exit(f"{sys.executable} has no torchvision ({error}); install python3-torchvision (tools/setup.sh test), "
                 "or run this with a Python that has it")
    return torch, torchvision


def read_answer(path, command):
    """@return the JSON that the command was to write"""
    try:
        return json.loads(pathlib.Path(path).read_text())
    except (OSError, ValueError) as error:
        what = "nothing" if isinstance(error, OSError) else f"something other than JSON ({error})"
        sys.exit(f"{' '.join(map(str, command))} ended well, but wrote {what} to its --json; is it the right program?")


def run(command, **environment):
    """@return the JSON that the command wrote"""
    command = [str(word) for word in command]
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "out.json"
        try:
            ended = subprocess.run([*command, "--json", str(out)], capture_output=True, text=True,
                                   env={**os.environ, **environment})
        except OSError as error:
            sys.exit(f"{command[0]} can't be run: {error.strerror}")
        if ended.returncode != 0:
            sys.exit(f"{' '.join(command)} ended with {ended.returncode}:\n{ended.stderr[-2000:]}")
        return read_answer(out, command)
