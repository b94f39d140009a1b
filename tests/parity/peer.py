"""Runs torchvision's RetinaNet for the parity tests.

    peer.py INPUT.pth OUTPUT_FOLDER --version v1|v2 --backbone resnet18|resnet50|resnet101 ...

INPUT.pth holds what the C++ side decoded: `image.I` [H, W, 3] uint8, `boxes.I` [M, 4] float32 xyxy,
`labels.I` [M] int64 for I = 0, 1, ...; batches are taken from them in order. The folder gets files of
named tensors: weights.pth (the seeded random weights, as torch.save writes a state_dict),
forward.pth, train_float32.pth and train_float64.pth.
"""
import argparse
import os
from functools import partial

import torch
from torchvision.models import resnet
from torchvision.models.detection.backbone_utils import _resnet_fpn_extractor
from torchvision.models.detection.retinanet import RetinaNet, RetinaNetHead, _default_anchorgen
from torchvision.ops.feature_pyramid_network import LastLevelP6P7
from torchvision.ops.misc import FrozenBatchNorm2d

SEED = 20


def build(version, backbone, classes, min_size, max_size):
    """As torchvision's retinanet_resnet50_fpn and _v2 do it, for any depth."""
    frozen = version == "v1"
    body = getattr(resnet, backbone)(norm_layer=FrozenBatchNorm2d if frozen else torch.nn.BatchNorm2d)
    c5 = body.inplanes
    extra = LastLevelP6P7(256, 256) if frozen else LastLevelP6P7(c5, 256)
    extractor = _resnet_fpn_extractor(body, 3 if frozen else 5, returned_layers=[2, 3, 4], extra_blocks=extra)
    anchors = _default_anchorgen()
    norm = None if frozen else partial(torch.nn.GroupNorm, 32)
    head = RetinaNetHead(256, anchors.num_anchors_per_location()[0], classes, norm_layer=norm)
    head.regression_head._loss_type = "l1" if frozen else "giou"
    return RetinaNet(extractor, classes, anchor_generator=anchors, head=head, min_size=min_size, max_size=max_size)


@torch.no_grad()
def randomise(model, last_norm):
    """Values that show every mistake and keep activations near 1: no tensor is constant, blocks add
    little to their input. last_norm: the name of a block's last norm."""
    generator = torch.Generator().manual_seed(SEED)
    fan_in = lambda t: t[0].numel()
    for name, value in model.state_dict().items():
        if not value.is_floating_point():
            continue
        noise = torch.randn(value.shape, generator=generator)
        if value.dim() == 4:
            value.copy_(noise * (2.0 / fan_in(value)) ** 0.5)
        elif name.endswith("running_var"):
            value.copy_(0.5 + noise.abs())
        elif name.endswith("weight"):  # of a norm
            value.copy_((1.0 + 0.1 * noise) * (0.2 if last_norm in name else 1.0))
        else:
            value.copy_(0.1 * noise)


@torch.no_grad()
def spread_outputs(model, image):
    """Logits of deviation 1.2 around -4 and deltas of deviation 0.2: few scores saturate, boxes stay near
    their anchors."""
    model.eval()
    batch, _ = model.transform([image])
    outputs = model.head(list(model.backbone(batch.tensors).values()))
    model.head.classification_head.cls_logits.weight.mul_(1.2 / outputs["cls_logits"].std())
    model.head.classification_head.cls_logits.bias.fill_(-4.0)
    model.head.regression_head.bbox_reg.weight.mul_(0.2 / outputs["bbox_regression"].std())
    model.head.regression_head.bbox_reg.bias.mul_(0.1)


@torch.no_grad()
def keep_signs_clear(model, last_norm, images):
    """Changes the layers before ReLUs so that on these pictures channel c is about 1.5 if c is even, -1.5 if it
    is odd, give or take 0.3: hardly a sum is so near 0 that rounding decides its sign. With ordinary
    weights one in a million is, and each changes a gradient by about a thousandth."""

    def signs(count):
        return 1.5 - 3.0 * (torch.arange(count) % 2)

    def use_statistics(norm, inputs):
        norm.running_mean.copy_(inputs[0].mean((0, 2, 3)))
        norm.running_var.copy_(inputs[0].var((0, 2, 3)))

    def centre(offset, size):
        def hook(conv, _, output):
            if conv not in done:
                done.add(conv)
                mean, std = output.mean((0, 2, 3)), output.std((0, 2, 3))
                conv.weight.mul_((size / std)[:, None, None, None])
                conv.bias.copy_((conv.bias - mean) * size / std + offset(len(mean)))
            return conv._conv_forward(_[0], conv.weight, conv.bias)

        return hook

    done, hooks = set(), []
    for name, layer in model.named_modules():
        if isinstance(layer, (FrozenBatchNorm2d, torch.nn.BatchNorm2d, torch.nn.GroupNorm)):
            layer.weight.mul_(0.3)
            layer.bias.mul_(0.3).add_(signs(len(layer.bias)) * (0.3 if last_norm in name + "." else 1.0))
            if not isinstance(layer, torch.nn.GroupNorm):
                hooks.append(layer.register_forward_pre_hook(use_statistics))
        elif ".layer_blocks." in name and isinstance(layer, torch.nn.Conv2d):
            hooks.append(layer.register_forward_hook(centre(torch.zeros, 1.0)))
        elif isinstance(layer, torch.nn.Conv2d) and layer.bias is not None and (".conv." in name or "extra" in name):
            hooks.append(layer.register_forward_hook(centre(signs, 0.3)))
    model.eval()
    batch, _ = model.transform(images)
    model.head(list(model.backbone(batch.tensors).values()))
    for hook in hooks:
        hook.remove()


def load_inputs(path):
    file = torch.load(path)
    images, targets = [], []
    while f"image.{len(images)}" in file:
        i = len(images)
        images.append(file[f"image.{i}"].permute(2, 0, 1).to(torch.float32) / 255)
        targets.append({"boxes": file[f"boxes.{i}"], "labels": file[f"labels.{i}"]})
    return images, targets


def to_type(images, targets, dtype):
    return [i.to(dtype) for i in images], [dict(t, boxes=t["boxes"].to(dtype)) for t in targets]


def heads(model, images, targets):
    """What RetinaNet.forward computes on its way: transformed inputs, outputs, anchors."""
    batch, targets = model.transform(images, targets)
    features = list(model.backbone(batch.tensors).values())
    return batch, targets, model.head(features), model.anchor_generator(batch, features)


def matched_idxs(model, targets, anchors):
    from torchvision.ops import box_iou

    return [
        model.proposal_matcher(box_iou(t["boxes"], a))
        if t["boxes"].numel()
        else torch.full((len(a),), -1, dtype=torch.int64)
        for t, a in zip(targets, anchors)
    ]


@torch.no_grad()
def forward(model, images, targets):
    model.eval()
    batch, inputs, outputs, anchors = heads(model, images, targets)
    out = {
        "images": batch.tensors,
        "sizes": torch.tensor(batch.image_sizes),
        "logits": outputs["cls_logits"],
        "deltas": outputs["bbox_regression"],
        "anchors": anchors[0],
    }
    for i, matched in enumerate(matched_idxs(model, inputs, anchors)):
        out[f"boxes_input.{i}"] = inputs[i]["boxes"]
        out[f"matched.{i}"] = matched
    for i, found in enumerate(model([image.clone() for image in images])):
        out.update({f"{key}.{i}": value for key, value in found.items()})
    return out


def inputs_of(model, images, targets, prefix, out):
    batch, targets = model.transform(images, targets)
    out[prefix + "images"] = batch.tensors
    for i, target in enumerate(targets):
        out[f"{prefix}boxes.{i}"] = target["boxes"]
        out[f"{prefix}labels.{i}"] = target["labels"]


def train(model, batches, steps, rate):
    """Losses and gradients of the first batch, then SGD over the batches in turn."""
    out = {}
    model.train()
    for b, (images, targets) in enumerate(batches):
        inputs_of(model, images, targets, f"batch.{b}.", out)
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.SGD(parameters, lr=rate, momentum=0.9, weight_decay=1e-4)
    losses = []
    for step in range(max(1, steps)):
        found = model(*batches[step % len(batches)])
        losses.append(torch.stack([found["classification"], found["bbox_regression"]]).detach())
        optimizer.zero_grad()
        sum(found.values()).backward()
        if step == 0:
            out.update({"gradient/" + n: p.grad.clone() for n, p in model.named_parameters() if p.requires_grad})
        if steps:
            optimizer.step()
    out["losses"] = torch.stack(losses)
    if steps:
        out.update({"final/" + name: value for name, value in model.state_dict().items()})
    return out


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("input")
    parser.add_argument("folder")
    parser.add_argument("--version", choices=["v1", "v2"], required=True)
    parser.add_argument("--backbone", required=True)
    parser.add_argument("--classes", type=int, default=91)
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--min-size", type=int, default=800)
    parser.add_argument("--max-size", type=int, default=1333)
    parser.add_argument("--train", nargs="*", default=[], choices=["float32", "float64"])
    parser.add_argument("--clear-signs", action="store_true")
    parser.add_argument("--steps", type=int, default=0)
    parser.add_argument("--rate", type=float, default=1e-4)
    args = parser.parse_args()

    images, targets = load_inputs(args.input)
    model = build(args.version, args.backbone, args.classes, args.min_size, args.max_size)
    last_norm = ".bn2." if args.backbone in ("resnet18", "resnet34") else ".bn3."
    randomise(model, last_norm)
    if args.clear_signs:
        keep_signs_clear(model, last_norm, images[: args.batch])
    spread_outputs(model, images[0])
    weights = {name: value.clone() for name, value in model.state_dict().items()}
    torch.save(model.state_dict(), os.path.join(args.folder, "weights.pth"))
    if not args.train:
        found = forward(model, images[: args.batch], targets[: args.batch])
        torch.save(found, os.path.join(args.folder, "forward.pth"))
    for name in args.train:
        dtype = getattr(torch, name)
        model.load_state_dict(weights)
        model.to(dtype)
        every = to_type(images, targets, dtype)
        starts = range(0, len(images) - args.batch + 1, args.batch)
        batches = [tuple(part[s : s + args.batch] for part in every) for s in starts]
        found = train(model, batches, args.steps, args.rate)
        torch.save(found, os.path.join(args.folder, f"train_{name}.pth"))


if __name__ == "__main__":
    main()
