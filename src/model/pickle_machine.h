#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "model/pickle.h"

namespace rn {

/// The stack machine that a pickle is a program for (Python's pickletools.py describes each
/// opcode), without the part that calls anything.
class PickleMachine {
 public:
  PickleMachine(PickleDocument& document, std::string_view bytes, const std::string& source);

  /// Runs up to STOP and sets the document's root and size.
  void run();

 private:
  using Value = PickleValue;
  using Kind = PickleValue::Kind;

  // Each takes the opcodes of one kind. @return false if `op` is none of them
  bool constant(unsigned char op);
  bool number(unsigned char op);
  bool text(unsigned char op);
  bool container(unsigned char op);
  bool fill(unsigned char op);
  bool memo(unsigned char op);
  bool object(unsigned char op);

  [[noreturn]] void damaged(const std::string& what) const;
  std::string_view take(uint64_t count);
  std::string_view line();
  uint64_t unsigned_number(int bytes);
  int64_t decimal(std::string_view digits) const;

  Value& push(Kind kind);
  void push_text(Kind kind, std::string_view text);
  void push_long(std::string_view bytes);
  void push_quoted(std::string_view quoted);
  void push_sequence(Kind kind, std::vector<Value*> items);
  void push_dict(const std::vector<Value*>& items);
  void push_call(Value* callable, const Value* arguments);
  void push_global(std::string_view module, std::string_view name);
  Value* pop();
  Value& top(Kind a, Kind b);
  std::vector<Value*> pop_to_mark();
  void add_entries(Value& target, const std::vector<Value*>& items);
  void remember(uint64_t index);
  void recall(uint64_t index);

  PickleDocument& document_;
  std::string_view bytes_;
  const std::string& source_;
  size_t position_ = 0;
  size_t op_position_ = 0;
  size_t given_entries_ = 0;  ///< of all OrderedDicts that were called with a list
  std::vector<Value*> stack_;
  std::vector<size_t> marks_;
  // Not hashed: a file that chooses indices of one bucket would take time by their square.
  std::map<uint64_t, Value*> memo_;
};

}  // namespace rn
