#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "harness/core/action_text.h"
#include "harness/core/rewrite.h"
#include "harness/core/shrink.h"
#include "harness/core/shrink_cost.h"

namespace fficheck {
namespace {

constexpr std::size_t kPieces = 32;  // of one size that are taken away in turn

/// Kinds that a scalar may turn into, plainest first.
constexpr std::array kPlainKinds = {Kind::Bool, Kind::U8,  Kind::S8,  Kind::U16, Kind::S16,
                                    Kind::U32,  Kind::S32, Kind::U64, Kind::S64, Kind::F32};

using Queue = std::vector<Edit>;

/// Masks over n of which one piece is false (`drop`), or one piece alone true; big pieces first.
std::vector<std::vector<bool>> masks(std::size_t n) {
  std::vector<std::vector<bool>> out;
  if (n < 2) return out;
  for (std::size_t size = (n + 1) / 2;; size = (size + 1) / 2) {
    std::size_t pieces = 0;
    for (std::size_t begin = 0; begin < n; begin += size, ++pieces) {
      // Of many small pieces the first ones, and the last.
      if (pieces >= kPieces && begin + size < n) continue;
      std::vector<bool> drop(n, true);
      for (std::size_t i = begin; i < std::min(begin + size, n); ++i) drop[i] = false;
      std::vector<bool> alone = drop;
      alone.flip();
      if (n > 2) out.push_back(std::move(alone));
      out.push_back(std::move(drop));
    }
    if (size == 1) return out;
  }
}

/// Which cases of variants and enums, and which flags, the values of a script use.
class Used {
 public:
  explicit Used(const Case& c) : schema_(c.schema), parts_(c.schema.types().size()) {
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      parts_[i].resize(schema_.type(static_cast<TypeId>(i)).parts.size());
    }
    for (const Step& step : c.steps) {
      const Function* f = schema_.find(step.function);
      if (f == nullptr) continue;
      for (std::size_t i = 0; i < std::min(step.args.size(), f->params.size()); ++i) {
        walk(f->params[i].type, step.args[i]);
      }
    }
  }
  [[nodiscard]] const std::vector<bool>& parts(TypeId id) const { return parts_[id]; }

 private:
  void walk(TypeId id, const Value& value) {
    const Type& type = schema_.type(id);
    if (value.is<Sequence>()) {
      const auto& items = value.as<Sequence>();
      for (std::size_t i = 0; i < items.size(); ++i) {
        walk(*type.parts[type.kind == Kind::List ? 0 : i].type, items[i]);
      }
    } else if (value.is<Choice>()) {
      const auto& choice = value.as<Choice>();
      const std::size_t part = type.kind == Kind::Option ? 0 : choice.index;
      parts_[id][part] = true;
      if (choice.payload) walk(*type.parts[part].type, *choice.payload);
    } else if (value.is<Bits>()) {
      for (std::size_t i = 0; i < type.parts.size(); ++i) {
        if ((value.as<Bits>().words[i / 64] >> (i % 64)) & 1) parts_[id][i] = true;
      }
    }
  }

  const Schema& schema_;
  std::vector<std::vector<bool>> parts_;
};

/// Short names, one letter while they last: a, b, ... z, a1, b1, ...
std::string letter(std::size_t position) {
  std::string out(1, static_cast<char>('a' + position % 26));
  if (position >= 26) out += std::to_string(position / 26);
  return out;
}

/// "consume", "produce", "echo" or "f", as the role demands.
std::string plain_function_name(const Schema& schema, std::size_t index) {
  const Function& f = schema.functions()[index];
  std::string name = "f";
  if (f.name == "create") return f.name;
  switch (schema.role(f)) {
    case Role::Consume: name = "consume"; break;
    case Role::Produce: name = "produce"; break;
    case Role::Echo: name = "echo"; break;
    case Role::Call: break;
  }
  // Several of one role: numbered.
  std::size_t before = 0;
  for (std::size_t i = 0; i < index; ++i) {
    if (schema.role(schema.functions()[i]) == schema.role(f)) ++before;
  }
  return before == 0 ? name : name + std::to_string(before);
}

class Edits {
 public:
  explicit Edits(const Case& c) : case_(c), schema_(c.schema), used_(c) {}

  std::vector<Edit> all() {
    drop_functions();
    std::vector<Queue> queues;
    for (std::size_t i = 0; i < schema_.functions().size(); ++i) queues.push_back(of_function(i));
    std::vector<std::pair<std::size_t, TypeId>> by_size;
    for (TypeId id = 0; id < schema_.types().size(); ++id) {
      by_size.emplace_back(type_weight(schema_, id), id);
    }
    std::ranges::sort(by_size, std::greater<>());
    for (const auto& [size, id] : by_size) queues.push_back(of_type(id));
    queues.push_back(names());
    interleave(queues);
    return std::move(edits_);
  }

 private:
  void interleave(const std::vector<Queue>& queues) {
    for (std::size_t turn = 0;; ++turn) {
      bool any = false;
      for (const Queue& queue : queues) {
        if (turn >= queue.size()) continue;
        any = true;
        edits_.push_back(queue[turn]);
      }
      if (!any) return;
    }
  }

  void keep_functions(std::vector<bool> keep) {
    Edit edit;
    edit.keep_functions = std::move(keep);
    edits_.push_back(std::move(edit));
  }

  void drop_functions() {
    std::vector<bool> used(schema_.functions().size());
    for (const Step& step : case_.steps) {
      const Function* f = schema_.find(step.function);
      if (f != nullptr) used[static_cast<std::size_t>(f - schema_.functions().data())] = true;
    }
    const bool any = std::ranges::find(used, true) != used.end();
    if (any) keep_functions(used);
    for (std::vector<bool>& mask : masks(used.size())) {
      // Where steps name functions, those that none names go; else whichever.
      for (std::size_t i = 0; any && i < mask.size(); ++i) mask[i] = mask[i] || used[i];
      keep_functions(std::move(mask));
    }
    const std::size_t imports = schema_.imports().size();
    if (imports > 0) {
      Edit edit;
      edit.keep_imports.assign(imports, false);
      edits_.push_back(edit);
    }
    for (std::vector<bool>& mask : masks(imports)) {
      Edit edit;
      edit.keep_imports = std::move(mask);
      edits_.push_back(std::move(edit));
    }
  }

  Queue of_function(std::size_t index) const {
    Queue queue;
    const Function& f = schema_.functions()[index];
    const auto owner = static_cast<std::uint32_t>(index);
    const Role role = schema_.role(f);
    Edit edit;
    edit.function = index;
    if (role == Role::Call && f.result) {
      edit.drop_result = true;
      queue.push_back(edit);
      edit.drop_result = false;
    }
    if (role == Role::Consume || role == Role::Call) {
      const std::size_t n = f.params.size();
      if (n == 1 || role == Role::Call) {
        edit.keep_params.assign(n, false);
        if (n > 0) queue.push_back(edit);
      }
      for (std::vector<bool>& mask : masks(n)) {
        edit.keep_params = std::move(mask);
        queue.push_back(edit);
      }
    }
    if (role != Role::Produce) {
      for (std::size_t i = 0; i < f.params.size(); ++i) {
        const auto at = static_cast<std::uint32_t>(i);
        at_place({Place::What::ParamOf, owner, at}, f.params[i].type, queue);
      }
    }
    if (f.result && (role == Role::Produce || role == Role::Call)) {
      at_place({Place::What::ResultOf, owner, 0}, *f.result, queue);
    }
    return queue;
  }

  /// A simpler type at one place.
  void at_place(const Place& place, TypeId id, Queue& queue) const {
    TypeEdit edit;
    edit.place = place;
    simpler(edit, id, queue);
  }

  /// The type's parts in its stead, and plain scalars; `edit` says where.
  void simpler(TypeEdit edit, TypeId id, Queue& queue) const {
    const Type& type = schema_.type(id);
    const auto push = [&] {
      Edit whole;
      whole.type_edit = edit;
      queue.push_back(std::move(whole));
    };
    std::set<TypeId> seen;
    edit.op = TypeEdit::Op::ToPart;
    // Parts that values hold come first.
    for (const bool wanted : {true, false}) {
      for (std::size_t i = 0; i < type.parts.size() && seen.size() < 2 * kPieces; ++i) {
        const std::optional<TypeId> part = type.parts[i].type;
        const bool choice = class_of(type.kind) == KindClass::Choice;
        const bool held = !choice || used_.parts(id)[i];
        if (!part || held != wanted || (choice && !seen.insert(*part).second)) continue;
        edit.part = i;
        if (i >= 2 * kPieces) break;
        push();
      }
    }
    edit.op = TypeEdit::Op::ToScalar;
    for (const Kind kind : kPlainKinds) {
      if (kind == type.kind) break;
      // For what is no number, one bit and one byte say enough.
      if (bits_of(type.kind) == 0 && kind != Kind::Bool && kind != Kind::U8) break;
      edit.kind = kind;
      push();
    }
  }

  Queue of_type(TypeId id) const {
    Queue queue;
    const Type& type = schema_.type(id);
    const std::size_t n = type.parts.size();
    TypeEdit edit;
    edit.type = id;
    const auto push = [&](const TypeEdit& e) {
      Edit whole;
      whole.type_edit = e;
      queue.push_back(std::move(whole));
    };
    Queue plainer;
    simpler(edit, id, plainer);
    Queue fewer;
    const bool may_drop = is_named(type.kind) || type.kind == Kind::Tuple;
    if (may_drop) {
      edit.op = TypeEdit::Op::KeepParts;
      const auto keep = [&](std::vector<bool> mask) {
        edit.keep = std::move(mask);
        Edit whole;
        whole.type_edit = edit;
        fewer.push_back(std::move(whole));
      };
      const bool cases = class_of(type.kind) != KindClass::Sequence;
      const std::vector<bool>& used = used_.parts(id);
      if (cases && std::ranges::find(used, true) != used.end()) keep(used);
      if (type.kind == Kind::Record && n > 0) keep(std::vector<bool>(n, false));
      for (std::vector<bool>& mask : masks(n)) keep(std::move(mask));
    }
    for (std::size_t i = 0; i < std::max(plainer.size(), fewer.size()); ++i) {
      if (i < fewer.size()) queue.push_back(std::move(fewer[i]));
      if (i < plainer.size()) queue.push_back(std::move(plainer[i]));
    }
    for (std::size_t i = 0; i < n; ++i) {
      if (!type.parts[i].type) continue;
      const Place place{Place::What::PartOf, id, static_cast<std::uint32_t>(i)};
      if (type.kind == Kind::Variant || type.kind == Kind::Result) {
        TypeEdit bare;
        bare.op = TypeEdit::Op::NoPayload;
        bare.place = place;
        push(bare);
      }
      at_place(place, *type.parts[i].type, queue);
    }
    return queue;
  }

  /// Short names in place of long ones: all at once, then one scope after the other.
  Queue names() const {
    const Edit::Rename to_letter = [](const std::string&, std::size_t i) { return letter(i); };
    const Edit::Rename to_type = [](const std::string&, std::size_t i) {
      return "t" + std::to_string(i);
    };
    const Edit::Rename to_function = [&schema = schema_](const std::string&, std::size_t i) {
      return plain_function_name(schema, i);
    };
    Edit every;
    every.rename_types = to_type;
    every.rename_functions = to_function;
    every.rename_params = every.rename_parts = to_letter;
    Queue queue{every};
    for (int one = 0; one < 4; ++one) {
      Edit edit;
      if (one == 0) edit.rename_functions = to_function;
      if (one == 1) edit.rename_types = to_type;
      if (one == 2) edit.rename_params = to_letter;
      if (one == 3) edit.rename_parts = to_letter;
      queue.push_back(std::move(edit));
    }
    // Names one by one, for failures that lie in one name.
    std::set<std::string> long_names;
    const auto note = [&](const std::string& name) {
      if (name.size() > 2 && long_names.size() < kPieces) long_names.insert(name);
    };
    for (const Type& type : schema_.types()) {
      note(type.name);
      for (const Part& part : type.parts) note(part.name);
    }
    for (const Function& f : schema_.functions()) {
      for (const Param& param : f.params) note(param.name);
    }
    for (const std::string& name : long_names) {
      const auto only = [name](const Edit::Rename& rename) -> Edit::Rename {
        return [name, rename](const std::string& old, std::size_t i) {
          return old == name ? rename(old, i) : old;
        };
      };
      Edit edit;
      edit.rename_types = only(to_type);
      edit.rename_params = edit.rename_parts = only(to_letter);
      queue.push_back(std::move(edit));
    }
    return queue;
  }

  const Case& case_;
  const Schema& schema_;
  Used used_;
  std::vector<Edit> edits_;
};

/// Tells candidates apart: equal texts mean equal cases.
std::string fingerprint(const Case& c) {
  std::string out;
  const auto number = [&out](std::uint64_t x) { out += std::to_string(x) + ","; };
  for (const Type& type : c.schema.types()) {
    number(static_cast<std::uint64_t>(type.kind));
    out += type.name + "{";
    for (const Part& part : type.parts) {
      out += part.name + ":";
      number(part.type ? *part.type + 1 : 0);
    }
  }
  for (const Function& f : c.schema.functions()) {
    out += f.name + "(";
    for (const Param& param : f.params) {
      out += param.name + ":";
      number(param.type);
    }
    number(f.result ? *f.result + 1 : 0);
  }
  number(c.schema.imports().size());
  for (const Step& step : c.steps) {
    out += step.kind == Step::Kind::Act ? print_action(step) : step.function;
    for (const Value& arg : step.args) number(value_weight(arg));
  }
  return out;
}

}  // namespace

std::vector<Case> shrink_schema(const Case& c, std::size_t limit) {
  const std::uint64_t weight = case_weight(c);
  limit = affordable(limit, c);
  std::vector<Case> out;
  std::unordered_set<std::string> seen;
  for (const Edit& edit : Edits(c).all()) {
    if (out.size() >= limit) break;
    std::optional<Case> smaller = rewrite(c, edit);
    if (!smaller || case_weight(*smaller) >= weight) continue;
    if (smaller->schema.functions().empty() && !c.schema.functions().empty()) continue;
    if (smaller->steps.empty() && !c.steps.empty()) continue;
    if (seen.insert(fingerprint(*smaller)).second) out.push_back(std::move(*smaller));
  }
  return out;
}

}  // namespace fficheck
