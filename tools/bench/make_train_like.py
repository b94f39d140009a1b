#!/usr/bin/env python3
"""Writes an annotation file of the size and make of COCO's instances_train2017.json: 118287 images,
860001 annotations of 80 categories with polygons (1.2 % crowds with run lengths), 484 MB. Needs nothing but Python.

    tools/bench/make_train_like.py FILE [IMAGES]

The content is the same on every machine.
"""
import argparse
import json
import math
import random

from peers import output_file, positive_up_to

COCO_IDS = [i for i in range(1, 91) if i not in (12, 26, 29, 30, 45, 66, 68, 69, 71, 83)]
SIZES = [(640, 480), (480, 640), (640, 427), (500, 375)]
IMAGES, ANNOTATIONS = 118287, 860001
IMAGE_IDS = range(1, 581930)
VERTICES = (8, 42)  # of a polygon, so that an annotation has as many bytes as COCO's


def image(rng, image_id):
    width, height = rng.choice(SIZES)
    name = f"{image_id:012}.jpg"
    return {"license": 3, "file_name": name,
            "coco_url": f"http://images.cocodataset.org/train2017/{name}",
            "height": height, "width": width, "date_captured": "2013-11-14 11:18:45",
            "flickr_url": f"http://farm9.staticflickr.com/8186/{rng.randrange(10**10)}_z.jpg",
            "id": image_id}


def annotation(rng, of, number, weights):
    size = 2 ** rng.uniform(3, 8.6)
    aspect = 2 ** rng.uniform(-1.2, 1.2)
    w, h = min(size * aspect ** 0.5, of["width"] - 1), min(size / aspect ** 0.5, of["height"] - 1)
    x, y = rng.uniform(0, of["width"] - w), rng.uniform(0, of["height"] - h)
    crowd = rng.random() < 0.012
    if crowd:
        segmentation = {"counts": [rng.randrange(1, 900) for _ in range(60)],
                        "size": [of["height"], of["width"]]}
    else:
        angles = sorted(rng.uniform(0, 2 * math.pi) for _ in range(rng.randrange(*VERTICES)))
        segmentation = [[round(v, 2) for a in angles for v in (x + w / 2 * (1 + math.cos(a)),
                                                               y + h / 2 * (1 + math.sin(a)))]]
    return {"segmentation": segmentation, "area": round(w * h * rng.uniform(0.35, 0.95), 4),
            "iscrowd": int(crowd), "image_id": of["id"],
            "bbox": [round(v, 2) for v in (x, y, w, h)],
            "category_id": rng.choices(COCO_IDS, weights)[0],
            "id": number + (900100000000 if crowd else 0)}


def write(path, images):
    annotations = ANNOTATIONS * images // IMAGES
    rng = random.Random(2017)
    weights = [1 / (k + 1.5) ** 0.9 for k in range(len(COCO_IDS))]
    listed = [image(rng, image_id) for image_id in rng.sample(IMAGE_IDS, images)]
    with open(path, "w") as out:
        out.write('{"info": {"description": "synthetic train2017-like"}, "licenses": [], ')
        out.write('"images": ' + json.dumps(listed) + ', "annotations": [')
        for number in range(1, annotations + 1):
            record = annotation(rng, rng.choice(listed), number, weights)
            out.write((", " if number > 1 else "") + json.dumps(record))
        categories = [{"supercategory": f"s{k // 8}", "id": c, "name": f"class_{c}"}
                      for k, c in enumerate(COCO_IDS)]
        out.write('], "categories": ' + json.dumps(categories) + "}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=output_file, help="to write")
    parser.add_argument("images", nargs="?", type=positive_up_to(len(IMAGE_IDS)), default=IMAGES,
                        help=f"default: {IMAGES}; the objects are as many as fit them")
    arguments = parser.parse_args()
    write(arguments.file, arguments.images)


if __name__ == "__main__":
    main()
