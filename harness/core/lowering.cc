#include "harness/core/lowering.h"

#include <algorithm>
#include <limits>

namespace fficheck {
namespace {

constexpr std::uint64_t kPointerSize = 8;  // LP64: pointers, size_t
constexpr std::uint64_t kNimIntSize = 4;   // C int

/// What a function's arguments together, or its result, may take: both live on a stack.
constexpr std::uint64_t kMaxByValue = 1u << 20;
/// Sizes stop growing here, so that sums of two never wrap.
constexpr std::uint64_t kSaturated = std::numeric_limits<std::uint64_t>::max() / 4;

std::uint64_t align_up(std::uint64_t n, std::uint64_t align) {
  return (n + align - 1) / align * align;
}

/// Places the members of a struct one after the other.
class StructBuilder {
 public:
  explicit StructBuilder(TypeLayout& layout) : layout_(layout) { layout_.shape = Shape::Struct; }
  void add(Member member) {
    member.offset = align_up(end_, member.align);
    end_ = std::min(member.offset + member.size, kSaturated);
    layout_.align = std::max(layout_.align, member.align);
    layout_.members.push_back(std::move(member));
  }
  void finish() { layout_.size = align_up(end_, layout_.align); }

 private:
  TypeLayout& layout_;
  std::uint64_t end_ = 0;
};

Member plain(MemberRole role, std::string suffix, std::uint64_t size, std::uint32_t part = 0) {
  return {role, std::move(suffix), part, std::nullopt, 0, size, size};
}

std::uint64_t tag_size(std::size_t cases) {
  if (cases <= 0x100) return 1;
  if (cases <= 0x10000) return 2;
  return 4;
}

TypeLayout scalar(std::uint64_t size) {
  TypeLayout layout;
  layout.size = layout.align = size;
  return layout;
}

class Lowerer {
 public:
  Lowerer(const Schema& schema, Abi abi) : schema_(schema), nim_(abi == Abi::Nim) {
    types_.reserve(schema.types().size());
    for (const Type& type : schema.types()) types_.push_back(lower(type));
  }

  [[nodiscard]] FunctionLayout function(const Function& function) const {
    FunctionLayout layout;
    for (std::uint32_t i = 0; i < function.params.size(); ++i)
      for (Member& member : members_of(function.params[i].type, i, ""))
        layout.params.push_back(std::move(member));
    layout.ok = function.result;
    if (function.result && is_text_error(schema_.type(*function.result))) {
      layout.error_is_text = true;
      layout.ok = schema_.type(*function.result).parts[0].type;
    }
    if (layout.ok)
      layout.form =
          schema_.type(*layout.ok).kind == Kind::String ? ResultForm::RawText : ResultForm::Struct;
    return layout;
  }

  std::vector<TypeLayout> take() && { return std::move(types_); }

 private:
  [[nodiscard]] bool is_text_error(const Type& type) const {
    return type.kind == Kind::Result && type.parts[1].type &&
           schema_.type(*type.parts[1].type).kind == Kind::String;
  }

  /// The members that stand for a part of the type: one, or two for the nim dialect's lists and
  /// options.
  [[nodiscard]] std::vector<Member> members_of(TypeId id, std::uint32_t part,
                                               std::string suffix) const {
    const TypeLayout& layout = types_[id];
    if (layout.shape == Shape::MembersOnly) {
      std::vector<Member> members = layout.members;
      for (Member& member : members) member.part = part;
      return members;
    }
    return {{MemberRole::Value, std::move(suffix), part, id, 0, layout.size, layout.align}};
  }

  void add_parts(StructBuilder& builder, TypeLayout& layout, const Type& type) const {
    for (std::uint32_t i = 0; i < type.parts.size(); ++i) {
      const TypeId id = *type.parts[i].type;
      layout.owns_memory = layout.owns_memory || types_[id].owns_memory;
      std::string name = type.kind == Kind::Tuple ? "f" + std::to_string(i) : "";
      for (Member& member : members_of(id, i, std::move(name))) builder.add(std::move(member));
    }
    if (type.parts.empty()) builder.add(plain(MemberRole::Filler, "unused", 1));
  }

  void add_tag_and_payload(StructBuilder& builder, TypeLayout& layout, const Type& type) const {
    layout.tag_size = type.kind == Kind::Result ? 1 : tag_size(type.parts.size());
    builder.add(plain(MemberRole::Tag, "tag", layout.tag_size));
    Member payload{MemberRole::Payload, "as", 0, std::nullopt, 0, 0, 1};
    bool any = false;
    for (const Part& part : type.parts) {
      layout.cases.push_back({part.type, 0});
      if (!part.type) continue;
      any = true;
      payload.size = std::max(payload.size, types_[*part.type].size);
      payload.align = std::max(payload.align, types_[*part.type].align);
      layout.owns_memory = layout.owns_memory || types_[*part.type].owns_memory;
    }
    if (!any) return;
    payload.size = align_up(payload.size, payload.align);
    builder.add(payload);
    for (TypeLayout::CasePayload& c : layout.cases)
      if (c.type) c.offset = layout.members.back().offset;
  }

  [[nodiscard]] TypeLayout lower_list(const Type& type) const {
    TypeLayout layout;
    layout.owns_memory = true;
    Member pointer = plain(MemberRole::Pointer, nim_ ? "" : "ptr", kPointerSize);
    pointer.type = type.parts[0].type;
    Member length = plain(MemberRole::Length, nim_ ? "_len" : "len", kPointerSize);
    return pair(std::move(layout), std::move(pointer), std::move(length));
  }

  [[nodiscard]] TypeLayout lower_option(const Type& type) const {
    const TypeId some = *type.parts[0].type;
    TypeLayout layout;
    layout.owns_memory = types_[some].owns_memory;
    Member present = nim_ ? plain(MemberRole::Present, "_present", kNimIntSize)
                          : plain(MemberRole::Present, "present", 1);
    Member value{MemberRole::Value, nim_ ? "" : "value", 0, some, 0,
                 types_[some].size, types_[some].align};
    return pair(std::move(layout), std::move(present), std::move(value));
  }

  /// Two members: a struct of its own, or in the nim dialect members of whatever holds them.
  [[nodiscard]] TypeLayout pair(TypeLayout layout, Member first, Member second) const {
    if (nim_) {
      layout.shape = Shape::MembersOnly;
      layout.members = {std::move(first), std::move(second)};
      return layout;
    }
    StructBuilder builder(layout);
    builder.add(std::move(first));
    builder.add(std::move(second));
    builder.finish();
    return layout;
  }

  [[nodiscard]] TypeLayout lower_string() const {
    TypeLayout layout;
    layout.owns_memory = true;
    if (nim_) {
      layout.shape = Shape::NulString;
      layout.size = layout.align = kPointerSize;
      return layout;
    }
    return pair(std::move(layout), plain(MemberRole::Pointer, "ptr", kPointerSize),
                plain(MemberRole::Length, "len", kPointerSize));
  }

  [[nodiscard]] static TypeLayout lower_flags(std::size_t count) {
    if (count > 64) {
      TypeLayout layout;
      StructBuilder builder(layout);
      builder.add({MemberRole::Word, "words", 0, std::nullopt, 0, (count + 63) / 64 * 8, 8});
      builder.finish();
      return layout;
    }
    TypeLayout layout = scalar(count <= 8 ? 1 : count <= 16 ? 2 : count <= 32 ? 4 : 8);
    layout.tag_size = layout.size;
    return layout;
  }

  [[nodiscard]] TypeLayout lower(const Type& type) const {
    switch (type.kind) {
      case Kind::Bool: return scalar(nim_ ? kNimIntSize : 1);
      case Kind::S8:
      case Kind::U8:
      case Kind::S16:
      case Kind::U16:
      case Kind::S32:
      case Kind::U32:
      case Kind::S64:
      case Kind::U64:
      case Kind::F32:
      case Kind::F64: return scalar(bits_of(type.kind) / 8);
      case Kind::Char: return scalar(4);
      case Kind::String: return lower_string();
      case Kind::List: return lower_list(type);
      case Kind::Option: return lower_option(type);
      case Kind::Tuple:
      case Kind::Record: {
        TypeLayout layout;
        StructBuilder builder(layout);
        add_parts(builder, layout, type);
        builder.finish();
        return layout;
      }
      case Kind::Result:
      case Kind::Variant: {
        TypeLayout layout;
        StructBuilder builder(layout);
        add_tag_and_payload(builder, layout, type);
        builder.finish();
        return layout;
      }
      case Kind::Enum: {
        TypeLayout layout = scalar(tag_size(type.parts.size()));
        layout.tag_size = layout.size;
        return layout;
      }
      case Kind::Flags: return lower_flags(type.parts.size());
      case Kind::Own:
      case Kind::Borrow: return scalar(8);
    }
    return {};
  }

  const Schema& schema_;
  bool nim_;
  std::vector<TypeLayout> types_;
};

/// Finds what a dialect cannot carry; each type is visited once.
class SupportCheck {
 public:
  SupportCheck(const Schema& schema, Abi abi)
      : schema_(schema), abi_(abi), seen_(schema.types().size(), false) {}

  std::optional<std::string> function(const Function& f) {
    if (f.kind != FunctionKind::Free) return reason("functions of resources");
    for (const Param& param : f.params)
      if (auto why = type(param.type)) return why;
    return f.result ? result(f) : no_create(f);
  }

 private:
  [[nodiscard]] std::string reason(const std::string& what) const {
    return std::string(abi_name(abi_)) + ": " + what;
  }

  [[nodiscard]] std::optional<std::string> no_create(const Function& f) const {
    if (f.name == "create") return reason("`create` without result<_, string>");
    return std::nullopt;
  }

  std::optional<std::string> result(const Function& f) {
    const Type& whole = schema_.type(*f.result);
    const bool text_error = whole.kind == Kind::Result && whole.parts[1].type &&
                            schema_.type(*whole.parts[1].type).kind == Kind::String;
    const std::optional<TypeId> ok = text_error ? whole.parts[0].type : f.result;
    if (f.name == "create" && (!text_error || ok)) return no_create(f);
    if (!ok) return std::nullopt;
    const Kind kind = schema_.type(*ok).kind;
    if (abi_ == Abi::Nim && (kind == Kind::List || kind == Kind::Option))
      return reason(std::string(keyword(kind)) + " as a result");
    return type(*ok);
  }

  std::optional<std::string> type(TypeId root) {
    std::vector<TypeId> pending{root};  // a stack of our own: hostile schemas nest deeply
    while (!pending.empty()) {
      const TypeId id = pending.back();
      pending.pop_back();
      if (seen_[id]) continue;
      seen_[id] = true;
      const Type& t = schema_.type(id);
      if (auto why = kind(t)) return why;
      for (const Part& part : t.parts)
        if (part.type) pending.push_back(*part.type);
    }
    return std::nullopt;
  }

  [[nodiscard]] std::optional<std::string> kind(const Type& t) const {
    const bool nim = abi_ == Abi::Nim;
    switch (t.kind) {
      case Kind::Bool:
      case Kind::S8:
      case Kind::U8:
      case Kind::S16:
      case Kind::U16:
      case Kind::S32:
      case Kind::U32:
      case Kind::S64:
      case Kind::U64:
      case Kind::F32:
      case Kind::F64:
      case Kind::String: return std::nullopt;
      case Kind::List:
      case Kind::Option: {
        const Kind inner = schema_.type(*t.parts[0].type).kind;
        if (nim && (inner == Kind::List || inner == Kind::Option))
          return reason(std::string(keyword(t.kind)) + " of " + std::string(keyword(inner)));
        return std::nullopt;
      }
      case Kind::Record:
        if (nim && t.parts.empty()) return reason("empty record");
        return std::nullopt;
      case Kind::Char:
      case Kind::Tuple:
      case Kind::Result:
      case Kind::Variant:
      case Kind::Enum:
      case Kind::Flags:
        if (nim) return reason(std::string(keyword(t.kind)));
        return std::nullopt;
      case Kind::Own:
      case Kind::Borrow: return reason(std::string(keyword(t.kind)));
    }
    return std::nullopt;
  }

  const Schema& schema_;
  Abi abi_;
  std::vector<bool> seen_;
};

/// Whether arguments or result are too large to go by value.
std::optional<std::string> too_large(const NativeLowering& lowering, const FunctionLayout& layout) {
  std::uint64_t arguments = 0;
  for (const Member& member : layout.params)
    arguments = std::min(align_up(arguments, member.align) + member.size, kSaturated);
  const std::uint64_t result = layout.ok ? lowering.types[*layout.ok].size : 0;
  if (std::max(arguments, result) <= kMaxByValue) return std::nullopt;
  return std::string(abi_name(lowering.abi)) + ": arguments or result of more than 1 MiB by value";
}

}  // namespace

std::string_view abi_name(Abi abi) {
  switch (abi) {
    case Abi::Native: return "native";
    case Abi::Nim: return "nim";
    case Abi::Canonical: return "canonical";
  }
  return "";
}

std::optional<std::string> unsupported(const Schema& schema, const Function& function, Abi abi) {
  if (abi == Abi::Canonical) return "canonical: not lowered by this table";
  if (auto why = SupportCheck(schema, abi).function(function)) return why;
  Lowerer lowerer(schema, abi);
  const FunctionLayout layout = lowerer.function(function);
  NativeLowering lowering;
  lowering.abi = abi;
  lowering.types = std::move(lowerer).take();
  return too_large(lowering, layout);
}

NativeLowering lower_native(const Schema& schema, Abi abi) {
  Lowerer lowerer(schema, abi);
  NativeLowering lowering;
  lowering.abi = abi;
  for (const Function& f : schema.functions()) lowering.functions.push_back(lowerer.function(f));
  for (const Function& f : schema.imports()) lowering.imports.push_back(lowerer.function(f));
  lowering.types = std::move(lowerer).take();
  return lowering;
}

}  // namespace fficheck
