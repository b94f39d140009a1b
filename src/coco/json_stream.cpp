#include "coco/json_stream.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include "coco/json_source.h"
#include "coco/json_text.h"

namespace rn {
namespace {

namespace ondemand = simdjson::ondemand;

constexpr std::string_view kSpace = " \t\r\n";

std::string_view without_trailing_space(std::string_view token) {
  const size_t last = token.find_last_not_of(kSpace);
  return token.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

/// A value as an error shows it: scalars word for word, the rest by its kind.
std::string shown(std::string_view token) {
  token = without_trailing_space(token);
  if (token.starts_with('{')) return "an object";
  if (token.starts_with('[')) return "a list";
  return std::string(token.substr(0, 60));
}

/// simdjson decides what is a number. But to "0." and 20 digits or more, version 3.0 gives a wrong
/// value, so the standard library reads what is long.
bool read_double(JsonStream::Value value, double& number) {
  const std::string_view token = without_trailing_space(value.raw_json_token());
  if (value.get_double().get(number) != simdjson::SUCCESS) return false;
  constexpr size_t kLong = 19;
  double read = 0;
  if (token.size() > kLong &&
      std::from_chars(token.data(), token.data() + token.size(), read).ec == std::errc()) {
    number = read;
  }
  return true;
}

/// True for a number that is larger than any double.
bool is_beyond_double(std::string_view token) {
  double number = 0;
  const auto [stop, error] = std::from_chars(token.data(), token.data() + token.size(), number);
  return error == std::errc::result_out_of_range && stop == token.data() + token.size();
}

}  // namespace

bool JsonStream::is_null(Value value) {
  return without_trailing_space(value.raw_json_token()) == "null";
}

JsonStream::JsonStream(const std::filesystem::path& path, std::string_view expected)
    : path_(path.string()) {
  JsonSource source = read_json_source(path);
  text_ = std::move(source.text);
  dropped_ = source.dropped;
  open_document(expected);
}

void JsonStream::open_document(std::string_view expected) {
  if (static_cast<int64_t>(text_.size()) > kLongestJson) {
    fail(
        "{}: has more than 4 GiB, which can't be read this way: split it, or write it to a file "
        "as Python's json module does",
        path_);
  }
  const size_t bom = text_.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  const size_t first = text_.find_first_not_of(kSpace, bom);
  if (first == std::string::npos) fail("{}: is empty, expected {}", path_, expected);
  const char open = text_[first];
  if (open != '{' && open != '[') {
    fail("{}: is not JSON (it begins with {:?}), expected {}", path_,
         std::string_view(text_).substr(first, 20), expected);
  }
  // A text that ends otherwise is refused here, because simdjson's word for it depends on its
  // version.
  if (text_[text_.find_last_not_of(kSpace)] != (open == '{' ? '}' : ']')) {
    refuse_document(text_.data() + first, expected);
  }
  text_.reserve(text_.size() + simdjson::SIMDJSON_PADDING);
  const simdjson::padded_string_view view(text_.data() + bom, text_.size() - bom,
                                          text_.capacity() - bom);
  try {
    document_ = parser_.iterate(view);
  } catch (const simdjson::simdjson_error& error) {
    if (error.error() == simdjson::UTF8_ERROR) refuse_character();
    refuse_document(text_.data() + first, expected);
    fail("{}: can't be read: {}", path_, error.what());  // JSON, but there is no memory
  }
}

/// Throws Error for what is wrong with the document as JSON, if anything is.
void JsonStream::refuse_document(const char* root, std::string_view expected) {
  const char* end = text_.data() + text_.size();
  const JsonSkip document = json_value_end(root, end);
  if (document.complete) return check_nothing_follows(document.at);
  if (document.at != end) not_json_at(document.at);
  fail("{}: is cut short: its {} bytes end inside of the {}; fetch or write it again, expected {}",
       path_, dropped_ + static_cast<int64_t>(text_.size()), *root == '{' ? "object" : "list",
       expected);
}

void JsonStream::refuse_character() {
  const char* broken = first_broken_character(text_);
  stand_at(broken);
  fail_here("0x{:02X} is no character in UTF-8; convert the file, as iconv -t UTF-8 does",
            static_cast<unsigned char>(*broken));
}

void JsonStream::expect_root(char open, std::string_view expected) const {
  const char found = text_[text_.find_first_of("{[")];
  if (found == open) return;
  fail("{}: holds {}, expected {}; were two files swapped?", path_,
       found == '{' ? "an object" : "a list", expected);
}

void JsonStream::read_root_object(const Field& on_field) {
  try {
    read_object(document_.get_object(), on_field);
    check_nothing_follows();
  } catch (const simdjson::simdjson_error& error) {
    not_json(error);
  }
}

void JsonStream::read_root_records(const std::function<void()>& on_record, const Field& on_field,
                                   const std::function<void()>& on_end) {
  try {
    list_ = "record";
    read_array(document_.get_array(), on_record, on_field, on_end);
    check_nothing_follows();
  } catch (const simdjson::simdjson_error& error) {
    not_json(error);
  }
}

void JsonStream::read_records(std::string_view list, Value value,
                              const std::function<void()>& on_record, const Field& on_field,
                              const std::function<void()>& on_end) {
  if (!value.raw_json_token().starts_with('[')) wrong_type(list, value, "a list of objects");
  list_ = list;
  read_array(value.get_array(), on_record, on_field, on_end);
}

void JsonStream::skip(Value value) {
  const char* begin = value.raw_json_token().data();
  const JsonSkip skipped = json_value_end(begin, text_.data() + text_.size());
  const char* next = skipped.at;
  while (skipped.complete && is_json_space(*next)) ++next;
  if (!skipped.complete || (*next != ',' && *next != '}')) not_json_at(next);
}

void JsonStream::read_array(ondemand::array array, const std::function<void()>& on_record,
                            const Field& on_field, const std::function<void()>& on_end) {
  record_ = 0;
  for (auto item : array) {
    Value value = item.value();
    record_id_.reset();
    const std::string_view token = value.raw_json_token();
    stand_at(token.data());
    if (!token.starts_with('{')) fail_here("is {}, expected an object", shown(token));
    on_record();
    read_object(value.get_object(), on_field);
    stand_at(token.data());
    on_end();
    ++record_;
  }
  record_ = -1;
  record_id_.reset();
}

void JsonStream::read_object(ondemand::object object, const Field& on_field) {
  for (auto field : object) {
    const std::string_view key = field.unescaped_key();
    on_field(key, field.value());
  }
}

void JsonStream::check_nothing_follows() {
  const char* rest = nullptr;
  if (document_.current_location().get(rest) == simdjson::OUT_OF_BOUNDS) return;
  if (rest != nullptr) check_nothing_follows(rest);
}

void JsonStream::check_nothing_follows(const char* rest) {
  const char* end = text_.data() + text_.size();
  while (rest < end && is_json_space(*rest)) ++rest;
  if (rest == end) return;
  stand_at(rest);
  fail_here("the text goes on with {:?} behind the end of the JSON value; remove that",
            text_from(rest));
}

double JsonStream::number(std::string_view key, Value value) {
  const std::string_view token = without_trailing_space(value.raw_json_token());
  if (token == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (token == "Infinity") return std::numeric_limits<double>::infinity();
  if (token == "-Infinity") return -std::numeric_limits<double>::infinity();
  double number = 0;
  if (!read_double(value, number)) {
    if (is_beyond_double(token)) out_of_range(key, value, "a number from -1.8e308 to 1.8e308");
    wrong_type(key, value, "a number");
  }
  return number;
}

int64_t JsonStream::whole_number(std::string_view key, Value value) {
  int64_t whole = 0;
  if (value.get_int64().get(whole) == simdjson::SUCCESS) return whole;
  double number = 0;
  constexpr double kLimit = 0x1p63;
  const bool is_read = read_double(value, number);
  const bool is_whole = is_read && std::trunc(number) == number;
  if (is_whole && number >= -kLimit && number < kLimit) return static_cast<int64_t>(number);
  if (is_whole || (!is_read && is_beyond_double(without_trailing_space(value.raw_json_token())))) {
    out_of_range(key, value, "a whole number of 64 bits");
  }
  wrong_type(key, value, "a whole number");
}

bool JsonStream::flag(std::string_view key, Value value) {
  bool truth = false;
  if (value.get_bool().get(truth) == simdjson::SUCCESS) return truth;
  double number = 0;
  if (value.get_double().get(number) == simdjson::SUCCESS) return number != 0;
  wrong_type(key, value, "0, 1, true or false");
}

std::string JsonStream::text(std::string_view key, Value value) {
  if (!value.raw_json_token().starts_with('"')) wrong_type(key, value, "a text");
  const std::string_view text = value.get_string();
  return std::string(text);
}

int64_t JsonStream::list(std::string_view key, Value value,
                         const std::function<void(int64_t index, Value item)>& on_item) {
  if (!value.raw_json_token().starts_with('[')) wrong_type(key, value, "a list");
  int64_t count = 0;
  for (auto item : value.get_array()) on_item(count++, item.value());
  return count;
}

void JsonStream::wrong_type(std::string_view key, Value value, std::string_view expected) {
  const std::string_view token = value.raw_json_token();
  stand_at(token.data());
  fail_here("\"{}\" is {}, expected {}", key, shown(token), expected);
}

void JsonStream::out_of_range(std::string_view key, Value value, std::string_view expected) {
  const std::string_view token = value.raw_json_token();
  stand_at(token.data());
  fail_here("\"{}\" is {}, which is out of range; expected {}", key, shown(token), expected);
}

void JsonStream::not_json(const simdjson::simdjson_error& error) {
  const char* where = nullptr;
  if (document_.current_location().get(where) == simdjson::SUCCESS) stand_at(where);
  fail_here("is not JSON, or is cut short: {}", error.what());
}

void JsonStream::not_json_at(const char* where) {
  stand_at(where);
  fail_here("is not JSON: {:?} can't be there; write the file again, with a JSON library",
            text_from(where));
}

/// What the text goes on with, for an error.
std::string_view JsonStream::text_from(const char* where) const {
  constexpr ptrdiff_t kShown = 20;
  const char* end = text_.data() + text_.size();
  return {where, static_cast<size_t>(std::min(kShown, end - where))};
}

std::string JsonStream::place() const {
  std::string place = path_ + ": ";
  if (record_ >= 0) place += fmt::format("{}[{}] ", list_, record_);
  if (record_id_) place += fmt::format("(id {}) ", *record_id_);
  return place + fmt::format("at byte {}", byte_);
}

}  // namespace rn
