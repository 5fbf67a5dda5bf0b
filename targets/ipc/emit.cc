#include "targets/ipc/emit.h"

#include <map>

namespace fficheck {

std::map<std::string, std::string> ipc_runtime_files();  // embedded: CMakeLists.txt

FileSet emit_ipc_product(const Schema& schema, Abi abi, const LibraryName& name) {
  FileSet files = ipc::emit_server(schema, abi, name);
  files.merge(ipc::emit_go_client(schema, abi, name));
  files.merge(ipc::emit_cpp_client(schema, name));
  return files;
}

FileSet ipc::ipc_files(const std::string& directory) {
  FileSet files;
  for (auto& [name, text] : ipc_runtime_files())
    if (name.starts_with(directory)) files[name.substr(directory.size())] = std::move(text);
  return files;
}

}  // namespace fficheck
