#!/usr/bin/env python3
"""Writes an annotation file and a results file of about the size and shape of COCO val2017's. Needs nothing but Python.

    tools/bench/make_val_like.py FOLDER [--images 5000] [--detections 100]

FOLDER gets annotations.json and detections.json, the same each time. Drawn after what is published of val2017:
5000 images, one in a hundred without objects; 7.3 objects of 2.9 classes in an image; 80 classes with ids up to 90,
three in ten objects of the first; 41% small, 34% medium, 24% large; 1.2% crowds; outlines that cover a part of their
box. Detections as a trained detector's: several for most objects, and false ones of low scores up to 100 an image,
with the digits of float32.
"""
import argparse
import json
import math
import pathlib
import random
import struct
import sys

from peers import positive, positive_up_to

SIZES = ((0.41, 8, 45), (0.34, 45, 135), (0.25, 135, 450))  # share, side of the box from, to; in pixels
UNUSED_IDS = {12, 26, 29, 30, 45, 66, 68, 69, 71, 83}
CATEGORY_IDS = [i for i in range(1, 91) if i not in UNUSED_IDS]
IMAGE_IDS = range(100, 600000)
SHARES = [0.3] + [0.7 / 79 * 1.9 * math.exp(-k / 50) for k in range(79)]  # a long tail as val2017's


def float32(value):
    return struct.unpack("f", struct.pack("f", value))[0]


def draw_box(draw, width, height):
    choice = draw.random()
    for share, low, high in SIZES:
        if choice < share:
            break
        choice -= share
    side = math.exp(draw.uniform(math.log(low), math.log(high)))
    aspect = math.exp(draw.gauss(0, 0.5))
    w, h = min(side * aspect, width - 1), min(side / aspect, height - 1)
    return [draw.uniform(0, width - w), draw.uniform(0, height - h), w, h]


def outline(draw, box):
    """A polygon inside the box and the share of the box that it covers."""
    corners = draw.randint(8, 40)
    radii = [draw.uniform(0.6, 1) for _ in range(corners)]
    angles = [2 * math.pi * i / corners for i in range(corners)]
    points = [(r * math.cos(a), r * math.sin(a)) for r, a in zip(radii, angles)]
    area = sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in zip(points, points[1:] + points[:1])) / 2
    x, y, w, h = box
    flat = [round(v, 2) for px, py in points for v in (x + w * (1 + px) / 2, y + h * (1 + py) / 2)]
    return flat, area / 4


def draw_objects(draw, image, width, height, first_id):
    count = 0 if draw.random() < 0.01 else min(1 + int(draw.expovariate(1 / 6.9)), 62)
    classes = draw.choices(CATEGORY_IDS, SHARES, k=min(1 + int(draw.expovariate(1 / 4.2)), 16))
    objects = []
    for i in range(count):
        box = [round(v, 2) for v in draw_box(draw, width, height)]
        crowd = int(draw.random() < 0.012)
        polygon, covered = outline(draw, box)
        runs = {"counts": [draw.randint(1, 900) for _ in range(80)], "size": [height, width]}
        objects.append({"segmentation": runs if crowd else [polygon], "area": round(box[2] * box[3] * covered, 4),
                        "iscrowd": crowd, "image_id": image, "bbox": box, "category_id": draw.choice(classes),
                        "id": first_id + i})
    return objects


def draw_detections(draw, objects, image, width, height, limit):
    found = []
    for one in objects:
        if draw.random() < 0.12:
            continue
        for _ in range(1 + int(draw.expovariate(1 / 1.2))):
            off = draw.choice((0.03, 0.06, 0.12, 0.25))
            x, y, w, h = one["bbox"]
            box = [x + w * draw.gauss(0, off), y + h * draw.gauss(0, off), w * math.exp(draw.gauss(0, off)),
                   h * math.exp(draw.gauss(0, off))]
            wrong = draw.random() < 0.1
            category = draw.choices(CATEGORY_IDS, SHARES)[0] if wrong else one["category_id"]
            found.append((max(0.001, draw.betavariate(4, 3) - off), category, box))
    seen = [one["category_id"] for one in objects] or CATEGORY_IDS
    while len(found) < limit:
        category = draw.choice(seen) if draw.random() < 0.5 else draw.choices(CATEGORY_IDS, SHARES)[0]
        found.append((draw.betavariate(0.8, 14), category, draw_box(draw, width, height)))
    found.sort(key=lambda one: -one[0])
    return [{"image_id": image, "category_id": category, "bbox": [float32(v) for v in box], "score": float32(score)}
            for score, category, box in found[:limit]]


def make(images, limit, seed=2017):
    draw = random.Random(seed)
    truth = {"info": {"description": "drawn like val2017"}, "images": [], "annotations": []}
    detections = []
    for image in draw.sample(IMAGE_IDS, images):
        width, height = draw.choice(((640, 480), (640, 427), (480, 640), (500, 375)))
        truth["images"].append({"license": 1, "file_name": f"{image:012}.jpg", "height": height, "width": width,
                                "date_captured": "2013-11-14 17:02:52", "id": image})
        objects = draw_objects(draw, image, width, height, len(truth["annotations"]) + 1)
        truth["annotations"] += objects
        detections += draw_detections(draw, objects, image, width, height, limit)
    draw.shuffle(truth["annotations"])
    truth["categories"] = [{"supercategory": "any", "id": i, "name": f"class {i}"} for i in CATEGORY_IDS]
    return truth, detections


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--images", type=positive_up_to(len(IMAGE_IDS)), default=5000)
    parser.add_argument("--detections", type=positive, default=100, help="of each image")
    arguments = parser.parse_args()
    try:
        arguments.folder.mkdir(parents=True, exist_ok=True)
        for name, records in zip(("annotations", "detections"), make(arguments.images, arguments.detections)):
            (arguments.folder / f"{name}.json").write_text(json.dumps(records))
    except OSError as error:
        sys.exit(f"{error.filename or arguments.folder} can't be written: {error.strerror}; name another folder")


if __name__ == "__main__":
    main()
