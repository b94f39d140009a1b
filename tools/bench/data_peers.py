#!/usr/bin/env python3
"""Times pictures on their way from files to batches beside torchvision's transforms on PIL. Needs nothing but Python,
and one that can import torchvision (Debian: python3-torchvision; tools/setup.sh test installs it).

    tools/bench/data_peers.py IMAGES ANNOTATIONS [--only 640 480 | --all-sizes] [--runs 3] [--epochs 7] [--batch 2]
                              [--program P] [--python P] [--json FILE]

Decode, random flip, resize to 800 / 1333, normalise, pad: data_bench through the program's loader in the calling
thread, peer_torchvision_data.py with one thread. The programs take turns (A B A B), each a process of its own. All
times are those of the processor, per picture, so that other work on the machine counts little. Prints the medians over
the runs and the median and range of the ratio in the same turn: above 1, this program is the quicker one. The sums of
what both load must agree, or it ends with an error.
"""
import argparse
import json
import pathlib
import statistics
import sys

from peers import (BENCH, counted, existing_file, existing_folder, find_program, find_python, output_file,
                   positive, ranged, run)


def check_same_work(ours, peer):
    if ours["pictures"] != peer["pictures"]:
        sys.exit(f"{ours['pictures']} pictures here, {peer['pictures']} there")
    a, b = ours["sum_of_a_picture"], peer["sum_of_a_picture"]
    if abs(a - b) > 1e-3 * max(1.0, abs(a)):  # which pictures are turned changes the last digits
        sys.exit(f"the pictures differ: their values come to {a} here, {b} there")


def compare(arguments):
    common = [arguments.images, arguments.annotations, "--batch", arguments.batch, "--epochs", arguments.epochs]
    if not arguments.all_sizes:
        common += ["--only", *arguments.only]
    ours = [arguments.program, *common, "--workers", 0]
    peer = [arguments.python, BENCH / "peer_torchvision_data.py", *common]
    turns = [(run(ours, OMP_NUM_THREADS="1"), run(peer, OMP_NUM_THREADS="1")) for _ in range(arguments.runs)]
    for pair in turns:
        check_same_work(*pair)
    return turns


def print_side(name, results):
    medians = [statistics.median(result["processor_ms"]) for result in results]
    everything = [value for result in results for value in result["processor_ms"]]
    median = statistics.median(medians)
    print(f"{name:<12} {ranged(median, everything, '{:.2f}'.format)} ms a picture, {1e3 / median:.0f} pictures/s "
          "a core")
    for part in results[0]["parts_processor_ms"]:
        value = statistics.median(statistics.median(result["parts_processor_ms"][part]) for result in results)
        print(f"  {part:<24} {value:6.2f} ms")


def print_turns(turns):
    ours, peer = turns[0]
    print(f"{ours['pictures']} pictures; {counted(ours['threads'], 'thread')}, {', '.join(ours['instructions'])}; "
          f"torchvision {peer['torchvision']} on torch {peer['torch']} and PIL {peer['PIL']}, "
          f"{counted(peer['threads'], 'thread')}")
    print_side("retinanet", [a for a, _ in turns])
    print_side("torchvision", [b for _, b in turns])
    ratios = [statistics.median(b["processor_ms"]) / statistics.median(a["processor_ms"]) for a, b in turns]
    print(f"{ranged(statistics.median(ratios), ratios, '{:.2f}'.format)} times as fast")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("images", type=existing_folder, help="folder of the pictures")
    parser.add_argument("annotations", type=existing_file, help="COCO JSON file")
    parser.add_argument("--only", type=positive, nargs=2, default=[640, 480], metavar=("WIDTH", "HEIGHT"),
                        help="pictures of this size only; default: 640 480")
    parser.add_argument("--all-sizes", action="store_true", help="every picture of the file")
    parser.add_argument("--runs", type=positive, default=3, help="processes of each")
    parser.add_argument("--epochs", type=positive, default=7, help="timed passes over the pictures in each")
    parser.add_argument("--batch", type=positive, default=2)
    parser.add_argument("--program", help="default: build/bench/data_bench")
    parser.add_argument("--python", help="one that has torchvision; default: /usr/bin/python3, python3")
    parser.add_argument("--json", type=output_file, help="file that all numbers are written to")
    arguments = parser.parse_args()
    arguments.program = find_program(arguments.program, "data_bench", presets=("bench",))
    arguments.python = find_python(arguments.python)
    return arguments


def main():
    arguments = parse_arguments()
    turns = compare(arguments)
    print_turns(turns)
    if arguments.json:
        pathlib.Path(arguments.json).write_text(json.dumps(turns, indent=1))


if __name__ == "__main__":
    main()
