#!/usr/bin/env python3
"""Times COCO's evaluation from two files to the 12 numbers, this program beside others. Needs nothing but Python.

    tools/bench/eval_peers.py [--annotations GT.json --detections DT.json] [--runs 5] [--cores N] [--install] ...

Without files it draws a pair like val2017 (make_val_like.py) once, in build/bench. The peers are pycocotools,
faster-coco-eval and hotcoco where a Python here can import them: the one that tools/peers.sh bench makes (--install
runs that) or the one on the PATH. Each evaluation is a process of its own; the programs take turns (A B C A B C), after
one evaluation of each that isn't timed. Prints a table:

    wall      median and range of the processes' wall time, in seconds, start of the program included
    inside    the same without the start: from the first byte of the files to the numbers, imports done
    cpu       median of the processes' user and system time
    memory    largest resident set, in MB
    threads   most threads at once, seen in the untimed evaluation
    ratio     median of wall and of cpu to this program's in the same turn; on a busy machine, trust the second
    numbers   largest difference of the 12 numbers from pycocotools' (else this program's)
"""
import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from peers import BENCH, ROOT, counted, existing_file, find_program, positive, ranged, read_answer

OURS = "retinanet"
TWELVE = ("AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "AR10", "AR100", "ARs", "ARm", "ARl")

MODULES = {"pycocotools": "from pycocotools.coco import COCO; from pycocotools.cocoeval import COCOeval as Evaluation",
           "faster-coco-eval": "from faster_coco_eval import COCO, COCOeval_faster as Evaluation",
           "hotcoco": "from hotcoco import COCO, COCOeval as Evaluation"}
EVALUATE = """
import json, sys, time
from importlib.metadata import version
start = time.perf_counter()
truth = COCO(sys.argv[1])
evaluation = Evaluation(truth, truth.loadRes(sys.argv[2]), "bbox")
evaluation.evaluate(); evaluation.accumulate(); evaluation.summarize()
seconds = time.perf_counter() - start
print(flush=True)
print(json.dumps({"stats": [float(v) for v in evaluation.stats][:12], "inside": seconds, "version": version(NAME)}))
"""


class Peer:
    def __init__(self, name, python):
        self.name = name
        code = MODULES[name] + EVALUATE.replace("NAME", repr(name))
        self.command = lambda truth, results, _: [python, "-W", "ignore", "-c", code, truth, results]

    def read(self, output, _):
        return json.loads(output.splitlines()[-1])


class Ours:
    def __init__(self, program):
        self.name = OURS
        self.program = program
        self.command = lambda truth, results, out: [program, "eval", "--annotations", truth, "--detections", results,
                                                    "--json", out]
        self.version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout.strip()

    def read(self, _, out):
        stats = read_answer(out, [self.program, "eval"])["stats"]
        return {"stats": [stats[name] for name in TWELVE], "version": self.version}


def threads_of(pid):
    try:
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("Threads:"))
    except (OSError, StopIteration):
        return 0


def evaluate(program, files, folder, watch_threads=False):
    """Runs a program once. @return what it answered, with wall, cpu and memory; or with threads"""
    out, log = folder / "out.json", folder / "output"
    with open(log, "w") as output:
        start = time.perf_counter()
        child = subprocess.Popen(program.command(*files, str(out)), stdout=output, stderr=subprocess.STDOUT)
        threads = 0
        while watch_threads:
            done, status, usage = os.wait4(child.pid, os.WNOHANG)
            if done:
                break
            threads = max(threads, threads_of(child.pid))
            time.sleep(0.002)
        else:
            _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"{program.name} ended with {child.returncode}:\n{log.read_text()[-2000:]}")
    answer = program.read(log.read_text(), out)
    return answer | {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "memory": usage.ru_maxrss / 1024,
                     "threads": threads}


def find_peers(names, install):
    made = ROOT / "build/peers/bench/bin/python"
    if install:
        subprocess.run([ROOT / "tools/peers.sh", "bench"], check=False)  # it says what went wrong
    peers = []
    for name in names:
        for python in (str(made), "python3"):
            test = [python, "-c", MODULES[name]]
            if shutil.which(python) and subprocess.run(test, capture_output=True).returncode == 0:
                peers.append(Peer(name, python))
                break
        else:
            print(f"{name}: no Python here can import it; skipped (--install makes one that can)", file=sys.stderr)
    return peers


def find_files(arguments):
    if arguments.annotations:
        return arguments.annotations, arguments.detections
    folder = ROOT / "build/bench/val-like"
    if not (folder / "detections.json").exists():
        print(f"Drawing {folder}", file=sys.stderr)
        # In a process of its own: a child begins with the largest memory that its parent ever had.
        subprocess.run([sys.executable, BENCH / "make_val_like.py", folder], check=True)
    return str(folder / "annotations.json"), str(folder / "detections.json")


def table_row(name, runs, ours, threads, reference):
    walls = [run["wall"] for run in runs]
    inside = [run["inside"] for run in runs if "inside" in run]
    ratios = [statistics.median(run[key] / own[key] for run, own in zip(runs, ours)) for key in ("wall", "cpu")]
    difference = max(abs(a - b) for run in runs for a, b in zip(run["stats"], reference))
    return (f"| {name} {runs[0]['version'].removeprefix(OURS).split()[0]} "
            f"| {ranged(statistics.median(walls), walls, '{:.2f}'.format, '-')} "
            f"| {f'{statistics.median(inside):.2f}' if inside else '-'} "
            f"| {statistics.median(run['cpu'] for run in runs):.2f} | {max(run['memory'] for run in runs):.0f} "
            f"| {threads} | {ratios[0]:.1f}, {ratios[1]:.1f} "
            f"| {f'{difference:.1g}' if difference else 'equal to the last bit'} |")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--annotations", type=existing_file)
    parser.add_argument("--detections", type=existing_file)
    parser.add_argument("--program", help="default: build/release/retinanet")
    parser.add_argument("--runs", type=positive, default=5, help="timed evaluations of each")
    parser.add_argument("--cores", type=positive, help="let all run on this many cores")
    parser.add_argument("--peers", nargs="*", choices=list(MODULES), default=list(MODULES))
    parser.add_argument("--install", action="store_true", help="install the peers first, in build/peers/bench")
    arguments = parser.parse_args()
    if (arguments.annotations is None) != (arguments.detections is None):
        parser.error("give both --annotations and --detections, or neither")
    return arguments


def main():
    arguments = parse_arguments()
    programs = [Ours(find_program(arguments.program))] + find_peers(arguments.peers, arguments.install)
    files = find_files(arguments)
    if arguments.cores:
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:arguments.cores])
    print(f"{len(os.sched_getaffinity(0))} cores, load {os.getloadavg()[0]:.1f}, Python {sys.version.split()[0]}, "
          f"{counted(arguments.runs, 'run')} in turns; {files[0]}, {files[1]}", flush=True)
    runs = {program.name: [] for program in programs}
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        threads = {program.name: evaluate(program, files, folder, watch_threads=True)["threads"]
                   for program in programs}
        for _ in range(arguments.runs):
            for program in programs:
                runs[program.name].append(evaluate(program, files, folder))
    reference = runs.get("pycocotools", runs[OURS])[0]["stats"]
    print("| | wall | inside | cpu | memory | threads | ratio | numbers |\n|---|---|---|---|---|---|---|---|")
    for name, measured in runs.items():
        print(table_row(name, measured, runs[OURS], threads[name], reference))
    answers = [run["stats"] for measured in runs.values() for run in measured]
    if any(abs(a - b) > 1e-9 for answer in answers for a, b in zip(answer, reference)):
        sys.exit("the 12 numbers differ by more than 1e-9")


if __name__ == "__main__":
    main()
