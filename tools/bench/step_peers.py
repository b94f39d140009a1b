#!/usr/bin/env python3
"""Times a training step and an inference of this program beside torchvision's RetinaNet, by phase. Needs nothing but
Python, and one that can import torchvision (Debian: python3-torchvision; tools/setup.sh test installs it).

    tools/bench/step_peers.py [--cases r50 r18] [--precisions fp32 bf16] [--runs 3] [--steps 3] [--size HxW]
                              [--threads N] [--program P] [--python P] [--json FILE]

    r50    ResNet-50, 91 classes, frozen norms, batches of 2 pictures of 800x1088
    r18    ResNet-18, 4 classes, batch norm, batches of 4 pictures of 320x416

The programs take turns, each a process of its own with the same number of threads; each run's numbers are the medians
of its steps. torchvision runs twice a turn, once with its own layout and once with channels-last weights, and counts
with the quicker of the two, a training step and an inference each for itself. Prints for each case and precision the
median over the runs of both, and the median and range of their ratio in the same turn: below 1, this program is the
quicker or the smaller one. The step is counted without its data phase (drawn here, resized in the model there).
`processor` is the time of all threads together, the wait for one another left out if OMP_WAIT_POLICY is passive: on a
busy machine set it, and trust these rows.
"""
import argparse
import json
import os
import pathlib
import statistics
import sys

from peers import BENCH, counted, find_program, find_python, number, output_file, positive, ranged, run, size

CASES = {"r50": {"arch": "resnet50", "norm": "frozen_bn", "classes": 91, "batch": 2, "size": "800x1088"},
         "r18": {"arch": "resnet18", "norm": "bn", "classes": 4, "batch": 4, "size": "320x416"}}
OBJECTS = 7


def value_of(name):
    """A number out of a program's JSON: milliseconds or megabytes."""
    if name == "peak memory":
        return lambda result: result["peak_memory_bytes"] / 1e6
    if name.endswith("processor"):
        return lambda result: result["processor_ms"][name.split()[0]]["median"]
    part, _, phase = name.partition(" ")
    if name == "step total":
        return lambda result: statistics.median(sample["total"] - sample["data"]
                                                for sample in result["step"]["samples"])
    return lambda result: result[part]["ms"][phase]["median"]


ROWS = ("step total", "step processor", "step forward", "step loss", "step backward", "step optimizer",
        "inference total", "inference processor", "inference preprocess", "inference network", "inference postprocess",
        "peak memory")


def commands(arguments, name, precision):
    """Ours, and torchvision's for each layout."""
    case = CASES[name]
    size_text = "x".join(map(str, arguments.size)) if arguments.size else case["size"]
    common = ["--size", size_text, "--batch", case["batch"], "--classes", case["classes"],
              "--objects", OBJECTS, "--precision", precision, "--steps", arguments.steps,
              "--threads", arguments.threads]
    ours = [arguments.program, "bench", BENCH / f"{name}.json", "--set", "device=cpu", *common]
    peer = [arguments.python, BENCH / "peer_torchvision.py", "--arch", case["arch"], "--norm", case["norm"], *common]
    return ours, [peer, [*peer, "--channels-last"]]


def quicker_layouts(turns):
    """For a step and an inference: which of torchvision's runs of a turn counts, 0 or 1 (channels-last)."""
    def layout(total):
        medians = [statistics.median(value_of(total)(turn[1][index]) for turn in turns) for index in range(2)]
        return medians.index(min(medians))
    return {"step": layout("step total"), "inference": layout("inference total")}


def compare(arguments, name, precision):
    ours, peers = commands(arguments, name, precision)
    turns = [(run(ours), [run(peer) for peer in peers]) for _ in range(arguments.runs)]
    layouts = quicker_layouts(turns)
    ours_size, peer_size = turns[0][0]["parameters"], turns[0][1][0]["parameters"]
    if ours_size != peer_size:
        sys.exit(f"{name}: the networks differ: {ours_size} parameters here, {peer_size} there")
    rows = {}
    for row in ROWS:
        value = value_of(row)
        layout = layouts["inference" if row.startswith("inference") else "step"]
        pairs = [(value(a), value(b[layout])) for a, b in turns]
        ratios = [a / b for a, b in pairs]
        rows[row] = {"retinanet": statistics.median(a for a, _ in pairs),
                     "torchvision": statistics.median(b for _, b in pairs),
                     "ratio": {"median": statistics.median(ratios), "min": min(ratios), "max": max(ratios)}}
    floor = [a["step_to_convolutions_processor"]["median"] for a, _ in turns]
    return {"case": name, "precision": precision, "rows": rows,
            "torchvision_channels_last": {part: layout == 1 for part, layout in layouts.items()},
            "step_to_convolutions_processor": statistics.median(floor),
            "step_to_convolutions_processor_range": [min(floor), max(floor)], "turns": turns}


def ratio_text(median, least_and_most, runs):
    return ranged(median, least_and_most if runs > 1 else [median], lambda value: number(value, 2, 2), "-")


def print_comparison(compared):
    layouts = ", ".join(f"{part} {'channels-last' if last else 'its own layout'}"
                        for part, last in compared["torchvision_channels_last"].items())
    runs = len(compared["turns"])
    print(f"\n{compared['case']} {compared['precision']} (torchvision: {layouts})\n"
          "| | retinanet | torchvision | ratio |\n|---|---|---|---|")
    for name, row in compared["rows"].items():
        unit = "MB" if name == "peak memory" else "ms"
        ratio = row["ratio"]
        print(f"| {name} | {number(row['retinanet'], 1, 3)} {unit} | {number(row['torchvision'], 1, 3)} {unit} "
              f"| {ratio_text(ratio['median'], [ratio['min'], ratio['max']], runs)} |")
    floor = ratio_text(compared["step_to_convolutions_processor"],
                       compared["step_to_convolutions_processor_range"], runs)
    print(f"| step / its convolutions (processor) | {floor} | | |", flush=True)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", nargs="+", choices=list(CASES), default=list(CASES))
    parser.add_argument("--precisions", nargs="+", choices=("fp32", "bf16"), default=["fp32", "bf16"])
    parser.add_argument("--runs", type=positive, default=3, help="processes of each")
    parser.add_argument("--steps", type=positive, default=3, help="measured steps in each")
    parser.add_argument("--size", type=size, help="HEIGHTxWIDTH in place of the cases' own")
    parser.add_argument("--threads", type=positive, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--program", help="default: build/release/retinanet")
    parser.add_argument("--python", help="one that has torchvision; default: /usr/bin/python3, python3")
    parser.add_argument("--json", type=output_file, help="file that all numbers are written to")
    arguments = parser.parse_args()
    arguments.program = find_program(arguments.program)
    arguments.python = find_python(arguments.python)
    return arguments


def main():
    arguments = parse_arguments()
    print(f"{counted(arguments.threads, 'thread')}, load {os.getloadavg()[0]:.1f}, "
          f"{counted(arguments.runs, 'run')} in turns of {counted(arguments.steps, 'step')} after 1 warm-up",
          flush=True)
    compared = []
    for name in arguments.cases:
        for precision in arguments.precisions:
            compared.append(compare(arguments, name, precision))
            print_comparison(compared[-1])
    print(f"\nload at the end {os.getloadavg()[0]:.1f}")
    if arguments.json:
        pathlib.Path(arguments.json).write_text(json.dumps(compared, indent=1))


if __name__ == "__main__":
    main()
