#include <bit>
#include <charconv>

#include "model/pickle_machine.h"

namespace rn {

bool PickleMachine::constant(unsigned char op) {
  switch (op) {
    case 0x80:  // PROTO
      if (unsigned_number(1) > 5) damaged("its protocol is newer than 5");
      return true;
    case 0x95:  // FRAME
      unsigned_number(8);
      return true;
    case '(':  // MARK
      marks_.push_back(stack_.size());
      return true;
    case '0':  // POP
      if (!marks_.empty() && marks_.back() == stack_.size()) {
        marks_.pop_back();
      } else {
        pop();
      }
      return true;
    case '1':  // POP_MARK
      pop_to_mark();
      return true;
    case '2': {  // DUP
      Value* value = pop();
      stack_.insert(stack_.end(), 2, value);
      return true;
    }
    case 'N':  // NONE
      push(Kind::kNone);
      return true;
    case 0x88:  // NEWTRUE
    case 0x89:  // NEWFALSE
      push(Kind::kBool).integer = op == 0x88 ? 1 : 0;
      return true;
    default:
      return false;
  }
}

bool PickleMachine::number(unsigned char op) {
  switch (op) {
    case 'I': {  // INT; I00 and I01 are false and true
      const std::string_view digits = line();
      push(digits == "00" || digits == "01" ? Kind::kBool : Kind::kInteger).integer =
          decimal(digits);
      return true;
    }
    case 'L': {  // LONG
      std::string_view digits = line();
      if (digits.ends_with('L')) digits.remove_suffix(1);
      push(Kind::kInteger).integer = decimal(digits);
      return true;
    }
    case 'J':  // BININT
      push(Kind::kInteger).integer = static_cast<int32_t>(unsigned_number(4));
      return true;
    case 'K':  // BININT1
      push(Kind::kInteger).integer = static_cast<int64_t>(unsigned_number(1));
      return true;
    case 'M':  // BININT2
      push(Kind::kInteger).integer = static_cast<int64_t>(unsigned_number(2));
      return true;
    case 0x8a:  // LONG1
      push_long(take(unsigned_number(1)));
      return true;
    case 0x8b:  // LONG4
      push_long(take(unsigned_number(4)));
      return true;
    case 'F': {  // FLOAT
      const std::string_view digits = line();
      double& real = push(Kind::kReal).real;
      const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), real);
      if (error != std::errc() || end != digits.data() + digits.size()) damaged("a bad number");
      return true;
    }
    case 'G': {  // BINFLOAT, big-endian
      uint64_t bits = 0;
      for (const char byte : take(8)) bits = bits << 8 | static_cast<unsigned char>(byte);
      push(Kind::kReal).real = std::bit_cast<double>(bits);
      return true;
    }
    default:
      return false;
  }
}

bool PickleMachine::text(unsigned char op) {
  switch (op) {
    case 'S':  // STRING
      push_quoted(line());
      return true;
    case 'T':  // BINSTRING
      push_text(Kind::kText, take(unsigned_number(4)));
      return true;
    case 'U':   // SHORT_BINSTRING
    case 0x8c:  // SHORT_BINUNICODE
      push_text(Kind::kText, take(unsigned_number(1)));
      return true;
    case 'V':  // UNICODE, with \u escapes that no name of a weight has
      push_text(Kind::kText, line());
      return true;
    case 'X':  // BINUNICODE
      push_text(Kind::kText, take(unsigned_number(4)));
      return true;
    case 0x8d:  // BINUNICODE8
      push_text(Kind::kText, take(unsigned_number(8)));
      return true;
    case 'C':  // SHORT_BINBYTES
      push_text(Kind::kBytes, take(unsigned_number(1)));
      return true;
    case 'B':  // BINBYTES
      push_text(Kind::kBytes, take(unsigned_number(4)));
      return true;
    case 0x8e:  // BINBYTES8
    case 0x96:  // BYTEARRAY8
      push_text(Kind::kBytes, take(unsigned_number(8)));
      return true;
    default:
      return false;
  }
}

bool PickleMachine::container(unsigned char op) {
  switch (op) {
    case ']':  // EMPTY_LIST
      push(Kind::kList);
      return true;
    case ')':  // EMPTY_TUPLE
      push(Kind::kTuple);
      return true;
    case '}':  // EMPTY_DICT
      push(Kind::kDict);
      return true;
    case 0x8f:  // EMPTY_SET
      push(Kind::kSet);
      return true;
    case 'l':  // LIST
      push_sequence(Kind::kList, pop_to_mark());
      return true;
    case 't':  // TUPLE
      push_sequence(Kind::kTuple, pop_to_mark());
      return true;
    case 0x91:  // FROZENSET
      push_sequence(Kind::kSet, pop_to_mark());
      return true;
    case 'd':  // DICT
      push_dict(pop_to_mark());
      return true;
    case 0x85:    // TUPLE1
    case 0x86:    // TUPLE2
    case 0x87: {  // TUPLE3
      std::vector<Value*> items(op - 0x84U);
      for (auto item = items.rbegin(); item != items.rend(); ++item) *item = pop();
      push_sequence(Kind::kTuple, std::move(items));
      return true;
    }
    default:
      return false;
  }
}

bool PickleMachine::fill(unsigned char op) {
  switch (op) {
    case 'a': {  // APPEND
      Value* item = pop();
      top(Kind::kList, Kind::kCall).items.push_back(item);
      return true;
    }
    case 'e':     // APPENDS
    case 0x90: {  // ADDITEMS
      const std::vector<Value*> items = pop_to_mark();
      Value& target = top(op == 'e' ? Kind::kList : Kind::kSet, Kind::kCall);
      target.items.insert(target.items.end(), items.begin(), items.end());
      return true;
    }
    case 's': {  // SETITEM
      Value* value = pop();
      Value* key = pop();
      add_entries(top(Kind::kDict, Kind::kCall), {key, value});
      return true;
    }
    case 'u': {  // SETITEMS
      const std::vector<Value*> items = pop_to_mark();
      add_entries(top(Kind::kDict, Kind::kCall), items);
      return true;
    }
    default:
      return false;
  }
}

bool PickleMachine::memo(unsigned char op) {
  switch (op) {
    case 'g':  // GET
      recall(static_cast<uint64_t>(decimal(line())));
      return true;
    case 'h':  // BINGET
      recall(unsigned_number(1));
      return true;
    case 'j':  // LONG_BINGET
      recall(unsigned_number(4));
      return true;
    case 'p':  // PUT
      remember(static_cast<uint64_t>(decimal(line())));
      return true;
    case 'q':  // BINPUT
      remember(unsigned_number(1));
      return true;
    case 'r':  // LONG_BINPUT
      remember(unsigned_number(4));
      return true;
    case 0x94:  // MEMOIZE
      remember(memo_.size());
      return true;
    default:
      return false;
  }
}

bool PickleMachine::object(unsigned char op) {
  switch (op) {
    case 'c': {  // GLOBAL
      const std::string_view module = line();
      push_global(module, line());
      return true;
    }
    case 0x93: {  // STACK_GLOBAL
      const Value* name = pop();
      const Value* module = pop();
      if (name->kind != Kind::kText || module->kind != Kind::kText) damaged("a global has no name");
      push_global(module->text, name->text);
      return true;
    }
    case 'R':     // REDUCE
    case 0x81: {  // NEWOBJ
      const Value* arguments = pop();
      push_call(pop(), arguments);
      return true;
    }
    case 0x92: {  // NEWOBJ_EX
      pop();      // keyword arguments: nothing that is known here has any
      const Value* arguments = pop();
      push_call(pop(), arguments);
      return true;
    }
    case 'b': {  // BUILD
      const Value* state = pop();
      top(Kind::kCall, Kind::kGlobal).state = state;
      return true;
    }
    case 'P':  // PERSID
      push_text(Kind::kText, line());
      push_sequence(Kind::kPersistent, {pop()});
      return true;
    case 'Q':  // BINPERSID
      push_sequence(Kind::kPersistent, {pop()});
      return true;
    default:
      return false;  // OBJ, INST, EXT and buffers outside the file stand in no weight file
  }
}

}  // namespace rn
