#include "model/pickle_machine.h"

#include <bit>
#include <charconv>

#include "core/error.h"

namespace rn {
namespace {

/// A real checkpoint with its optimizer has about a hundred thousand.
constexpr size_t kMaxValues = 4'000'000;

/// Each global keeps a copy of its name; those in files of weights have less than 100 bytes.
constexpr size_t kMaxGlobalBytes = 256;

constexpr unsigned char kStop = '.';

}  // namespace

PickleMachine::PickleMachine(PickleDocument& document, std::string_view bytes,
                             const std::string& source)
    : document_(document), bytes_(bytes), source_(source) {}

void PickleMachine::run() {
  while (true) {
    op_position_ = position_;
    const auto op = static_cast<unsigned char>(take(1)[0]);
    if (op == kStop) break;
    if (constant(op) || number(op) || text(op) || container(op) || fill(op) || memo(op) ||
        object(op)) {
      continue;
    }
    damaged(fmt::format("opcode {:#04x} is not known", op));
  }
  document_.root_ = pop();
  document_.size_ = position_;
}

void PickleMachine::damaged(const std::string& what) const {
  fail("{}: pickle, byte {}: {}; the file is damaged, or no file of weights", source_, op_position_,
       what);
}

std::string_view PickleMachine::take(uint64_t count) {
  if (count > bytes_.size() - position_) {
    damaged(fmt::format("{} more bytes expected, found {}", count, bytes_.size() - position_));
  }
  const std::string_view taken = bytes_.substr(position_, count);
  position_ += count;
  return taken;
}

std::string_view PickleMachine::line() {
  const size_t end = bytes_.find('\n', position_);
  if (end == std::string_view::npos) damaged("a line without an end");
  const std::string_view found = bytes_.substr(position_, end - position_);
  position_ = end + 1;
  return found;
}

/// Little-endian.
uint64_t PickleMachine::unsigned_number(int bytes) {
  uint64_t number = 0;
  int shift = 0;
  for (const char byte : take(static_cast<uint64_t>(bytes))) {
    number |= static_cast<uint64_t>(static_cast<unsigned char>(byte)) << shift;
    shift += 8;
  }
  return number;
}

int64_t PickleMachine::decimal(std::string_view digits) const {
  int64_t number = 0;
  const char* end = digits.data() + digits.size();
  const auto [rest, error] = std::from_chars(digits.data(), end, number);
  if (error != std::errc() || rest != end) {
    damaged(fmt::format("\"{}\" is no whole number of 8 bytes", digits.substr(0, 40)));
  }
  return number;
}

PickleValue& PickleMachine::push(Kind kind) {
  if (document_.values_.size() >= kMaxValues) {
    damaged(fmt::format("has more than {} values", kMaxValues));
  }
  Value& value = document_.values_.emplace_back();
  value.kind = kind;
  stack_.push_back(&value);
  return value;
}

void PickleMachine::push_text(Kind kind, std::string_view text) { push(kind).text = text; }

void PickleMachine::push_long(std::string_view bytes) {
  if (bytes.size() > sizeof(int64_t)) {
    push_text(Kind::kLong, bytes);
    return;
  }
  const bool is_negative = !bytes.empty() && static_cast<unsigned char>(bytes.back()) >= 0x80;
  uint64_t number = is_negative ? ~uint64_t{0} : 0;
  for (size_t i = bytes.size(); i-- > 0;) {
    number = number << 8 | static_cast<unsigned char>(bytes[i]);
  }
  push(Kind::kInteger).integer = static_cast<int64_t>(number);
}

/// Python's repr of a byte string: quotes around it, \\, \', \n, \r, \t and \xNN inside.
void PickleMachine::push_quoted(std::string_view quoted) {
  if (quoted.size() < 2 || quoted.front() != quoted.back() ||
      (quoted.front() != '\'' && quoted.front() != '"')) {
    damaged("a text without its quotes");
  }
  quoted = quoted.substr(1, quoted.size() - 2);
  if (quoted.find('\\') == std::string_view::npos) {
    push_text(Kind::kText, quoted);
    return;
  }
  std::string& plain = document_.decoded_.emplace_back();
  for (size_t i = 0; i < quoted.size(); ++i) {
    if (quoted[i] != '\\') {
      plain += quoted[i];
      continue;
    }
    if (++i == quoted.size()) damaged("a text that ends in a backslash");
    if (quoted[i] == 'x' && i + 2 < quoted.size()) {
      unsigned code = 0;
      std::from_chars(quoted.data() + i + 1, quoted.data() + i + 3, code, 16);
      plain += static_cast<char>(code);
      i += 2;
      continue;
    }
    const char escaped = quoted[i];
    plain += escaped == 'n' ? '\n' : escaped == 'r' ? '\r' : escaped == 't' ? '\t' : escaped;
  }
  push_text(Kind::kText, plain);
}

void PickleMachine::push_sequence(Kind kind, std::vector<Value*> items) {
  push(kind).items.assign(items.begin(), items.end());
}

void PickleMachine::push_dict(const std::vector<Value*>& items) {
  add_entries(push(Kind::kDict), items);
}

void PickleMachine::push_call(Value* callable, const Value* arguments) {
  if (arguments->kind != Kind::kTuple) damaged("a call whose arguments are no tuple");
  Value& call = push(Kind::kCall);
  call.items = {callable, arguments};
  // Python 2 gives an OrderedDict its entries as one list of pairs, later versions set them.
  if (!call.is_call_of("collections OrderedDict") || arguments->items.size() != 1) return;
  const auto is_sequence = [](const Value& value) {
    return value.kind == Kind::kList || value.kind == Kind::kTuple;
  };
  const Value& list = *arguments->items[0];
  if (!is_sequence(list)) return;
  // Lists may be named again and again, which would take more memory than the file has bytes.
  given_entries_ += list.items.size();
  if (given_entries_ > bytes_.size()) damaged("its OrderedDicts have more entries than bytes");
  for (const Value* pair : list.items) {
    if (!is_sequence(*pair) || pair->items.size() != 2) {
      damaged("an entry of an OrderedDict that is no pair");
    }
    call.entries.emplace_back(pair->items[0], pair->items[1]);
  }
}

void PickleMachine::push_global(std::string_view module, std::string_view name) {
  if (module.size() + name.size() > kMaxGlobalBytes) {
    damaged(fmt::format("a global with a name of {} bytes", module.size() + name.size()));
  }
  push_text(Kind::kGlobal, document_.decoded_.emplace_back(fmt::format("{} {}", module, name)));
}

PickleValue* PickleMachine::pop() {
  const size_t bottom = marks_.empty() ? 0 : marks_.back();
  if (stack_.size() <= bottom) damaged("takes a value from an empty stack");
  Value* value = stack_.back();
  stack_.pop_back();
  return value;
}

/// The value on top of the stack, which must be of one of these kinds.
PickleValue& PickleMachine::top(Kind a, Kind b) {
  if (stack_.empty()) damaged("takes a value from an empty stack");
  Value& value = *stack_.back();
  if (value.kind != a && value.kind != b) damaged("puts something into what holds nothing");
  return value;
}

std::vector<PickleValue*> PickleMachine::pop_to_mark() {
  if (marks_.empty() || marks_.back() > stack_.size()) damaged("looks for a mark that isn't there");
  const auto first = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
  std::vector<Value*> items(first, stack_.end());
  stack_.erase(first, stack_.end());
  marks_.pop_back();
  return items;
}

void PickleMachine::add_entries(Value& target, const std::vector<Value*>& items) {
  if (items.size() % 2 != 0) damaged("a key without a value");
  for (size_t i = 0; i < items.size(); i += 2) target.entries.emplace_back(items[i], items[i + 1]);
}

void PickleMachine::remember(uint64_t index) {
  if (stack_.empty()) damaged("remembers a value of an empty stack");
  memo_[index] = stack_.back();
  // A value needs one index; more than there may be values are there to take memory.
  if (memo_.size() > kMaxValues) damaged(fmt::format("remembers more than {} values", kMaxValues));
}

void PickleMachine::recall(uint64_t index) {
  const auto found = memo_.find(index);
  if (found == memo_.end()) damaged(fmt::format("recalls value {}, which isn't there", index));
  stack_.push_back(found->second);
}

}  // namespace rn
