#pragma once

#include <string_view>

namespace rn::testing {

// Each gives a parser bytes that may be anything, and touches all that it returns, so that a
// sanitizer sees what reaches beyond its memory. An Error is as good an outcome as a result; every
// other exception leaves these functions and is a fault of the parser. So is an InternalError:
// what a parser promises of its result is checked.

void try_torch_file(std::string_view bytes);
void try_pickle(std::string_view bytes);
void try_safetensors(std::string_view bytes);
/// These two read by the fast and the general reader, which must agree, the fast one also in short
/// stretches on up to three threads; and they evaluate what was read, if it is small.
void try_coco_file(std::string_view bytes);
void try_coco_results(std::string_view bytes);
/// Annotations of other formats. The rows of a CSV file must be the same when they are written and
/// read again.
void try_voc(std::string_view bytes);
void try_yolo(std::string_view bytes);
void try_csv(std::string_view bytes);
/// A config file, its base and overrides; see ConfigInput. What loads must be the same when it is
/// dumped and loaded again.
void try_config(std::string_view bytes);
/// A checkpoint, whose checksum is mended where that is all that is wrong: so what it guards is
/// read.
void try_checkpoint(std::string_view bytes);

}  // namespace rn::testing
