"""Random annotation and results files for coco_peer.py: small ones that reach the corners of COCO's evaluation, and a few
large ones.

`make_case(index)` is the same each time: (annotations, results, traits), two JSON texts and the names of the corners that
the case was made to reach. All is drawn with random.Random(index).random(), which no version of Python changes.
"""
import json
import random
import struct

CHANCE_OF_FAULT = 0.08
LARGE_EVERY = 125  # one case in so many has about 12,000 detections: they are evaluated in blocks, and sorted otherwise
BORDER_SIDES = (32, 96)  # 32 * 32 and 96 * 96 square pixels end the area ranges
BORDER_AREAS = (0, 1024, 1024.0, 1024.0000000000002, 1023.9999999999999, 9216, 9216.000000000002, 1e10, 1.1e10, -5, 1e5)
STYLES = ("float", "float32", "integer", "grid", "hundredths")


class Case:
    """How the numbers of one case are drawn."""

    def __init__(self, index):
        self.random = random.Random(index)
        self.traits = set()
        self.style = self.one_of(STYLES)
        self.levels = self.one_of((0, 0, 2, 5, 20))  # different scores; 0: all differ
        self.traits.add(self.style)
        if self.levels:
            self.traits.add("tied scores")

    def chance(self, probability):
        return self.random.random() < probability

    def below(self, end):
        return int(self.random.random() * end)

    def one_of(self, items):
        return items[self.below(len(items))]

    def between(self, low, high):
        return low + (high - low) * self.random.random()

    def maybe(self, trait, probability):
        """Decides once for a case whether it has the trait."""
        has = self.chance(probability)
        if has:
            self.traits.add(trait)
        return has

    def shuffle(self, items):
        for i in range(len(items) - 1, 0, -1):
            j = self.below(i + 1)
            items[i], items[j] = items[j], items[i]

    def number(self, value):
        if self.style == "float32":
            return struct.unpack("f", struct.pack("f", value))[0]
        if self.style == "integer":
            return round(value)
        if self.style == "grid":  # of few places and sizes: IoUs tie
            return round(value / 8) * 8
        return round(value, 2) if self.style == "hundredths" else value

    def score(self, value):
        if self.levels:
            return round(int(value * self.levels) / self.levels, 3)
        return round(value, 5) if self.style == "hundredths" else self.number(value) if self.style == "float32" else value


def make_ids(case, count, kind):
    style = case.one_of(("from one", "from zero", "sparse", "negative", "huge"))
    case.traits.add(f"{kind} ids {style}")
    first, step = {"from one": (1, 1), "from zero": (0, 1), "sparse": (3, 7), "negative": (-count // 2, 1),
                   "huge": (900100000000, 13)}[style]
    ids = [first + step * i for i in range(count)]
    if case.chance(0.5):
        case.shuffle(ids)
    return ids


def random_box(case, degenerate):
    w, h = (2 ** case.between(2, 7.5) for _ in range(2))
    if case.chance(0.15):
        w = h = case.one_of(BORDER_SIDES)
    elif case.chance(0.05):
        w, h = case.one_of(((16, 64), (64, 144), (8, 128), (72, 128)))  # on the borders, too
    box = [case.number(v) for v in (case.between(-10, 400), case.between(-10, 300), w, h)]
    if degenerate and case.chance(0.2):
        box[2 + case.below(2)] *= case.one_of((0, -1))
        if case.chance(0.3):
            box[2], box[3] = -abs(box[2]), -abs(box[3])
    return box


def make_infinite(case, records):
    """Sides and corners without end; none whose other corner is NaN, which this program refuses."""
    for _ in range(3):
        box = list(case.one_of(records)["bbox"])
        for _ in range(1 + case.below(2)):
            box[case.below(4)] = case.one_of((float("inf"), -float("inf"), 1e300, 1e10))
        x, y, w, h = box
        if x + w == x + w and y + h == y + h:
            case.one_of(records)["bbox"] = box


def near_box(case, box):
    """What a detector might find of the box."""
    x, y, w, h = box
    kind = case.below(5)
    if kind == 0 or max(map(abs, box)) >= 1e10:
        return list(box)
    if kind == 1:  # IoUs at the thresholds: a part of the box
        return [x, y, w * case.one_of((0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)), h]
    if kind == 2:  # the same on both sides: ties with neighbours on a grid
        return [x + case.one_of((-8, -4, 4, 8)), y, w, h]
    spread = case.one_of((0.02, 0.1, 0.25))
    return [case.number(v + spread * size * case.between(-1, 1)) for v, size in zip(box, (w, h, w, h))]


def make_annotations(case, images, categories, per_image):
    area_is_other = case.maybe("area is not width * height", 0.4)
    degenerate = case.maybe("degenerate objects", 0.15)
    crowds = case.one_of((0, 0, 0.1, 0.4))
    twins = case.maybe("objects at one place", 0.3)
    booleans = case.maybe("iscrowd true or false", 0.1)
    annotations = []
    for image in images:
        boxes = []
        for _ in range(case.below(2 * per_image + 1)):
            box = list(case.one_of(boxes)) if boxes and twins and case.chance(0.3) else random_box(case, degenerate)
            boxes.append(box)
            crowd = int(case.chance(crowds))
            area = box[2] * box[3]
            if area_is_other and case.chance(0.5):
                area = case.one_of(BORDER_AREAS) if case.chance(0.4) else area * case.between(0.1, 1)
            annotations.append({"image_id": image, "category_id": case.one_of(categories), "bbox": box, "area": area,
                                "iscrowd": bool(crowd) if booleans else crowd})
    if any(a["iscrowd"] for a in annotations):
        case.traits.add("crowds")
    for annotation, own in zip(annotations, make_ids(case, len(annotations), "object")):
        annotation["id"] = own
    if annotations and case.maybe("duplicate object ids", 0.12):
        for _ in range(1 + len(annotations) // 5):
            case.one_of(annotations)["id"] = case.one_of(annotations)["id"]
    if annotations and case.maybe("infinite objects", 0.04):
        make_infinite(case, annotations)
    if annotations and case.maybe("an object of id 0", 0.1):
        case.one_of(annotations)["id"] = 0
    if annotations and case.maybe("a user's ignore flag", 0.1):
        case.one_of(annotations)["ignore"] = 1
    return annotations


def make_detections(case, images, categories, annotations, per_image):
    degenerate = case.maybe("degenerate detections", 0.15)
    detections = []
    for annotation in annotations:
        for _ in range(case.one_of((0, 1, 1, 1, 2, 3))):
            category = annotation["category_id"] if case.chance(0.85) else case.one_of(categories)
            detections.append((annotation["image_id"], category, near_box(case, annotation["bbox"])))
    for image in images:
        for _ in range(case.below(per_image + 1)):
            detections.append((image, case.one_of(categories), random_box(case, degenerate)))
    if case.maybe("more than 100 detections of an image", 0.06):
        image, category = case.one_of(images), case.one_of(categories)
        boxes = [a["bbox"] for a in annotations if a["image_id"] == image] or [random_box(case, False)]
        for _ in range(101 + case.below(60)):
            detections.append((image, category, near_box(case, case.one_of(boxes))))
    if case.chance(0.5):
        case.shuffle(detections)
    made = [{"image_id": i, "category_id": c, "bbox": b, "score": case.score(case.random.random())}
            for i, c, b in detections]
    if made and case.maybe("infinite detections", 0.04):
        make_infinite(case, made)
    if made and case.maybe("scores that are whole or not finite", 0.06):
        for _ in range(3):
            case.one_of(made)["score"] = case.one_of((0, 1, -1, 2, float("nan"), float("inf"), -float("inf")))
    return made


def add_strangers(case, images, categories, annotations, detections):
    """Records of images and categories that the file doesn't list, and some that it lists twice."""
    listed = [i for i in images if not case.chance(0.1)] if case.maybe("objects of unknown images", 0.08) else images
    kept = set(listed)
    detections[:] = [d for d in detections if d["image_id"] in kept]
    known = [c for c in categories if not case.chance(0.3)] if case.maybe("unknown categories", 0.12) else categories
    image_records = [{"id": i, "file_name": f"{i}.jpg", "width": 640, "height": 480} for i in listed]
    category_records = [{"id": c, "name": f"class \u00e9 {c}", "supercategory": "any"} for c in known]
    if category_records and case.maybe("a category listed twice", 0.05):
        category_records.append(dict(case.one_of(category_records)))
    if image_records and case.maybe("an image listed twice", 0.05):
        image_records.append(dict(case.one_of(image_records)))
    if case.chance(0.3):
        case.shuffle(image_records)
        case.shuffle(category_records)
    return image_records, category_records


def faults(case, truth, results):
    """Changes of which pycocotools takes some and refuses most."""
    annotations = truth["annotations"]
    known = {category["id"] for category in truth["categories"]}
    counted = [d for d in results if d["category_id"] in known]  # pycocotools looks at no other scores
    record = lambda records: case.one_of(records) if records else {}
    return {
        "no detections": lambda: results.clear(),
        "no images": lambda: truth["images"].clear(),
        "no annotations": lambda: annotations.clear(),
        "no categories": lambda: truth["categories"].clear(),
        "an unknown image": lambda: record(results).update(image_id=987654321),
        "no score": lambda: record(counted).pop("score", 0),
        "score null": lambda: record(counted).update(score=None),
        "no box": lambda: record(results).pop("bbox", 0),
        "box null": lambda: record(results).update(bbox=None),
        "an empty box": lambda: record(results).update(bbox=[]),
        "a box of three": lambda: record(results).update(bbox=[1, 2, 3]),
        "no image_id": lambda: record(results).pop("image_id", 0),
        "a text as score": lambda: record(counted).update(score="0.5"),
        "an object without area": lambda: record(annotations).pop("area", 0),
        "an object without iscrowd": lambda: record(annotations).pop("iscrowd", 0),
        "an object without box": lambda: record(annotations).pop("bbox", 0),
        "an object without id": lambda: record(annotations).pop("id", 0),
        "an object without image_id": lambda: record(annotations).pop("image_id", 0),
        "an object without category_id": lambda: record(annotations).pop("category_id", 0),
        "area null": lambda: record(annotations).update(area=None),
        "area NaN": lambda: record(annotations).update(area=float("nan")),
        "area infinite": lambda: record(annotations).update(area=float("inf")),
        "iscrowd 2": lambda: record(annotations).update(iscrowd=2),
        "an infinite box": lambda: record(results).update(bbox=[0, 0, float("inf"), float("inf")]),
        "an object with an infinite box": lambda: record(annotations).update(bbox=[3, 4, float("inf"), 20]),
    }


def write(case, truth, results):
    """As texts: with or without spaces, ids as 7 or 7.0, a key that is there twice."""
    keys = list(truth)
    case.shuffle(keys)
    style = {"indent": 1} if case.chance(0.1) else {"separators": (",", ":")} if case.chance(0.5) else {}
    style["ensure_ascii"] = case.chance(0.5)
    if case.maybe("whole ids written as floats", 0.06):
        for record in truth["annotations"] + results:
            if "category_id" in record:
                record["category_id"] = float(record["category_id"])
    texts = [json.dumps({key: truth[key] for key in keys}, **style), json.dumps(results, **style)]
    if "null" not in "".join(texts) and case.maybe("keys that are there twice", 0.06):
        texts = [text.replace('"bbox":', '"bbox": [9, 9, 9, 9], "bbox":') for text in texts]
    return texts


def make_case(index):
    case = Case(index)
    size = case.one_of(("one", "one", "few", "few", "few", "many"))
    count = {"one": 1, "few": 2 + case.below(6), "many": 20 + case.below(30)}[size]
    is_large = index % LARGE_EVERY == 63  # the first of them without regard to classes, too
    if is_large:
        size, count = "many", 350 + case.below(100)
    images = make_ids(case, count, "image")
    categories = make_ids(case, case.one_of((2, 3, 5) if is_large else (1, 1, 1, 2, 3, 3, 5, 8)), "category")
    if index % 50 == 7:
        categories = make_ids(case, 80, "category")
    case.traits.add(f"{size} images" if size != "one" else "one image")
    case.traits.add({1: "one category", 80: "80 categories"}.get(len(categories), "categories"))
    per_image = 4 if is_large else 2 if size == "many" else case.one_of((1, 3, 6, 12))
    annotations = make_annotations(case, images, categories, per_image)
    if case.maybe("no objects", 0.03):
        annotations = []
    random_ones = 60 if is_large else case.one_of((0, 2, 6))
    detections = make_detections(case, images, categories, annotations, random_ones)
    if len(detections) >= 10000:
        case.traits.add("10000 detections")
    image_records, category_records = add_strangers(case, images, categories, annotations, detections)
    if case.chance(0.5):
        case.shuffle(annotations)
    truth = {"info": {}, "images": image_records, "annotations": annotations, "categories": category_records}
    if case.chance(CHANCE_OF_FAULT):
        changes = faults(case, truth, detections)
        name = case.one_of(sorted(changes))
        changes[name]()
        case.traits.add(name)
    return *write(case, truth, detections), sorted(case.traits)
