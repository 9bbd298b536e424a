#include "lathe/formats/pickle.h"

#include <algorithm>
#include <cstring>

#include "lathe/base/errors.h"

namespace lathe {
namespace {

using Kind = PickleValue::Kind;

constexpr uint32_t kMostValues = 2'000'000;  // a state dict of a thousand tensors has twenty thousand
constexpr std::string_view kAdvice =
    "lathe reads state dicts only, because a pickle can run code; in Python: torch.save(model.state_dict(), path)";

/// Callables that stand for a container of Python's own.
struct Container {
  std::string_view name;
  Kind kind;
};
constexpr Container kContainers[] = {{"collections.OrderedDict", Kind::dict}, {"builtins.set", Kind::set},
                                     {"__builtin__.set", Kind::set},          {"builtins.frozenset", Kind::set},
                                     {"__builtin__.frozenset", Kind::set},    {"builtins.bytes", Kind::bytes},
                                     {"__builtin__.bytes", Kind::bytes},      {"builtins.bytearray", Kind::bytes},
                                     {"__builtin__.bytearray", Kind::bytes},  {"_codecs.encode", Kind::bytes}};

enum class Do {
  protocol,
  skip,
  mark,
  drop,
  copy,
  make,
  gather,
  add,
  truth,
  number,
  signed_number,
  long_number,
  real,
  text,
  remember,
  recall,
  name,
  name_from_stack,
  call,
  attributes,
  stop
};

struct Opcode {
  uint8_t code;
  Do does;
  Kind kind = Kind::none;
  uint8_t count = 0;  ///< bytes of the number that follows, or values taken off the stack (kToMark: back to the mark)
};
constexpr uint8_t kToMark = 0xff;

/// The whole language. Left out on purpose: whatever makes objects (0x81, 0x92, 'i', 'o', 0x82 to 0x84), hands in what
/// is not in the file (0x97, 'P'), and the lines of text of protocol 0.
/// Source: Python's Lib/pickletools.py.
constexpr Opcode kOpcodes[] = {
    {0x80, Do::protocol},
    {'.', Do::stop},
    {0x95, Do::skip, Kind::none, 8},  // how long a frame is
    {'(', Do::mark},
    {'0', Do::drop, Kind::none, 1},
    {'1', Do::drop, Kind::none, kToMark},
    {'2', Do::copy},
    {'N', Do::make, Kind::none},
    {']', Do::make, Kind::list},
    {')', Do::make, Kind::tuple},
    {'}', Do::make, Kind::dict},
    {0x8f, Do::make, Kind::set},
    {'l', Do::gather, Kind::list, kToMark},
    {'d', Do::gather, Kind::dict, kToMark},
    {0x91, Do::gather, Kind::set, kToMark},
    {'t', Do::gather, Kind::tuple, kToMark},
    {0x85, Do::gather, Kind::tuple, 1},
    {0x86, Do::gather, Kind::tuple, 2},
    {0x87, Do::gather, Kind::tuple, 3},
    {'Q', Do::gather, Kind::reference, 1},
    {'a', Do::add, Kind::list, 1},
    {'e', Do::add, Kind::list, kToMark},
    {'s', Do::add, Kind::dict, 2},
    {'u', Do::add, Kind::dict, kToMark},
    {0x90, Do::add, Kind::set, kToMark},
    {0x88, Do::truth, Kind::boolean, 1},
    {0x89, Do::truth, Kind::boolean, 0},
    {'K', Do::number, Kind::integer, 1},
    {'M', Do::number, Kind::integer, 2},
    {'J', Do::signed_number, Kind::integer, 4},
    {0x8a, Do::long_number, Kind::integer, 1},
    {0x8b, Do::long_number, Kind::integer, 4},
    {'G', Do::real, Kind::real, 8},
    {'U', Do::text, Kind::text, 1},
    {'T', Do::text, Kind::text, 4},
    {0x8c, Do::text, Kind::text, 1},
    {'X', Do::text, Kind::text, 4},
    {0x8d, Do::text, Kind::text, 8},
    {'C', Do::text, Kind::bytes, 1},
    {'B', Do::text, Kind::bytes, 4},
    {0x8e, Do::text, Kind::bytes, 8},
    {0x96, Do::text, Kind::bytes, 8},
    {'q', Do::remember, Kind::none, 1},
    {'r', Do::remember, Kind::none, 4},
    {0x94, Do::remember, Kind::none, 0},  // under the next number
    {'h', Do::recall, Kind::none, 1},
    {'j', Do::recall, Kind::none, 4},
    {'c', Do::name},
    {0x93, Do::name_from_stack},
    {'R', Do::call},
    {'b', Do::attributes},
};

class Machine {
 public:
  Machine(std::string_view bytes, uint64_t offset, const std::vector<std::string_view>& names)
      : bytes_(bytes), offset_(offset), names_(names) {}

  Pickle run() {
    while (!step()) {
    }
    return std::move(pickle_);
  }

 private:
  bool step();
  void call();
  void push_name(std::string_view module, std::string_view name);
  void push_long(std::string_view digits);

  template <class... Args>
  void need(bool ok, fmt::format_string<Args...> sentence, Args&&... args) const {
    if (!ok) throw Error(fmt::format("byte {}: ", op_) + fmt::format(sentence, std::forward<Args>(args)...));
  }

  std::string_view take(uint64_t size) {
    need(size <= bytes_.size() - next_, "the pickle is cut short ({} bytes are wanted, {} are left)", size,
         bytes_.size() - next_);
    const std::string_view taken = bytes_.substr(next_, size);
    next_ += size;
    return taken;
  }
  uint64_t unsigned_number(uint8_t bytes) {
    uint64_t value = 0;
    std::memcpy(&value, take(bytes).data(), bytes);
    return value;
  }
  std::string_view line() {
    const size_t end = bytes_.find('\n', next_);
    need(end != bytes_.npos, "the pickle is cut short (a name does not end)");
    const std::string_view taken = take(end - next_);
    ++next_;
    return taken;
  }

  uint32_t make(PickleValue value) {
    need(pickle_.values.size() < kMostValues, "the pickle holds more than {} values", kMostValues);
    value.at = op_;
    pickle_.values.push_back(std::move(value));
    return static_cast<uint32_t>(pickle_.values.size() - 1);
  }
  void push(PickleValue value) { stack_.push_back(make(std::move(value))); }

  /// What lies above the last mark is all that may be taken.
  uint32_t peek() const {
    need(stack_.size() > (marks_.empty() ? 0 : marks_.back()), "the pickle takes a value where there is none");
    return stack_.back();
  }
  uint32_t pop() {
    const uint32_t top = peek();
    stack_.pop_back();
    return top;
  }
  std::vector<uint32_t> pop_values(uint8_t count) {
    std::vector<uint32_t> items(count == kToMark ? 0 : count);
    for (size_t i = items.size(); i > 0; --i) items[i - 1] = pop();
    if (count != kToMark) return items;
    need(!marks_.empty(), "the pickle goes back to a mark where there is none");
    const auto begin = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    items.assign(begin, stack_.end());
    stack_.erase(begin, stack_.end());
    marks_.pop_back();
    return items;
  }
  void gather(Kind kind, std::vector<uint32_t> items) {
    need(kind != Kind::dict || items.size() % 2 == 0, "a dict has a key without a value");
    push({kind, 0, 0, {}, std::move(items)});
  }
  void add(Kind kind, const std::vector<uint32_t>& items) {
    PickleValue& value = pickle_.values[peek()];
    need(value.kind == kind, "the pickle adds elements to what does not take them");
    need(kind != Kind::dict || items.size() % 2 == 0, "a dict has a key without a value");
    value.items.insert(value.items.end(), items.begin(), items.end());
  }

  void remember(uint64_t place) {
    need(place < kMostValues, "the pickle remembers a value under number {} (expected below {})", place, kMostValues);
    if (memo_.size() <= place) memo_.resize(place + 1, kNothing);
    memo_[place] = peek();
    remembered_ = std::max(remembered_, place + 1);
  }
  void recall(uint64_t place) {
    need(place < memo_.size() && memo_[place] != kNothing, "the pickle recalls value {}, which it never remembered",
         place);
    stack_.push_back(memo_[place]);
  }

  static constexpr uint32_t kNothing = 0xffffffff;
  std::string_view bytes_;
  uint64_t offset_;
  const std::vector<std::string_view>& names_;
  size_t next_ = 0;
  uint64_t op_ = 0;  ///< the byte of the file at which the opcode stands
  Pickle pickle_;
  std::vector<uint32_t> stack_, memo_;
  std::vector<size_t> marks_;
  uint64_t remembered_ = 0;
};

/// A name that is not on the list is refused here, before anything could be done with it.
void Machine::push_name(std::string_view module, std::string_view name) {
  const std::string whole = fmt::format("{}.{}", module, name);
  for (const Container& known : kContainers)
    if (known.name == whole) return push({Kind::name, 0, 0, known.name});
  for (const std::string_view known : names_)
    if (known == whole) return push({Kind::name, 0, 0, known});
  need(!stack_.empty(), "this is a whole pickled object of class '{}'; {}", shown(whole), kAdvice);
  const PickleValue& below = pickle_[stack_.back()];
  const std::string where = below.kind == Kind::text ? fmt::format("entry '{}'", shown(below.text)) : "an entry";
  need(false, "{} holds '{}' (expected tensors, numbers, text and containers of them); {}", where, shown(whole),
       kAdvice);
}

/// Two's complement of any length; what does not fit in 64 bits is kept as a real, of which no value is kept.
void Machine::push_long(std::string_view digits) {
  const char fill = digits.empty() || (digits.back() & 0x80) == 0 ? '\0' : '\xff';
  std::string eight(digits.substr(0, 8));
  eight.resize(8, fill);
  int64_t whole = 0;
  std::memcpy(&whole, eight.data(), 8);
  const bool fits =
      digits.size() <= 8 || (digits.find_first_not_of(fill, 8) == digits.npos && (whole < 0) == (fill != '\0'));
  if (fits) return push({Kind::integer, 0, whole});
  push({Kind::real});
}

/// Python's containers are made empty or out of one list; any other call is kept as what was asked for.
void Machine::call() {
  const uint32_t arguments = pop();
  const PickleValue& given = pickle_[arguments];
  const PickleValue& callee = pickle_[pop()];
  need(callee.kind == Kind::name, "the pickle calls what is not a function");
  need(given.kind == Kind::tuple, "the pickle calls '{}' without a tuple of arguments", callee.text);
  for (const Container& known : kContainers) {
    if (known.name != callee.text) continue;
    need(known.kind != Kind::dict || given.items.empty(), "the pickle makes an OrderedDict out of arguments");
    // A copy for every call could make a small file large: the set of a list stays that list.
    if (known.kind == Kind::set && !given.items.empty()) return stack_.push_back(given.items[0]);
    return push({known.kind});
  }
  push({Kind::call, 0, 0, callee.text, {arguments}});
}

/// One opcode. @return true at the end
bool Machine::step() {
  op_ = offset_ + next_;
  const auto code = static_cast<uint8_t>(unsigned_number(1));
  const Opcode* op =
      std::find_if(std::begin(kOpcodes), std::end(kOpcodes), [&](const Opcode& each) { return each.code == code; });
  need(op != std::end(kOpcodes), "opcode {:#04x} makes objects or is unknown; {}", code, kAdvice);
  switch (op->does) {
    case Do::protocol: {
      const uint64_t protocol = unsigned_number(1);
      need(protocol >= 2 && protocol <= 5, "the pickle is of protocol {} (expected 2 to 5)", protocol);
      break;
    }
    case Do::skip:
      take(op->count);
      break;
    case Do::mark:
      marks_.push_back(stack_.size());
      break;
    case Do::drop:
      pop_values(op->count);
      break;
    case Do::copy:
      stack_.push_back(peek());
      break;
    case Do::make:
      push({op->kind});
      break;
    case Do::gather:
      gather(op->kind, pop_values(op->count));
      break;
    case Do::add:
      add(op->kind, pop_values(op->count));
      break;
    case Do::truth:
      push({op->kind, 0, op->count});
      break;
    case Do::number:
      push({op->kind, 0, static_cast<int64_t>(unsigned_number(op->count))});
      break;
    case Do::signed_number:
      push({op->kind, 0, static_cast<int32_t>(unsigned_number(op->count))});
      break;
    case Do::long_number:
      push_long(take(unsigned_number(op->count)));
      break;
    case Do::real:
      take(op->count);
      push({op->kind});
      break;
    case Do::text:
      push({op->kind, 0, 0, take(unsigned_number(op->count))});
      break;
    case Do::remember:
      remember(op->count == 0 ? remembered_ : unsigned_number(op->count));
      break;
    case Do::recall:
      recall(unsigned_number(op->count));
      break;
    case Do::name: {
      const std::string_view module = line();
      push_name(module, line());
      break;
    }
    case Do::name_from_stack: {
      const std::vector<uint32_t> words = pop_values(2);
      for (const uint32_t word : words) need(pickle_[word].kind == Kind::text, "the pickle names a class without text");
      push_name(pickle_[words[0]].text, pickle_[words[1]].text);
      break;
    }
    case Do::call:
      call();
      break;
    case Do::attributes:
      // A state dict brings the versions of its layers this way; nothing else has attributes.
      pop();
      need(pickle_[peek()].kind == Kind::dict, "the pickle gives attributes to what is not an OrderedDict");
      break;
    case Do::stop:
      need(marks_.empty() && stack_.size() == 1, "the pickle ends with {} values (expected 1)", stack_.size());
      pickle_.root = stack_.back();
      return true;
  }
  return false;
}

}  // namespace

const PickleValue* Pickle::find(const PickleValue& dict, std::string_view key) const {
  for (size_t i = dict.items.size(); i >= 2; i -= 2)
    if (values[dict.items[i - 2]].kind == Kind::text && values[dict.items[i - 2]].text == key)
      return &values[dict.items[i - 1]];
  return nullptr;
}

Pickle read_pickle(std::string_view bytes, uint64_t offset, const std::vector<std::string_view>& names) {
  return Machine(bytes, offset, names).run();
}

std::string shown(std::string_view text) {
  std::string safe(text.substr(0, 80));
  for (char& letter : safe)
    if (static_cast<unsigned char>(letter) < 0x20 || letter == 0x7f) letter = '?';
  return text.size() > 80 ? safe + "…" : safe;
}

}  // namespace lathe
