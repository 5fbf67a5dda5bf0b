#include "harness/core/rewrite.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include "harness/core/completion.h"
#include "harness/core/shrink.h"

namespace fficheck {
namespace {

bool kept(const std::vector<bool>& keep, std::size_t i) { return keep.empty() || keep[i]; }

/// A number close to what the value says, for a kind that it turns into.
double as_number(const Value& value) {
  if (value.is<bool>()) return value.as<bool>() ? 1 : 0;
  if (value.is<std::int64_t>()) return static_cast<double>(value.as<std::int64_t>());
  if (value.is<std::uint64_t>()) return static_cast<double>(value.as<std::uint64_t>());
  if (value.is<float>()) return static_cast<double>(value.as<float>());
  if (value.is<double>()) return value.as<double>();
  if (value.is<char32_t>()) return static_cast<double>(value.as<char32_t>());
  if (value.is<std::string>()) return value.as<std::string>().empty() ? 0 : 1;
  if (value.is<Sequence>()) return value.as<Sequence>().empty() ? 0 : 1;
  if (value.is<Choice>()) return static_cast<double>(value.as<Choice>().index);
  if (value.is<Bits>()) {
    const auto& words = value.as<Bits>().words;
    return std::ranges::any_of(words, [](std::uint64_t w) { return w != 0; }) ? 1 : 0;
  }
  return 0;
}

Value scalar_from(Kind kind, const Value& old) {
  const double number = std::isnan(as_number(old)) ? 1 : as_number(old);
  const unsigned bits = bits_of(kind);
  if (kind == Kind::Bool) return Value::boolean(number != 0);
  if (kind == Kind::F32) return Value::f32(static_cast<float>(number));
  if (kind == Kind::F64) return Value::f64(number);
  if (is_unsigned_integer(kind)) {
    if (old.is<std::uint64_t>() && std::bit_width(old.as<std::uint64_t>()) <= bits) return old;
    const double top = std::ldexp(1.0, static_cast<int>(std::min(bits, 53u))) - 1;
    return Value::natural(static_cast<std::uint64_t>(std::clamp(std::fabs(number), 0.0, top)));
  }
  if (is_signed_integer(kind)) {
    const double top = std::ldexp(1.0, static_cast<int>(std::min(bits, 53u)) - 1) - 1;
    return Value::integer(static_cast<std::int64_t>(std::clamp(number, -top - 1, top)));
  }
  return Value();
}

class Rewriter {
 public:
  Rewriter(const Case& c, const Edit& edit)
      : case_(c),
        old_(c.schema),
        edit_(edit),
        builder_(c.schema.package(), c.schema.interface()),
        new_ids_(c.schema.types().size()) {}

  std::optional<Case> run() {
    for (const Resource& resource : old_.resources()) builder_.resource(resource);
    for (std::size_t i = 0; i < old_.functions().size(); ++i) {
      if (kept(edit_.keep_functions, i)) builder_.function(function(i));
    }
    for (std::size_t i = 0; i < old_.imports().size(); ++i) {
      if (kept(edit_.keep_imports, i)) builder_.import(import(old_.imports()[i]));
    }
    Result<Schema> built = std::move(builder_).build();
    if (!built.ok()) return std::nullopt;
    Case out = case_;
    out.schema = std::move(built).value();
    new_ = &out.schema;
    if (!roles_stay()) return std::nullopt;
    out.steps.clear();
    for (const Step& old_step : case_.steps) {
      std::optional<Step> new_step = step(old_step);
      if (new_step) out.steps.push_back(std::move(*new_step));
    }
    return out;
  }

 private:
  // ---- types ----

  [[nodiscard]] const TypeEdit* edit_at(TypeId id, const Place& place) const {
    const auto& edit = edit_.type_edit;
    if (!edit) return nullptr;
    return (edit->type == id && !edit->place) || edit->place == place ? &*edit : nullptr;
  }

  std::optional<TypeId> type_at(TypeId id, const Place& place) {
    const TypeEdit* edit = edit_at(id, place);
    if (edit == nullptr) return whole(id);
    switch (edit->op) {
      case TypeEdit::Op::KeepParts: return whole(id);
      case TypeEdit::Op::ToPart: {
        const std::optional<TypeId> part = old_.type(id).parts[edit->part].type;
        return part ? std::optional(whole(*part)) : std::nullopt;
      }
      case TypeEdit::Op::ToScalar: return builder_.scalar(edit->kind);
      case TypeEdit::Op::NoPayload: return std::nullopt;
    }
    return std::nullopt;
  }

  [[nodiscard]] const std::vector<bool>& kept_parts(TypeId id) const {
    static const std::vector<bool> all;
    const auto& edit = edit_.type_edit;
    return edit && edit->op == TypeEdit::Op::KeepParts && edit->type == id ? edit->keep : all;
  }

  TypeId whole(TypeId id) {
    if (new_ids_[id]) return *new_ids_[id];
    Type type = old_.type(id);
    std::vector<Part> parts;
    for (std::size_t i = 0; i < type.parts.size(); ++i) {
      if (!kept(kept_parts(id), i)) continue;
      Part part = type.parts[i];
      if (part.type) {
        part.type = type_at(*part.type, {Place::What::PartOf, id, static_cast<std::uint32_t>(i)});
      }
      if (edit_.rename_parts && !part.name.empty()) {
        part.name = edit_.rename_parts(part.name, parts.size());
      }
      parts.push_back(std::move(part));
    }
    type.parts = std::move(parts);
    if (edit_.rename_types && !type.name.empty()) {
      type.name = edit_.rename_types(type.name, named_++);
    }
    new_ids_[id] = builder_.add(std::move(type));
    return *new_ids_[id];
  }

  // ---- functions ----

  [[nodiscard]] bool is_edited(std::size_t f) const { return edit_.function == f; }

  /// A parameter and the result of an echo are one place.
  [[nodiscard]] Place result_place(std::size_t f) const {
    const auto index = static_cast<std::uint32_t>(f);
    if (old_.role(old_.functions()[f]) == Role::Echo) return {Place::What::ParamOf, index, 0};
    return {Place::What::ResultOf, index, 0};
  }

  Function function(std::size_t index) {
    Function f = old_.functions()[index];
    const Role role = old_.role(f);
    std::vector<Param> params;
    for (std::size_t i = 0; i < f.params.size(); ++i) {
      if (is_edited(index) && !kept(edit_.keep_params, i)) continue;
      const TypeId id = f.params[i].type;
      const Place place{Place::What::ParamOf, static_cast<std::uint32_t>(index),
                        static_cast<std::uint32_t>(i)};
      // The seed of a producer stays a u64, and so does a consumer's witness.
      const std::optional<TypeId> type =
          role == Role::Produce ? builder_.scalar(Kind::U64) : type_at(id, place);
      if (!type) continue;
      std::string name = f.params[i].name;
      if (edit_.rename_params) name = edit_.rename_params(name, params.size());
      params.push_back({std::move(name), *type});
    }
    f.params = std::move(params);
    if (f.result && is_edited(index) && edit_.drop_result) {
      f.result.reset();
    } else if (f.result) {
      f.result = role == Role::Consume ? builder_.scalar(Kind::U64)
                                       : type_at(*f.result, result_place(index));
    }
    f.name = new_name(f, index);
    return f;
  }

  [[nodiscard]] std::string new_name(const Function& f, std::size_t index) const {
    if (!edit_.rename_functions || f.kind != FunctionKind::Free) return f.name;
    return edit_.rename_functions(f.name, index);
  }

  Function import(Function f) {
    for (Param& param : f.params) param.type = whole(param.type);
    if (f.result) f.result = whole(*f.result);
    return f;
  }

  /// The new function in the place of the old one.
  [[nodiscard]] const Function* counterpart(std::size_t index) const {
    if (!kept(edit_.keep_functions, index)) return nullptr;
    std::size_t at = 0;
    for (std::size_t i = 0; i < index; ++i) at += kept(edit_.keep_functions, i) ? 1u : 0u;
    return &new_->functions()[at];
  }

  [[nodiscard]] bool roles_stay() const {
    for (std::size_t i = 0; i < old_.functions().size(); ++i) {
      const Function& old = old_.functions()[i];
      const Function* f = counterpart(i);
      if (f == nullptr) continue;
      if (new_->role(*f) != old_.role(old)) return false;
      // The constructor's result says that it is one.
      if (old.name == "create" &&
          (f->name != old.name || f->result.has_value() != old.result.has_value() ||
           (f->result && type_name(*new_, *f->result) != type_name(old_, *old.result)))) {
        return false;
      }
    }
    return true;
  }

  // ---- values ----

  [[nodiscard]] Value value_at(TypeId id, const Place& place, const Value& value,
                               TypeId new_id) const {
    const TypeEdit* edit = edit_at(id, place);
    if (edit == nullptr) return whole_value(id, value);
    switch (edit->op) {
      case TypeEdit::Op::KeepParts:
      case TypeEdit::Op::NoPayload: return whole_value(id, value);
      case TypeEdit::Op::ToScalar: return scalar_from(edit->kind, value);
      case TypeEdit::Op::ToPart: break;
    }
    const Type& type = old_.type(id);
    const Value* part = nullptr;
    if (value.is<Sequence>()) {
      const auto& items = value.as<Sequence>();
      const std::size_t index = type.kind == Kind::List ? 0 : edit->part;
      if (index < items.size()) part = &items[index];
    } else if (value.is<Choice>()) {
      const auto& choice = value.as<Choice>();
      const std::size_t case_index = type.kind == Kind::Option ? 1 : edit->part;
      if (choice.index == case_index) part = choice.payload.get();
    }
    return part != nullptr ? whole_value(*type.parts[edit->part].type, *part)
                           : smallest_value(*new_, new_id);
  }

  [[nodiscard]] Value whole_value(TypeId id, const Value& value) const {
    const Type& type = old_.type(id);
    const Type& now = new_->type(*new_ids_[id]);
    if (value.is<Sequence>()) {
      Sequence out;
      const auto& items = value.as<Sequence>();
      std::size_t at = 0;
      for (std::size_t i = 0; i < items.size(); ++i) {
        const std::size_t part = type.kind == Kind::List ? 0 : i;
        if (type.kind != Kind::List && !kept(kept_parts(id), i)) continue;
        const TypeId new_id = *now.parts[type.kind == Kind::List ? 0 : at++].type;
        out.push_back(value_at(*type.parts[part].type, place_of(id, part), items[i], new_id));
      }
      return Value::sequence(std::move(out));
    }
    if (value.is<Choice>()) return choice(id, type, now, value.as<Choice>());
    if (value.is<Bits>()) {
      std::vector<std::uint64_t> words((now.parts.size() + 63) / 64);
      std::size_t at = 0;
      for (std::size_t i = 0; i < type.parts.size(); ++i) {
        if (!kept(kept_parts(id), i)) continue;
        const std::uint64_t bit = (value.as<Bits>().words[i / 64] >> (i % 64)) & 1;
        words[at / 64] |= bit << (at % 64);
        ++at;
      }
      return Value::bits(std::move(words));
    }
    return value;
  }

  [[nodiscard]] static Place place_of(TypeId owner, std::size_t part) {
    return {Place::What::PartOf, owner, static_cast<std::uint32_t>(part)};
  }

  [[nodiscard]] Value choice(TypeId id, const Type& type, const Type& now,
                             const Choice& old) const {
    const bool option = type.kind == Kind::Option;
    if (option && old.index == 0) return Value::choice(0);
    const std::size_t part = option ? 0 : old.index;
    if (!option && !kept(kept_parts(id), part)) return smallest_value(*new_, *new_ids_[id]);
    std::uint32_t index = old.index;
    for (std::size_t i = 0; !option && i < part; ++i) index -= kept(kept_parts(id), i) ? 0u : 1u;
    const std::optional<TypeId> payload = now.parts[option ? 0 : index].type;
    if (!payload) return Value::choice(index);
    return Value::choice(
        index, value_at(*type.parts[part].type, place_of(id, part), *old.payload, *payload));
  }

  /// A step about a host function or an event that is no more goes.
  [[nodiscard]] std::optional<Step> action(const Step& old_step) const {
    const bool imports = old_step.action.act == Act::Host || old_step.action.act == Act::Listen;
    if (!imports || old_step.function == "*") return old_step;
    const auto& all = new_->imports();
    const bool there = std::any_of(all.begin(), all.end(), [&](const Function& f) {
      return f.name == old_step.function &&
             is_event(*new_, f) == (old_step.action.act == Act::Listen);
    });
    return there ? std::optional(old_step) : std::nullopt;
  }

  std::optional<Step> step(const Step& old_step) const {
    if (old_step.kind == Step::Kind::Cycle) return old_step;
    if (old_step.kind == Step::Kind::Act && old_step.action.act != Act::Start)
      return action(old_step);
    const Function* f = old_.find(old_step.function);
    if (f == nullptr) return std::nullopt;
    const auto index = static_cast<std::size_t>(f - old_.functions().data());
    const Function* now = counterpart(index);
    if (now == nullptr) return std::nullopt;
    Step out = old_step;
    out.function = qualified_name(*new_, *now);
    out.args.clear();
    for (std::size_t i = 0; i < old_step.args.size(); ++i) {
      if (is_edited(index) && !kept(edit_.keep_params, i)) continue;
      if (old_.role(*f) == Role::Produce) {
        out.args.push_back(old_step.args[i]);
        continue;
      }
      const Place place{Place::What::ParamOf, static_cast<std::uint32_t>(index),
                        static_cast<std::uint32_t>(i)};
      const TypeId new_id = now->params[out.args.size()].type;
      out.args.push_back(value_at(f->params[i].type, place, old_step.args[i], new_id));
    }
    return out;
  }

  const Case& case_;
  const Schema& old_;
  const Edit& edit_;
  SchemaBuilder builder_;
  std::vector<std::optional<TypeId>> new_ids_;
  std::size_t named_ = 0;
  const Schema* new_ = nullptr;
};

}  // namespace

std::optional<Case> rewrite(const Case& c, const Edit& edit) {
  std::optional<Case> out = Rewriter(c, edit).run();
  if (!out) return std::nullopt;
  for (const Step& step : out->steps) {
    if (step.kind == Step::Kind::Cycle || step.kind == Step::Kind::Act) continue;
    const Function* f = out->schema.find(step.function);
    if (f == nullptr) return std::nullopt;
    if (step.kind == Step::Kind::Bulk) continue;
    if (step.args.size() != f->params.size()) return std::nullopt;
    for (std::size_t i = 0; i < step.args.size(); ++i) {
      if (!check_fits(out->schema, f->params[i].type, step.args[i]).ok()) return std::nullopt;
    }
  }
  return out;
}

}  // namespace fficheck
