"""Writes the names and shapes that torchvision's rules give to a RetinaNet with 2 classes.

    python3 names.py resnet18 > names_resnet18.txt

From the rules alone, without torchvision: ResNet v1.5 with batch norm, FPN with P6 from C5, heads
without norm.
"""

import sys

BLOCKS = {"resnet18": (2, 2, 2, 2), "resnet50": (3, 4, 6, 3)}
ANCHORS, CLASSES, WIDTH = 9, 2, 256


def batch_norm(name, channels):
    for part in ("weight", "bias", "running_mean", "running_var"):
        yield f"{name}.{part}", (channels,)
    yield f"{name}.num_batches_tracked", ()


def conv(name, out_channels, in_channels, kernel, bias=True):
    yield f"{name}.weight", (out_channels, in_channels, kernel, kernel)
    if bias:
        yield f"{name}.bias", (out_channels,)


def body(network):
    deep = network == "resnet50"
    yield from conv("conv1", 64, 3, 7, bias=False)
    yield from batch_norm("bn1", 64)
    before = 64
    for layer, blocks in enumerate(BLOCKS[network]):
        planes = 64 * 2**layer
        after = planes * 4 if deep else planes
        for block in range(blocks):
            name = f"layer{layer + 1}.{block}"
            if deep:
                convs = ((planes, before, 1), (planes, planes, 3), (after, planes, 1))
            else:
                convs = ((planes, before, 3), (planes, planes, 3))
            for i, (o, c, k) in enumerate(convs, 1):
                yield from conv(f"{name}.conv{i}", o, c, k, bias=False)
                yield from batch_norm(f"{name}.bn{i}", o)
            if block == 0 and before != after:
                yield from conv(f"{name}.downsample.0", after, before, 1, bias=False)
                yield from batch_norm(f"{name}.downsample.1", after)
            before = after


def retinanet(network):
    for name, shape in body(network):
        yield f"backbone.body.{name}", shape
    expansion = 4 if network == "resnet50" else 1
    for i in range(3):
        c = 128 * 2**i * expansion
        yield from conv(f"backbone.fpn.inner_blocks.{i}.0", WIDTH, c, 1)
        yield from conv(f"backbone.fpn.layer_blocks.{i}.0", WIDTH, WIDTH, 3)
    yield from conv("backbone.fpn.extra_blocks.p6", WIDTH, 512 * expansion, 3)
    yield from conv("backbone.fpn.extra_blocks.p7", WIDTH, WIDTH, 3)
    for head, output, values in (("classification", "cls_logits", CLASSES), ("regression", "bbox_reg", 4)):
        for i in range(4):
            yield from conv(f"head.{head}_head.conv.{i}.0", WIDTH, WIDTH, 3)
        yield from conv(f"head.{head}_head.{output}", ANCHORS * values, WIDTH, 3)


for name, shape in sorted(retinanet(sys.argv[1])):
    print(name, "x".join(map(str, shape)) or "scalar")
