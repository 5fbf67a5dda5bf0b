#include "targets/native/script_library.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "harness/core/utf8.h"

namespace fficheck {

ScriptLibrary::ScriptLibrary(const Schema& schema, Abi abi)
    : schema_(schema),
      lowering_(lower_native(schema, abi)),
      marshal_(schema, lowering_),
      types_(schema, lowering_) {}

Result<std::unique_ptr<ScriptLibrary>> ScriptLibrary::load(const SharedObject& object,
                                                           const Schema& schema, Abi abi,
                                                           const LibraryName& library) {
  std::unique_ptr<ScriptLibrary> out(new ScriptLibrary(schema, abi));
  FFICHECK_CHECK(out->types_.check_layout());
  FFICHECK_CHECK(out->prepare_all(object, library));
  return out;
}

Result<void> ScriptLibrary::prepare(Plan& plan, const SharedObject& object,
                                    const std::string& symbol, ffi_type* result,
                                    const std::vector<ffi_type*>& types) {
  FFICHECK_TRY(void* address, object.symbol(symbol));
  plan.address = reinterpret_cast<void (*)()>(address);
  return plan.call.prepare(result, types);
}

Result<void> ScriptLibrary::prepare_all(const SharedObject& object, const LibraryName& library) {
  const CNames names = resolve_c_names(schema_, lowering_, library);
  for (const CNames::FunctionNames& import : names.imports) import_names_.push_back(import.handler);
  std::vector<ffi_type*> created;
  plans_.resize(schema_.functions().size());
  for (std::uint32_t i = 0; i < plans_.size(); ++i) {
    std::vector<ffi_type*> types(3, &ffi_type_pointer);
    for (const Member& member : lowering_.functions[i].params) types.push_back(types_.of(member));
    if (schema_.functions()[i].name == "create") {
      constructor_ = i;
      created.assign(types.begin() + 3, types.end());
      continue;
    }
    FFICHECK_CHECK(prepare(plans_[i], object, names.functions[i].symbol, &ffi_type_sint, types));
  }
  created.insert(created.end(), 2, &ffi_type_pointer);
  const std::string& p = library.prefix;
  FFICHECK_CHECK(prepare(create_, object, p + "_create", &ffi_type_pointer, created));
  const auto fixed = [&](auto& function, const char* name) -> Result<void> {
    FFICHECK_TRY(void* address, object.symbol(p + name));
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(address);
    return {};
  };
  FFICHECK_CHECK(fixed(destroy_, "_destroy"));
  FFICHECK_CHECK(fixed(listen_, "_add_event_listener"));
  FFICHECK_CHECK(fixed(unlisten_, "_remove_event_listener"));
  FFICHECK_CHECK(fixed(register_, "_register_host_fn"));
  return fixed(complete_, "_host_complete");
}

void* ScriptLibrary::create(const std::vector<Value>& args, void* callback, void* user_data) {
  Arena arena;
  std::vector<void*> values;
  if (constructor_)
    values = marshal_.lower_args(schema_.functions()[*constructor_],
                                 lowering_.functions[*constructor_], args, arena);
  values.push_back(static_cast<void*>(&callback));
  values.push_back(static_cast<void*>(&user_data));
  void* context = nullptr;
  create_.call.call(create_.address, static_cast<void*>(&context), values);
  arena.poison();
  return context;
}

int ScriptLibrary::call(void* context, std::uint32_t function, const std::vector<Value>& args,
                        void* callback, void* user_data) {
  Arena arena;
  std::vector<void*> values{static_cast<void*>(&context), static_cast<void*>(&callback),
                            static_cast<void*>(&user_data)};
  const std::vector<void*> params = marshal_.lower_args(schema_.functions()[function],
                                                        lowering_.functions[function], args, arena);
  values.insert(values.end(), params.begin(), params.end());
  ffi_arg ret = 0;
  plans_[function].call.call(plans_[function].address, &ret, values);
  arena.poison();
  return static_cast<int>(ret);
}

std::uint64_t ScriptLibrary::listen(void* context, std::optional<std::uint32_t> import,
                                    void* callback, void* user_data) {
  return listen_(context, import ? import_names_[*import].c_str() : nullptr, callback, user_data);
}

int ScriptLibrary::register_host(void* context, std::uint32_t import, void* fn, void* user_data) {
  return register_(context, import_names_[import].c_str(), fn, user_data);
}

int ScriptLibrary::answer(void* context, std::uint64_t id, std::uint32_t import,
                          const Ending& ending) {
  if (ending.is_error) {
    std::string text = ending.text;
    const int ret = complete_(context, id, 1, text.data(), text.size());
    std::fill(text.begin(), text.end(), '\xDB');
    return ret;
  }
  const FunctionLayout& layout = lowering_.imports[import];
  // Of a result<T, string> the library gets the T.
  std::optional<Value> ok = ending.value;
  if (layout.error_is_text && ok) {
    const std::shared_ptr<const Value> payload = ok->as<Choice>().payload;
    ok = payload ? std::optional(*payload) : std::nullopt;
  }
  if (layout.form == ResultForm::None || !ok) return complete_(context, id, 0, nullptr, 0);
  if (layout.form == ResultForm::RawText) {
    std::string text = ok->as<std::string>();
    const int ret = complete_(context, id, 0, text.data(), text.size());
    std::fill(text.begin(), text.end(), '\xDB');
    return ret;
  }
  Arena arena;
  const std::size_t size = lowering_.types[*layout.ok].size;
  std::byte* at = arena.allocate(size, 16);
  marshal_.lower(*layout.ok, *ok, at, arena);
  const int ret = complete_(context, id, 0, reinterpret_cast<const char*>(at), size);
  arena.poison();
  return ret;
}

Result<Ending> ScriptLibrary::lift_ending(std::optional<std::uint32_t> function, int ret,
                                          const char* msg, std::size_t len) const {
  Ending out;
  if (ret == 1) {
    out.is_error = true;
    if (msg != nullptr) out.text.assign(msg, len);
    if (!is_utf8(out.text)) return input_error("the error text is not UTF-8");
    return out;
  }
  if (ret != 0) return input_error("the callback's return code is " + std::to_string(ret));
  const FunctionLayout none;
  FFICHECK_TRY(out.value,
               marshal_.lift_result(function ? lowering_.functions[*function] : none, msg, len));
  return out;
}

Result<std::vector<Value>> ScriptLibrary::lift_request(std::uint32_t import, const char* msg,
                                                       std::size_t len) const {
  const Function& f = schema_.imports()[import];
  const FunctionLayout& layout = lowering_.imports[import];
  std::vector<void*> params;
  std::string terminated;
  std::pair<const char*, std::size_t> text;
  if (layout.params.empty()) {
    if (msg != nullptr || len != 0) return input_error("bytes where there are no arguments");
    return std::vector<Value>{};
  }
  if (msg == nullptr) return input_error("no bytes where there are arguments");
  const bool one = f.params.size() == 1;
  if (one && schema_.type(f.params[0].type).kind == Kind::String) {
    // The bytes of the one string.
    terminated.assign(msg, len);
    text = {terminated.c_str(), len};
    params.push_back(static_cast<void*>(&text));
  } else {
    std::uint64_t end = 0;
    std::uint64_t align = 1;
    for (const Member& member : layout.params) {
      end = (end + member.align - 1) / member.align * member.align;
      // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): only read
      params.push_back(const_cast<char*>(msg + end));
      end += member.size;
      align = std::max(align, member.align);
    }
    end = (end + align - 1) / align * align;
    if (len != end)
      return input_error("a request of " + std::to_string(len) + " bytes where its type has " +
                         std::to_string(end));
  }
  return marshal_.lift_args(f, layout, params);
}

}  // namespace fficheck
