#include "model/zip_archive.h"

#include <zip.h>

#include "core/error.h"

namespace rn {

struct ZipArchive::Impl {
  zip_t* archive = nullptr;
  ~Impl() {
    if (archive != nullptr) zip_discard(archive);
  }
};

ZipArchive::ZipArchive(std::string_view bytes, std::string source)
    : impl_(std::make_unique<Impl>()), source_(std::move(source)), size_(bytes.size()) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* buffer = zip_source_buffer_create(bytes.data(), bytes.size(), /*freep=*/0, &error);
  if (buffer != nullptr) {
    impl_->archive = zip_open_from_source(buffer, ZIP_RDONLY, &error);
    if (impl_->archive == nullptr) zip_source_free(buffer);
  }
  const std::string reason = zip_error_strerror(&error);
  zip_error_fini(&error);
  if (impl_->archive == nullptr) {
    fail("{}: is no whole zip archive ({}); copy or download it again", source_, reason);
  }
  const zip_int64_t count = zip_get_num_entries(impl_->archive, 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    const char* name = zip_get_name(impl_->archive, static_cast<zip_uint64_t>(i), ZIP_FL_ENC_RAW);
    names_.emplace_back(name == nullptr ? "" : name);
  }
}

ZipArchive::~ZipArchive() = default;

std::string ZipArchive::read(const std::string& name) const {
  zip_stat_t stat;
  zip_stat_init(&stat);
  if (zip_stat(impl_->archive, name.c_str(), ZIP_FL_ENC_RAW, &stat) != 0) {
    fail("{}: the archive has no entry {}; the file is damaged, or no file of weights", source_,
         name);
  }
  const zip_uint64_t needed = ZIP_STAT_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_INDEX;
  if ((stat.valid & needed) != needed || stat.comp_method != ZIP_CM_STORE || stat.size > size_) {
    fail("{}: entry {} isn't stored as PyTorch stores it; the file is damaged", source_, name);
  }
  std::string content(stat.size, '\0');
  zip_file_t* file = zip_fopen_index(impl_->archive, stat.index, 0);
  const zip_int64_t got = file == nullptr ? -1 : zip_fread(file, content.data(), content.size());
  // Reading up to the end checks the CRC.
  char beyond = 0;
  const bool whole =
      got == static_cast<zip_int64_t>(content.size()) && zip_fread(file, &beyond, 1) == 0;
  if (file != nullptr) zip_fclose(file);
  if (!whole) fail("{}: entry {} is damaged; copy or download the file again", source_, name);
  return content;
}

}  // namespace rn
