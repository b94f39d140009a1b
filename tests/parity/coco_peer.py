"""Lets pycocotools evaluate random cases for the parity tests.

    coco_peer.py OUTPUT_FOLDER CASES

The folder gets, for case 7: 7.gt.json and 7.dt.json, and for each evaluation of it (7.0: default parameters, 7.1: others)
7.0.precision, 7.0.recall and 7.0.scores, the arrays as doubles under zlib. answers.json holds the rest; its doubles
are hexadecimal.
"""
import contextlib
import io
import json
import pathlib
import random
import sys
import zlib
from importlib.metadata import version

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from coco_cases import make_case

BLOCK = 8192  # of numpy's buffer
OTHERS = ({"useCats": 0}, {"useCats": 0, "maxDets": [1, 5, 100]}, {"maxDets": [1, 10, 300]}, {"maxDets": [100, 1, 10]},
          {"maxDets": [2, 3, 5]}, {"maxDets": [0, 1, 100]}, {"maxDets": [1, 100, 100]}, {"maxDets": [1, 3, 10, 100]},
          {"maxDets": [1, 100]})


def mean_in_blocks(values):
    """numpy.mean as it was before numpy 2.3, which adds all in one pairwise sum."""
    total = 0.0
    for begin in range(0, len(values), BLOCK):
        total += np.add.reduce(values[begin:begin + BLOCK])
    return total / len(values)


if tuple(int(part) for part in np.__version__.split(".")[:2]) >= (2, 3):
    np.mean = mean_in_blocks  # pycocotools calls it for the 12 numbers, with flat arrays only


def mean(values):
    values = values[values > -1]
    return float(np.mean(values)).hex() if values.size else (-1.0).hex()


def per_category(evaluation):
    precision, recall = evaluation.eval["precision"], evaluation.eval["recall"]
    images = len(evaluation.params.imgIds)
    rows = []
    for k, category in enumerate(evaluation.params.catIds):
        # Limits may be there twice, and the evaluator's own summary looks for them by value.
        limits = evaluation.params.maxDets
        m = [i for i, limit in enumerate(limits) if limit == limits[2]]
        p, r = precision[:, :, k][..., m], recall[:, k]
        first = k * len(evaluation.params.areaRng) * images
        judged = [e for e in evaluation.evalImgs[first:first + images] if e is not None]
        row = {"id": int(category), "npos": sum(int((e["gtIgnore"] == 0).sum()) for e in judged)}
        row.update(AP=mean(p[:, :, 0]), AP50=mean(p[0, :, 0]), AP75=mean(p[5, :, 0]), APs=mean(p[:, :, 1]),
                   APm=mean(p[:, :, 2]), APl=mean(p[:, :, 3]))
        for i, name in enumerate(("AR1", "AR10", "AR100")):
            row[name] = mean(r[:, 0][:, [j for j, limit in enumerate(limits) if limit == limits[i]]])
        rows.append(row)
    return rows


def evaluate(paths, options):
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO(paths[0])
        evaluation = COCOeval(truth, truth.loadRes(paths[1]), "bbox")
        for name, value in options.items():
            setattr(evaluation.params, name, value)
        evaluation.evaluate()
        evaluation.accumulate()
    summary = io.StringIO()
    with contextlib.redirect_stdout(summary):
        evaluation.summarize()
    return evaluation, summary.getvalue()


def answer(folder, name, paths, options):
    try:
        evaluation, summary = evaluate(paths, options)
    except Exception as error:  # whatever it raises, the answer is that it raises
        return {"options": options, "error": f"{type(error).__name__}: {error}"[:200]}
    shapes = {}
    for key in ("precision", "recall", "scores"):
        array = np.ascontiguousarray(evaluation.eval[key], dtype="<f8")
        shapes[key] = array.shape
        (folder / f"{name}.{key}").write_bytes(zlib.compress(array.tobytes(), 1))
    return {"options": options, "stats": [float(value).hex() for value in evaluation.stats], "summary": summary,
            "shapes": shapes, "per_category": per_category(evaluation)}


def main():
    folder, count = pathlib.Path(sys.argv[1]), int(sys.argv[2])
    cases = []
    for index in range(count):
        *texts, traits = make_case(index)
        paths = [str(folder / f"{index}.{name}.json") for name in ("gt", "dt")]
        for path, text in zip(paths, texts):
            pathlib.Path(path).write_text(text, encoding="utf-8")
        others = OTHERS[index % len(OTHERS)]
        evaluations = [answer(folder, f"{index}.{i}", paths, options) for i, options in enumerate(({}, others))]
        cases.append({"traits": traits, "evaluations": evaluations})
    versions = f"pycocotools {version('pycocotools')}, numpy {np.__version__}"
    (folder / "answers.json").write_text(json.dumps({"versions": versions, "cases": cases}))


main()
