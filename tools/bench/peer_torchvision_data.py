#!/usr/bin/env python3
"""Times torchvision's way of a picture from its file to the batch, as data_bench times this program's. Needs torch and
torchvision (Debian: python3-torchvision).

    tools/bench/peer_torchvision_data.py IMAGES ANNOTATIONS [--only WIDTH HEIGHT] [--batch 2] [--epochs 7] [--json FILE]

The steps are those of torchvision's references/detection with the preset "hflip", in one thread: PIL opens and decodes,
converts to RGB, flips one picture in two; PILToTensor; ConvertImageDtype(float); then GeneralizedRCNNTransform, with
which its detectors normalise, resize to 800 / 1333 and pad.
"""
import argparse
import json
import pathlib
import random
import time

from peers import existing_file, existing_folder, import_torchvision, output_file, positive

PARTS = ("decode", "flip", "to float", "resize, normalise, pad")


def to_xyxy(box):
    x, y, width, height = box
    return [x, y, x + width, y + height]


def read_records(arguments):
    """@return a path and the boxes of each picture"""
    truth = json.loads(pathlib.Path(arguments.annotations).read_text())
    boxes = {}
    for annotation in truth["annotations"]:
        if not annotation.get("iscrowd"):
            boxes.setdefault(annotation["image_id"], []).append(to_xyxy(annotation["bbox"]))
    size = arguments.only and tuple(arguments.only)
    return [(pathlib.Path(arguments.images) / image["file_name"], boxes.get(image["id"], []))
            for image in truth["images"] if not size or (image["width"], image["height"]) == size]


def load_epoch(records, batch_size, transform, with_sum=False):
    """@return milliseconds of the processor for each part, and the sum of all values if asked for"""
    records = random.sample(records, len(records))
    times = dict.fromkeys(PARTS, 0.0)
    functional = torchvision.transforms.functional
    last, total = time.process_time(), 0.0

    def lap(part):
        nonlocal last
        now = time.process_time()
        times[part] += 1e3 * (now - last)
        last = now

    for begin in range(0, len(records), batch_size):
        images, targets = [], []
        for path, boxes in records[begin:begin + batch_size]:
            image = PIL.Image.open(path).convert("RGB")
            boxes = torch.as_tensor(boxes, dtype=torch.float32).reshape(-1, 4)
            lap("decode")
            if torch.rand(1) < 0.5:
                image = functional.hflip(image)
                boxes[:, [0, 2]] = image.width - boxes[:, [2, 0]]
            lap("flip")
            images.append(functional.convert_image_dtype(functional.pil_to_tensor(image), torch.float))
            targets.append({"boxes": boxes})
            lap("to float")
        batch, targets = transform(images, targets)
        lap("resize, normalise, pad")
        if with_sum:
            total += batch.tensors.sum(dtype=torch.float64).item()
    return times, total


def measure(arguments):
    torch.set_num_threads(1)
    torch.manual_seed(0)
    random.seed(0)
    records = read_records(arguments)
    if not records:
        raise SystemExit(f"{arguments.annotations}: no picture{' of this size' if arguments.only else ''}")
    transform = torchvision.models.detection.transform.GeneralizedRCNNTransform(
        800, 1333, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    _, total = load_epoch(records, arguments.batch, transform, with_sum=True)  # warms everything up
    samples, parts = [], {part: [] for part in PARTS}
    for _ in range(arguments.epochs):
        start = time.process_time()
        times, _ = load_epoch(records, arguments.batch, transform)
        samples.append(1e3 * (time.process_time() - start) / len(records))
        for part, value in times.items():
            parts[part].append(value / len(records))
    return {"pictures": len(records), "sum_of_a_picture": total / len(records), "processor_ms": samples,
            "parts_processor_ms": parts, "threads": torch.get_num_threads(), "torch": torch.__version__,
            "torchvision": torchvision.__version__, "PIL": PIL.__version__}


def main():
    global PIL, torch, torchvision
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("images", type=existing_folder, help="folder of the pictures")
    parser.add_argument("annotations", type=existing_file, help="COCO JSON file")
    parser.add_argument("--only", type=positive, nargs=2, metavar=("WIDTH", "HEIGHT"),
                        help="pictures of this size only")
    parser.add_argument("--batch", type=positive, default=2)
    parser.add_argument("--epochs", type=positive, default=7, help="epochs that are timed, after one that isn't")
    parser.add_argument("--json", type=output_file, help="file that the result is written to; else it is printed")
    arguments = parser.parse_args()
    torch, torchvision = import_torchvision()
    import PIL.Image  # which torchvision needs too
    text = json.dumps(measure(arguments), indent=1)
    if arguments.json:
        pathlib.Path(arguments.json).write_text(text)
    else:
        print(text)


if __name__ == "__main__":
    main()
