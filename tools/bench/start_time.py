#!/usr/bin/env python3
"""Times the start of `retinanet train`: from the start of the process to the beginning of the first step, with 5000
pictures each to train and to validate on. Needs nothing but Python.

    tools/bench/start_time.py [--config tools/bench/r50.json] [--runs 7] [--images 5000] [--program P]

The annotations are drawn once by make_val_like.py, in a folder that is removed at the end; the pictures are there but
empty, since nothing reads them before the first step, where each run is ended. Prints the median and range of the wall
time up to the lines that tell of LibTorch's start, of both data sets and of the first step, and of the processor's
time up to there.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

from peers import BENCH, counted, existing_file, find_program, positive, ranged

# A mark in a line of the program's, and what has been done by then.
STAGES = (("| LibTorch ", "LibTorch loaded"), ("data.train ", "training set loaded"),
          ("data.val ", "validation set loaded"), (" steps in ", "first step begins"))
PROCESSOR = "the same, processor"


def processor_seconds(pid):
    """User and system time of a process, from /proc; its name, in brackets, may hold blanks."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def check_stages(times, said):
    for mark, stage in STAGES:
        if stage not in times:
            sys.exit(f"the program said nothing with {mark!r} before its first step, by which this script tells: "
                     f"{stage}; bring STAGES into line with what it says:\n{''.join(said)[-2000:]}")
    if list(times) != [stage for _, stage in STAGES]:
        sys.exit(f"the order of what the program says has changed, to {', '.join(times)}; bring STAGES into line")


def start_once(command):
    """@return seconds up to each stage"""
    begin = time.perf_counter()
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, errors="replace")
    times, said = {}, []
    try:
        for line in process.stderr:
            said.append(line)
            for mark, stage in STAGES:
                if mark in line and stage not in times:
                    times[stage] = time.perf_counter() - begin
            if STAGES[-1][1] in times:
                check_stages(times, said)
                times[PROCESSOR] = processor_seconds(process.pid)
                return times
    finally:
        process.kill()
        process.wait()
    sys.exit(f"{' '.join(command)} ended before its first step:\n{''.join(said)[-2000:]}")


def prepare(folder, images):
    """@return the settings that name the data"""
    subprocess.run([sys.executable, BENCH / "make_val_like.py", folder, "--images", str(images),
                    "--detections", "1"], check=True, stdout=subprocess.DEVNULL)
    pictures = folder / "pictures"
    pictures.mkdir()
    for image in json.loads((folder / "annotations.json").read_text())["images"]:
        (pictures / image["file_name"]).touch()
    settings = []
    for name in ("train", "val"):
        settings += ["--set", f"data.{name}.images={pictures}", "--set",
                     f"data.{name}.annotations={folder / 'annotations.json'}"]
    return settings


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", default=BENCH / "r50.json", type=existing_file)
    parser.add_argument("--runs", type=positive, default=7)
    parser.add_argument("--images", type=positive, default=5000)
    parser.add_argument("--program", help="default: build/release/retinanet")
    arguments = parser.parse_args()
    program = find_program(arguments.program)
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        command = [program, "train", str(arguments.config), "--set", "device=cpu",
                   *prepare(folder, arguments.images)]
        start_once([*command, "--out", str(folder / "warm")])
        runs = [start_once([*command, "--out", str(folder / f"run{i}")]) for i in range(arguments.runs)]
    print(f"{counted(arguments.runs, 'start')} after 1, {arguments.images} pictures twice, "
          f"load {os.getloadavg()[0]:.1f}; median{' (range)' if arguments.runs > 1 else ''}, s")
    for stage in (*(stage for _, stage in STAGES), PROCESSOR):
        values = [run[stage] for run in runs]
        print(f"{stage:<22} {ranged(statistics.median(values), values, '{:.2f}'.format)}")


if __name__ == "__main__":
    main()
