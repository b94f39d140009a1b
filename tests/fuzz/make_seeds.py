#!/usr/bin/env python3
"""Writes inputs for fuzzing to begin with, beside tests/model/files. Needs nothing but Python.

    tests/fuzz/make_seeds.py FOLDER      makes FOLDER/torch_file, pickle, safetensors, coco_file, coco_results, voc,
                                         yolo, csv, config and checkpoint

tests/fuzz/corpus is what libFuzzer's -merge=1 kept of these and of what it found.
"""
import collections
import json
import pathlib
import pickle
import struct
import sys
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "parity"))
from coco_cases import make_case

FILES = pathlib.Path(__file__).parent.parent / "model" / "files"
CONFIGS = pathlib.Path(__file__).parent.parent.parent / "configs"


def write(path, data):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def torch_files(folder):
    """PyTorch's zip and legacy formats, numpy's pickles, and a zip that says its byte order."""
    for file in FILES.iterdir():
        write(folder / file.name, file.read_bytes())
    with zipfile.ZipFile(FILES / "plain.pth") as old, zipfile.ZipFile(folder / "order.pth", "w") as new:
        new.writestr("a/data.pkl", old.read("plain/data.pkl"))
        new.writestr("a/byteorder", "little")
        for key in range(14):
            new.writestr(f"a/data/{key}", old.read(f"plain/data/{key}"))


def pickles(folder):
    for name in ("plain", "checkpoint"):
        with zipfile.ZipFile(FILES / f"{name}.pth") as file:
            write(folder / f"{name}.pkl", file.read(f"{name}/data.pkl"))
    for name in ("numpy2.pkl", "numpy4.pkl", "legacy.pth", "python2.pth"):
        write(folder / name, (FILES / name).read_bytes())
    circle = []
    circle.append(circle)
    values = {
        "constants": (None, True, False, 0, -1, 255, 65535, -(2**31), 2**63 - 1, 2**70, 0.5, float("inf")),
        "texts": ["", "a\n\\'\"\t", "\xe9\u20ac", b"", b"\x00\xff", bytearray(b"abc"), "x" * 300],
        "containers": [[], [1], (), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), {}, {1: 2}, {3}, frozenset({4})],
        "calls": [collections.OrderedDict(a=1), collections.Counter("ab"), complex(1, 2), range(3)],
        "circle": circle,
    }
    for protocol in range(6):
        for name, value in values.items():
            write(folder / f"{name}{protocol}.pkl", pickle.dumps(value, protocol=protocol))


def safetensors(folder):
    def file(name, header, data_bytes):
        text = header if isinstance(header, bytes) else json.dumps(header).encode()
        write(folder / f"{name}.safetensors", struct.pack("<Q", len(text)) + text + bytes(range(data_bytes)))

    def entry(dtype, shape, begin, end):
        return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}

    sizes = {"F64": 8, "I64": 8, "F32": 4, "I32": 4, "F16": 2, "BF16": 2, "I16": 2, "I8": 1, "U8": 1, "BOOL": 1}
    header, position = {"__metadata__": {"format": "pt", "\"\u20ac": "a\nb"}}, 0
    for dtype, size in sizes.items():
        header[dtype] = entry(dtype, [2, 1], position, position + 2 * size)
        position += 2 * size
    file("all", header, position)
    file("none", {}, 0)
    file("scalar", {"a": entry("F32", [], 0, 4)}, 4)
    file("empty", {"a": entry("F32", [0, 3], 0, 0), "b": entry("U8", [5], 0, 5)}, 5)
    file("five", {"a.b": entry("F16", [1, 2, 1, 2, 1], 0, 8)}, 8)
    file("large", {"a": entry("I8", [2**62, 4], 0, 0)}, 0)
    file("overlap", {"a": entry("U8", [4], 0, 4), "b": entry("U8", [4], 2, 6)}, 6)
    file("twice", b'{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},'
                  b'"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}', 2)
    file("padded", b'{"__metadata__":{}}     ', 0)


def coco(folder):
    """The small ones of the cases that tests/parity makes, and spellings that it doesn't make."""
    kept = 0
    for index in range(1000):
        truth, results, _ = make_case(index)
        if len(truth) < 1500 and len(results) < 1500:
            write(folder / "coco_file" / f"{index}.json", truth.encode())
            write(folder / "coco_results" / f"{index}.json", results.encode())
            kept += 1
        if kept == 60:
            break
    image, category = '{"id": 1, "file_name": "a\\u00e9\\n.jpg"}', '{"id": 2, "name": "\u20ac"}'
    record = '"id":1,"image_id":1,"category_id":2,"bbox":[0,1.5e1,-0.0,10],"area":1e2,"iscrowd":false'
    for name, text in {
            "polygon": "{%s,\"segmentation\":[[1,2,3,4,5,6]]}" % record, "runs": '{"segmentation":{"counts":"a\\\\"},%s}' % record,
            "nulls": '{%s,"area":null,"extra":{"a":[{}]}}' % record, "nan": '{%s,"area":NaN}' % record}.items():
        text = '{"images": [%s], "annotations": [%s], "categories": [%s]}' % (image, text, category)
        write(folder / "coco_file" / f"{name}.json", b"\xef\xbb\xbf" + text.encode())
        write(folder / "coco_results" / f"{name}.json", ("[{%s,\"score\":Infinity}]\n" % record).encode())


VOC = """<annotation><folder>VOC2007</folder><filename>%s</filename><size><width>%s</width><height>375</height>
<depth>3</depth></size><object><name>chair</name><truncated>0</truncated><difficult>%s</difficult><bndbox><xmin>%s</xmin>
<ymin>211</ymin><xmax>324</xmax><ymax>339.5</ymax></bndbox></object></annotation>"""


def annotations(folder):
    """Of the formats that are converted: whole ones, and each with something odd."""
    for name, values in {"whole": ("000005.jpg", "500", "0", "263"), "difficult": ("a&amp;b.jpg", "0", "1", "0"),
                         "words": ("<![CDATA[a.jpg]]>", "wide", "", "nan"), "entity": ("&lol;", "-5", "x", "1e999")}.items():
        write(folder / "voc" / f"{name}.xml", (VOC % values).encode())
    write(folder / "voc" / "doctype.xml", b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY lol "lol">]>' + (VOC % ("&lol;", "5", "0", "1")).encode())
    write(folder / "voc" / "utf16.xml", (VOC % ("a.jpg", "5", "0", "1")).encode("utf-16"))
    write(folder / "yolo" / "boxes.txt", b"0 0.5 0.5 0.25 0.125\n79 0.1 0.2 1 1\r\n\n")
    write(folder / "yolo" / "outline.txt", b"3 0.1 0.2 0.5 0.1 0.3 0.9\n")
    write(folder / "yolo" / "odd.txt", b"80 0.5 0.5 nan 0.125\n0 1e999 -0 + .5 0.5\n")
    write(folder / "csv" / "rows.csv", b'a.jpg,1,2,3,4,dog\r\n"b, ""c"".jpg",,,,,\n\n x , " y "\n')
    write(folder / "csv" / "lines.csv", b'"a\r\nb",1\n"open\n')
    write(folder / "csv" / "quote.csv", b'a"b,1\n')


def configs(folder):
    """The project's own, alone and with a base and overrides (see ConfigInput), and spellings they don't have."""
    texts = {file.stem: file.read_bytes() for file in [*CONFIGS.glob("*.json"), *CONFIGS.glob("profiles/*.json")]}
    base = b'{"base": "base.json", "name": "derived", "data": {"workers": 0}}\n--- base\n'
    sets = b"".join(b"\n--- set " + text for text in (
        b"train.epochs=30", b"model.profile=detectron2", b"data.train.images=a b", b"model.anchors.sizes=[1,2,3,4,5]",
        b'train.optimizer={"kind": "sgd", "momentum": 0.9}', b"loss.box.kind=ciou", b"data.augment.short_sides=[]",
        b"data.val.images=\xff", b"name=", b"seed=-1"))
    for name, text in texts.items():
        write(folder / f"{name}.json", text)
        write(folder / f"{name}-base.json", base + text + sets)
    for number, override in enumerate(sets.split(b"\n--- set ")[1:]):
        write(folder / f"set{number}.json", b"{}\n--- set " + override)
    for name, text in {
            "comments": b'// a\n{/* b */"seed": 1 /* c */}', "twice": b'{"seed": 1, "seed": 2}', "list": b"[1]",
            "circle": b'{"base": "config.json"}', "huge": b'{"seed": 1e400}', "small": b'{"train": {"ema": {"decay": -0.0}}}',
            "text": b'{"data": {"train": {"images": "\\u00e9\\n\\ud83d\\ude00"}}}', "nothing": b"", "deep": b'{"a":' * 70,
            "whole": b'{"seed": 1e3, "train": {"epochs": 9223372036854775807, "clip_norm": 1e-320}}'}.items():
        write(folder / f"{name}.json", text)


def checkpoints(folder):
    """Of one weight, with any checksum: the target mends it."""
    progress = ('{"iteration":7,"epoch":1,"next_batch":3,"batches_per_epoch":4,"seed":5,"data_checksum":-9,"best_ap":0.5,'
                '"best_epoch":1,"evaluations_without_gain":0,"evaluation_due":false,"loss_scale":65536.0,'
                '"loss_scale_good_steps":0,"loss_normalizer":100.0}')

    def file(name, **changes):
        metadata = {"format": "retinanet-checkpoint-1", "progress": progress, "checksum": "crc32:00000000",
                    "config": '{"name":"a","seed":1,"data":{"workers":2},"train":{"epochs":3}}', **changes}
        header = {"__metadata__": {key: value for key, value in metadata.items() if value is not None}}
        position = 0
        for tensor in ("model/a.weight", "ema/a.weight", "optimizer/a.weight.mean"):
            header[tensor] = {"dtype": "F32", "shape": [2], "data_offsets": [position, position + 8]}
            position += 8
        header["random/cpu"] = {"dtype": "U8", "shape": [16], "data_offsets": [position, position + 16]}
        text = json.dumps(header).encode()
        write(folder / f"{name}.ckpt", struct.pack("<Q", len(text)) + text + bytes(range(position + 16)))

    file("whole")
    file("other_format", format="retinanet-checkpoint-2")
    file("no_progress", progress=None)
    file("progress_list", progress="[]")
    file("progress_cut", progress=progress[:-9])
    file("unknown_key", progress='{"iterations":7}')
    file("negative", progress='{"iteration":-7}')
    file("config_no_json", config="name: a")
    file("config_text", config='"a"')
    file("config_strange", config='{"a/b":{"~1":[1,{"":null}]},"":1e999}')


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[1])
    torch_files(folder / "torch_file")
    pickles(folder / "pickle")
    safetensors(folder / "safetensors")
    coco(folder)
    annotations(folder)
    configs(folder / "config")
    checkpoints(folder / "checkpoint")


main()
