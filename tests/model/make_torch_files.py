#!/usr/bin/env python3
"""Writes tests/model/files: what torch_file_test.cpp reads. Needs torch and numpy (Debian: python3-torch).

    tests/model/make_torch_files.py tests/model/files
"""
import collections
import pickle
import sys

import numpy as np
import torch


def tensors():
    base = torch.arange(24, dtype=torch.float32).reshape(4, 6)
    values = collections.OrderedDict()
    values["plain"] = base
    values["transposed"] = base.t()  # strides (1, 6), the storage of "plain"
    values["part"] = base[1:3, 2:4]  # an offset of 8
    values["expanded"] = torch.tensor([7.0]).expand(3)
    values["parameter"] = torch.nn.Parameter(torch.tensor([0.5, -0.5]))
    values["scalar"] = torch.tensor(3)
    values["empty"] = torch.empty(0, 4)
    for name in ("float64", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool"):
        values[name] = torch.tensor([0, 1, 2]).to(getattr(torch, name))
    values._metadata = {"": {"version": 1}}
    return values


class Call:
    def __init__(self, function, *arguments):
        self.function, self.arguments = function, arguments

    def __reduce__(self):
        return self.function, self.arguments


def first_version(path):
    """As PyTorch 0.3 saved under Python 2: an OrderedDict is called with a list of pairs, tensors have no
    requires_grad, and a storage may be a part of another one."""

    class Pickler(pickle._Pickler):
        def persistent_id(self, value):
            return value.id if isinstance(value, Storage) else None

    class Storage:
        def __init__(self, part):
            self.id = ("storage", torch.FloatStorage, "94", "cpu", 24, part)

    def tensor(part, offset, size, stride):
        return Call(torch._utils._rebuild_tensor, Storage(part), offset, size, stride)

    entries = [["whole", tensor(None, 0, (4, 6), (6, 1))], ["part", tensor(("95", 8, 6), 1, (2, 2), (3, 1))]]
    system = {"protocol_version": 1001, "little_endian": True, "type_sizes": {"short": 2, "int": 4, "long": 4}}
    with open(path, "wb") as file:
        for value in (0x1950A86A20F9469CFC6C, 1001, system, Call(collections.OrderedDict, entries), ["94"]):
            Pickler(file, protocol=2).dump(value)
        file.write((24).to_bytes(8, "little") + np.arange(24, dtype=np.float32).tobytes())


def main(folder):
    first_version(f"{folder}/python2.pth")
    state = tensors()
    torch.save(state, f"{folder}/plain.pth")
    torch.save(state, f"{folder}/legacy.pth", _use_new_zipfile_serialization=False)
    parallel = {"module." + name: value for name, value in state.items()}
    optimizer = torch.optim.SGD([state["parameter"]], lr=0.1, momentum=0.9)
    torch.save({"model": parallel, "optimizer": optimizer.state_dict(), "epoch": 3,
                "args": collections.Counter("ab")}, f"{folder}/checkpoint.pth")
    arrays = {
        "c_order": np.arange(6, dtype=np.float32).reshape(2, 3),
        "fortran": np.asfortranarray(np.arange(6, dtype=np.float32).reshape(2, 3)),
        "bytes": np.arange(120, 136, dtype=np.uint8),  # beyond ASCII
        "int64": np.array([-1, 2], dtype=np.int64),
        "half": np.array([0.5], dtype=np.float16),
    }
    for protocol in (2, 4):
        with open(f"{folder}/numpy{protocol}.pkl", "wb") as file:
            pickle.dump({"model": arrays, "__author__": "nobody"}, file, protocol=protocol)


main(sys.argv[1])
