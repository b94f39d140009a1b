#pragma once

#include <simdjson.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.h"

namespace rn {

/// A JSON file that is read from front to back, and the place in it where the reader is, so that
/// each error can say it. Private to this layer: simdjson stays out of the public headers.
///
/// What Python's `json` module writes is read, which is a little more than JSON: NaN, Infinity and
/// -Infinity are numbers, of a key that is there twice the last value counts, also if that is null
/// (the callers assign field by field), and a byte order mark is passed over.
class JsonStream {
 public:
  using Value = simdjson::ondemand::value;
  using Field = std::function<void(std::string_view key, Value value)>;

  /// @param expected what the file should be, for the errors: "a COCO annotation file"
  /// @throws Error naming the path: can't be read, empty, cut short, not JSON
  JsonStream(const std::filesystem::path& path, std::string_view expected);

  /// @param open '{' or '[', @param expected what that is, for the error
  /// @throws Error if the file holds the other one
  void expect_root(char open, std::string_view expected) const;

  /// Calls `on_field` for every key of the top-level object.
  void read_root_object(const Field& on_field);

  /// Calls `on_record` before each record of the top-level list, then `on_field` for its keys,
  /// then `on_end`.
  void read_root_records(const std::function<void()>& on_record, const Field& on_field,
                         const std::function<void()>& on_end);

  /// The same for a list of records under a key of the top-level object.
  void read_records(std::string_view list, Value value, const std::function<void()>& on_record,
                    const Field& on_field, const std::function<void()>& on_end);

  /// A value that is null is as good as absent.
  static bool is_null(Value value);

  /// Each reads a value as its type. @throws Error with the place, what was found and expected
  double number(std::string_view key, Value value);
  int64_t whole_number(std::string_view key, Value value);  ///< 7 and 7.0
  bool flag(std::string_view key, Value value);             ///< true, false, or a number
  std::string text(std::string_view key, Value value);
  /// Calls `on_item` for each item of a list; returns how many there were.
  int64_t list(std::string_view key, Value value,
               const std::function<void(int64_t index, Value item)>& on_item);

  /// Passes over a value of an object. simdjson would only count its brackets; this checks it.
  /// @throws Error with the place where it isn't JSON
  void skip(Value value);

  /// Tells the id of the record that is being read, for its errors.
  void set_record_id(std::optional<int64_t> id) { record_id_ = id; }

  /// Throws Error: path, record, byte and the text.
  template <class... Args>
  [[noreturn]] void fail_here(fmt::format_string<Args...> format, Args&&... args) const {
    fail("{}: {}", place(), fmt::format(format, std::forward<Args>(args)...));
  }

  const std::string& path() const { return path_; }

 private:
  void open_document(std::string_view expected);
  void refuse_document(const char* root, std::string_view expected);
  [[noreturn]] void refuse_character();
  void read_array(simdjson::ondemand::array array, const std::function<void()>& on_record,
                  const Field& on_field, const std::function<void()>& on_end);
  void read_object(simdjson::ondemand::object object, const Field& on_field);
  void check_nothing_follows();
  void check_nothing_follows(const char* rest);
  [[noreturn]] void wrong_type(std::string_view key, Value value, std::string_view expected);
  [[noreturn]] void out_of_range(std::string_view key, Value value, std::string_view expected);
  [[noreturn]] void not_json(const simdjson::simdjson_error& error);
  [[noreturn]] void not_json_at(const char* where);
  std::string_view text_from(const char* where) const;
  std::string place() const;
  void stand_at(const char* position) { byte_ = dropped_ + (position - text_.data()); }

  std::string path_;
  std::string text_;
  int64_t dropped_ = 0;  ///< bytes of space before the text
  simdjson::ondemand::parser parser_;
  simdjson::ondemand::document document_;
  std::string list_;
  int64_t record_ = -1;  ///< index in the list; -1 outside of records
  std::optional<int64_t> record_id_;
  int64_t byte_ = 0;
};

}  // namespace rn
