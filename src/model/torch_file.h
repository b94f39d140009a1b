#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "model/weight_file.h"

namespace rn {

/// Reads the tensors of a file that PyTorch or detectron2 wrote, without Python and without running
/// anything of it: `torch.save`'s zip and legacy formats (.pth, .pt), and pickles of numpy arrays
/// (.pkl).
///
/// The weights are the entries of the dict itself or, where it has one, of the dict under "model",
/// "state_dict", "model_state_dict" or "blobs" (in this order); the texts are entries of the dict
/// itself. Entries that are no tensors (an epoch, an
/// optimizer's state) are left out; the prefix "module." (DataParallel) is taken off where every
/// name has it.
/// @return tensors of float64, float32, float16, bfloat16, int64, int32, int16, int8, uint8 or bool
/// @throws Error naming the path and what is wrong: no such format, bytes missing, a tensor that
/// reaches beyond its storage, no tensors at all
WeightFile read_torch_file(const std::filesystem::path& path);

/// The same from memory. @param source names the bytes in errors
WeightFile parse_torch_file(std::string_view bytes, const std::string& source);

}  // namespace rn
