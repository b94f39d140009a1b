#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rn {

/// A value of a Python pickle. Nothing of it is ever executed: what a pickle would import is a name
/// (kGlobal), what it would call stays the call (kCall).
struct PickleValue {
  enum class Kind {
    kNone,
    kBool,        ///< integer
    kInteger,     ///< integer
    kLong,        ///< text: an integer of more than 8 bytes, little-endian two's complement
    kReal,        ///< real
    kText,        ///< text
    kBytes,       ///< text
    kList,        ///< items
    kTuple,       ///< items
    kSet,         ///< items
    kDict,        ///< entries
    kGlobal,      ///< text: "module name"
    kCall,        ///< items: what is called, then its arguments as one tuple
    kPersistent,  ///< items: the id of something that is stored outside the pickle
  };
  using Entry = std::pair<const PickleValue*, const PickleValue*>;

  Kind kind = Kind::kNone;
  int64_t integer = 0;
  double real = 0.0;
  std::string_view text;
  std::vector<const PickleValue*> items;
  std::vector<Entry> entries;  ///< also of a call: what was set in an OrderedDict
  const PickleValue* state =
      nullptr;  ///< what __setstate__ would be given (a call's or a global's)

  /// The value of a text key, or nullptr.
  const PickleValue* find(std::string_view key) const;

  /// Whether it is a call of this "module name".
  bool is_call_of(std::string_view global) const;
};

/// The values of one pickle. They may contain one another in circles; the document owns them all.
class PickleDocument {
 public:
  /// Reads the pickle that `bytes` begins with, protocols 0 to 5.
  /// @param bytes must live as long as the document
  /// @param source names it in errors
  /// @throws Error naming the place and the reason: bytes missing, an unknown opcode, a stack or
  /// memo that doesn't hold what is asked of it, more than 4 million values
  PickleDocument(std::string_view bytes, const std::string& source);

  const PickleValue& root() const { return *root_; }

  /// All there are, in the order in which the pickle made them.
  const std::deque<PickleValue>& values() const { return values_; }

  /// How many of the bytes the pickle takes.
  size_t size() const { return size_; }

 private:
  friend class PickleMachine;

  std::deque<PickleValue> values_;
  std::deque<std::string> decoded_;  ///< texts that don't stand in the bytes as they are
  const PickleValue* root_ = nullptr;
  size_t size_ = 0;
};

}  // namespace rn
