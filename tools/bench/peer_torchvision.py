#!/usr/bin/env python3
"""Times torchvision's RetinaNet by phase, as `retinanet bench` times this program's. Needs torch and torchvision
(Debian: python3-torchvision, which has the LibTorch that Debian's libtorch-dev has).

    tools/bench/peer_torchvision.py [--arch resnet50] [--norm frozen_bn] [--size 800x1088] [--batch 2] [--classes 91]
                                    [--objects 7] [--precision fp32] [--threads N] [--steps 5] [--warmup 1]
                                    [--channels-last] [--json FILE]

The model is the one behind retinanet_resnet50_fpn with every layer trained; the weights are random, the learning
rate is 0 (every step costs the same and none diverges). Phases, between one and the next of which nothing is left out:

    data         the model's own transform: resize, normalise, batch
    forward      backbone, pyramid, heads
    loss         anchors, matching, both losses, and a look whether they are finite, as in torchvision's training script
    backward
    optimizer    SGD with momentum and weight decay, and the gradients cleared (set to None)

of an inference: preprocess (the transform), network, postprocess. Peak memory is that of the process after training.
"""
import argparse
import json
import math
import resource
import statistics
import time
from contextlib import nullcontext

from peers import counted, import_torchvision, output_file, positive, size

STEP_PHASES = ("data", "forward", "loss", "backward", "optimizer")
PICTURE_PHASES = ("preprocess", "network", "postprocess")


class Laps:
    """Divides the time since start() among phases."""

    def __init__(self):
        self.processor_ms = []

    def start(self):
        self.phases, self.last, self.processor = {}, time.perf_counter(), time.process_time()

    def lap(self, phase):
        now = time.perf_counter()
        self.phases[phase] = self.phases.get(phase, 0.0) + now - self.last
        self.last = now

    def lap_data(self):
        """The processor's time counts from its end on: this program's data phase has nothing to do."""
        self.lap("data")
        self.processor = time.process_time()

    def sample(self):
        """In milliseconds; keeps the processor's time of all threads aside."""
        self.processor_ms.append(1e3 * (time.process_time() - self.processor))
        phases = {name: 1e3 * seconds for name, seconds in self.phases.items()}
        return phases | {"total": sum(phases.values())}


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--arch", default="resnet50", choices=("resnet18", "resnet34", "resnet50", "resnet101"))
    parser.add_argument("--norm", default="frozen_bn", choices=("bn", "frozen_bn"))
    parser.add_argument("--size", default="800x1088", type=size, help="HEIGHTxWIDTH of the pictures")
    parser.add_argument("--batch", default=2, type=positive)
    parser.add_argument("--classes", default=91, type=positive)
    parser.add_argument("--objects", default=7, type=positive, help="in a picture")
    parser.add_argument("--precision", default="fp32", choices=("fp32", "bf16"))
    parser.add_argument("--threads", type=positive)
    parser.add_argument("--steps", default=5, type=positive, help="measured steps, and pictures")
    parser.add_argument("--warmup", default=1, type=positive, help="steps before them")
    parser.add_argument("--channels-last", action="store_true", help="the weights' layout; torchvision's own is NCHW")
    parser.add_argument("--json", type=output_file, help="file that all numbers are written to")
    return parser.parse_args()


def make_model(arguments):
    detection, ops = torchvision.models.detection, torchvision.ops
    norms = {"frozen_bn": ops.misc.FrozenBatchNorm2d, "bn": torch.nn.BatchNorm2d}
    backbone = detection.backbone_utils.resnet_fpn_backbone(
        backbone_name=arguments.arch, weights=None, trainable_layers=5, norm_layer=norms[arguments.norm],
        returned_layers=[2, 3, 4], extra_blocks=ops.feature_pyramid_network.LastLevelP6P7(256, 256))
    model = detection.RetinaNet(backbone, arguments.classes, min_size=min(arguments.size),
                                max_size=max(arguments.size))
    return model.to(memory_format=torch.channels_last) if arguments.channels_last else model


def make_batch(arguments):
    """Noise, and boxes 3% to 28% of the picture's sides long."""
    height, width = arguments.size
    pictures, targets = [], []
    for _ in range(arguments.batch):
        pictures.append(torch.rand(3, height, width))
        extent = 0.03 + 0.25 * torch.rand(arguments.objects, 2)
        corner = (1 - extent) * torch.rand(arguments.objects, 2)
        boxes = torch.cat([corner, corner + extent], 1) * torch.tensor([width, height, width, height])
        targets.append({"boxes": boxes, "labels": torch.randint(arguments.classes, (arguments.objects,))})
    return pictures, targets


def time_steps(model, arguments, laps):
    pictures, targets = make_batch(arguments)
    optimizer = torch.optim.SGD([p for p in model.parameters() if p.requires_grad], lr=0.0, momentum=0.9,
                                weight_decay=1e-4)
    model.train()
    hooks = [model.transform.register_forward_hook(lambda *_: laps.lap_data()),
             model.head.register_forward_hook(lambda *_: laps.lap("forward"))]
    samples = []
    for _ in range(arguments.warmup + arguments.steps):
        laps.start()
        with autocast(arguments):
            loss = sum(model(pictures, targets).values())
        if not math.isfinite(loss.item()):
            raise SystemExit(f"the loss is {loss.item()}")
        laps.lap("loss")
        loss.backward()
        laps.lap("backward")
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        laps.lap("optimizer")
        samples.append(laps.sample())
    for hook in hooks:
        hook.remove()
    return samples[arguments.warmup:]


def time_pictures(model, arguments, laps):
    picture = torch.rand(3, *arguments.size)
    model.eval()
    model.transform.register_forward_hook(lambda *_: laps.lap("preprocess"))

    def after_head(_, __, outputs):
        # Autocast leaves them in bfloat16, of which torchvision's NMS has no version for the CPU.
        outputs = {name: output.float() for name, output in outputs.items()}
        laps.lap("network")
        return outputs

    model.head.register_forward_hook(after_head)
    samples = []
    for _ in range(arguments.warmup + arguments.steps):
        laps.start()
        with torch.no_grad(), autocast(arguments):
            found = model([picture])
        laps.lap("postprocess")
        samples.append(laps.sample())
    return samples[arguments.warmup:], len(found[0]["scores"])


def autocast(arguments):
    return torch.autocast("cpu", dtype=torch.bfloat16) if arguments.precision == "bf16" else nullcontext()


def spread(values):
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


def summary(samples, phases):
    return {"ms": {phase: spread([sample[phase] for sample in samples]) for phase in (*phases, "total")},
            "samples": samples}


def print_table(title, measured):
    total = measured["ms"]["total"]["median"]
    print(f"{title:<16} median ms   share     least      most")
    for phase, ms in measured["ms"].items():
        print(f"{phase:<16} {ms['median']:>9.3f} {ms['median'] / total:>7.1%} {ms['min']:>9.3f} {ms['max']:>9.3f}")


def print_heading(result):
    """Before the measurements, which take minutes on large pictures."""
    program = result["program"]
    print(f"torchvision {program['torchvision']} | torch {program['torch']} | {counted(result['threads'], 'thread')} | "
          f"{result['precision']}{', channels-last' if result['channels_last'] else ''}")
    print(f"{result['backbone']}, {result['norm']}, {result['classes']} classes, {result['parameters'] / 1e6:.1f} M "
          f"parameters | {counted(result['batch_size'], 'image')} of {'x'.join(map(str, result['input']))} | "
          f"{counted(result['steps'], 'step')} after {counted(result['warmup'], 'warm-up')}\n", flush=True)


def main():
    global torch, torchvision
    arguments = parse_arguments()
    torch, torchvision = import_torchvision()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    model = make_model(arguments)
    result = {"program": {"torchvision": torchvision.__version__, "torch": torch.__version__},
              "threads": torch.get_num_threads(), "precision": arguments.precision, "backbone": arguments.arch,
              "norm": arguments.norm, "classes": arguments.classes, "batch_size": arguments.batch,
              "parameters": sum(p.numel() for p in model.parameters()), "input": arguments.size,
              "channels_last": arguments.channels_last, "steps": arguments.steps, "warmup": arguments.warmup}
    print_heading(result)
    step_laps, picture_laps = Laps(), Laps()
    result["step"] = summary(time_steps(model, arguments, step_laps), STEP_PHASES)
    result["peak_memory_bytes"] = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    samples, detections = time_pictures(model, arguments, picture_laps)
    result["inference"] = summary(samples, PICTURE_PHASES) | {"detections": detections}
    result["processor_ms"] = {"step": spread(step_laps.processor_ms[arguments.warmup:]),
                              "inference": spread(picture_laps.processor_ms[arguments.warmup:])}
    print_table("training step", result["step"])
    print()
    print_table("one picture", result["inference"])
    print(f"\n{detections} detections, peak memory {result['peak_memory_bytes'] / 1e6:.0f} MB (of the process, "
          "training)")
    print(f"processor time {result['processor_ms']['step']['median']:.0f} ms a step without data, "
          f"{result['processor_ms']['inference']['median']:.0f} ms a picture")
    if arguments.json:
        with open(arguments.json, "w") as file:
            json.dump(result, file, indent=1)


if __name__ == "__main__":
    main()
