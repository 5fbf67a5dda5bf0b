// The canonical reference: Flat Lifting, Flat Lowering, Lifting and Lowering Values.
#include "harness/core/reference_canonical_context.h"

namespace fficheck::reference_detail {

using Form = Despecialized::Form;

namespace {

std::uint64_t wrap_i64_to_i32(std::uint64_t i) { return i % 4294967296; }

ReferenceCore next(std::deque<ReferenceCore>& flat) {
  const ReferenceCore first = flat.front();
  flat.pop_front();
  return first;
}

Despecialized record_of(std::span<const TypeId> ts) {
  Despecialized record;
  record.form = Form::Record;
  record.fields.assign(ts.begin(), ts.end());
  return record;
}

}  // namespace

CanonicalContext::Flat CanonicalContext::lower_flat_variant(const Choice& v,
                                                            const Despecialized& t) {
  const std::vector<CoreType> want = types_.flatten(t);
  Flat out{{CoreType::I32, v.index}};
  if (t.cases[v.index]) {
    for (const ReferenceCore& have : lower_flat(*v.payload, *t.cases[v.index])) {
      // Every pair that the text names keeps the bits: a float is reinterpreted, an i32 is extended
      // with zeros.
      out.push_back({want.at(out.size()), have.bits});
    }
  }
  while (out.size() < want.size()) out.push_back({want[out.size()], 0});
  return out;
}

CanonicalContext::Flat CanonicalContext::lower_flat(const Value& v, TypeId id) {
  const Despecialized t = types_.despecialize(id);
  switch (t.form) {
    case Form::Primitive: {
      const CoreType core = types_.flatten(t)[0];
      const bool wide = core == CoreType::I64 || core == CoreType::F64;
      return {{core, primitive_to_int(t.primitive, v, wide ? 8 : 4)}};
    }
    case Form::String:
    case Form::List: {
      const Range range = t.form == Form::String ? store_string(v.as<std::string>())
                                                 : store_list(v.as<Sequence>(), t.fields[0]);
      return {{CoreType::I32, range.first}, {CoreType::I32, range.second}};
    }
    case Form::Record: {
      Flat out;
      const Sequence& parts = v.as<Sequence>();
      for (std::size_t i = 0; i < parts.size(); ++i)
        for (const ReferenceCore& core : lower_flat(parts[i], t.fields[i])) out.push_back(core);
      return out;
    }
    case Form::Variant: return lower_flat_variant(v.as<Choice>(), t);
    case Form::Flags: return {{CoreType::I32, v.as<Bits>().words.at(0)}};
    case Form::Own:
    case Form::Borrow: return {{CoreType::I32, lower_handle(t, v)}};
  }
  return {};
}

Value CanonicalContext::lift_flat_variant(Flat& flat, const Despecialized& t) {
  const std::vector<CoreType> have = types_.flatten(t);
  Flat mine;
  for (std::size_t i = 0; i < have.size(); ++i) mine.push_back(next(flat));
  const std::uint64_t index = wrap_i64_to_i32(next(mine).bits);
  trap_if(index >= t.cases.size(), "no such case");
  const auto chosen = static_cast<std::uint32_t>(index);
  if (!t.cases[index]) return Value::choice(chosen);
  // What follows the payload's own values is dropped with `mine`.
  const std::vector<CoreType> want = types_.flatten(*t.cases[index]);
  for (std::size_t i = 0; i < want.size(); ++i) {
    const bool narrow = want[i] == CoreType::I32 || want[i] == CoreType::F32;
    mine[i] = {want[i], narrow ? wrap_i64_to_i32(mine[i].bits) : mine[i].bits};
  }
  return Value::choice(chosen, lift_flat(mine, *t.cases[index]));
}

Value CanonicalContext::lift_flat(Flat& flat, TypeId id) {
  const Despecialized t = types_.despecialize(id);
  switch (t.form) {
    case Form::Primitive: return load_primitive(t.primitive, next(flat).bits);
    case Form::String:
    case Form::List: {
      const std::uint64_t ptr = next(flat).bits;
      const std::uint64_t length = next(flat).bits;
      return t.form == Form::String ? load_string(ptr, length)
                                    : load_list(ptr, length, t.fields[0]);
    }
    case Form::Record: {
      Sequence out;
      for (const TypeId field : t.fields) out.push_back(lift_flat(flat, field));
      return Value::sequence(std::move(out));
    }
    case Form::Variant: return lift_flat_variant(flat, t);
    case Form::Flags: return unpack_flags(next(flat).bits, t.labels);
    case Form::Own:
    case Form::Borrow: return lift_handle(t, next(flat).bits);
  }
  return {};
}

CanonicalContext::Flat CanonicalContext::lower_values(std::span<const TypeId> ts,
                                                      std::span<const Value> vs,
                                                      std::size_t max_flat,
                                                      std::optional<std::uint32_t> out) {
  const Despecialized tuple = record_of(ts);
  Flat flat;
  if (types_.flatten(tuple).size() <= max_flat) {
    for (std::size_t i = 0; i < vs.size(); ++i)
      for (const ReferenceCore& core : lower_flat(vs[i], ts[i])) flat.push_back(core);
    return flat;
  }
  std::uint64_t ptr = 0;
  if (out) {
    ptr = *out;
  } else {
    ptr = allocate(types_.alignment(tuple), types_.elem_size(tuple));
    flat.push_back({CoreType::I32, ptr});
  }
  check_range(ptr, types_.elem_size(tuple), types_.alignment(tuple));
  store_record(vs, tuple, ptr);
  return flat;
}

std::vector<Value> CanonicalContext::lift_values(std::span<const TypeId> ts, Flat flat,
                                                 std::size_t max_flat) {
  const Despecialized tuple = record_of(ts);
  std::vector<Value> out;
  if (types_.flatten(tuple).size() <= max_flat) {
    for (const TypeId t : ts) out.push_back(lift_flat(flat, t));
    return out;
  }
  const std::uint64_t ptr = next(flat).bits;
  check_range(ptr, types_.elem_size(tuple), types_.alignment(tuple));
  return load_record(ptr, tuple);
}

}  // namespace fficheck::reference_detail

namespace fficheck {

using reference_detail::CanonicalContext;

Result<std::vector<ReferenceCore>> CanonicalReference::lower(
    std::span<const TypeId> types, std::span<const Value> values, std::size_t max_flat,
    ReferenceGuest& guest, std::optional<std::uint32_t> out) const {
  try {
    CanonicalContext cx(schema_, encoding_, guest);
    const CanonicalContext::Flat flat = cx.lower_values(types, values, max_flat, out);
    return std::vector<ReferenceCore>(flat.begin(), flat.end());
  } catch (const reference_detail::CanonicalTrap& trap) {
    return input_error(trap.reason);
  }
}

Result<std::vector<Value>> CanonicalReference::lift(std::span<const TypeId> types,
                                                    std::span<const ReferenceCore> flat,
                                                    std::size_t max_flat,
                                                    ReferenceGuest& guest) const {
  try {
    CanonicalContext cx(schema_, encoding_, guest);
    return cx.lift_values(types, {flat.begin(), flat.end()}, max_flat);
  } catch (const reference_detail::CanonicalTrap& trap) {
    return input_error(trap.reason);
  }
}

}  // namespace fficheck
