# Tests that are no GoogleTest programs. Labels: unit (tree laws too), fuzz, faults, replay, fuzzers; the label
# examples is in examples/CMakeLists.txt.
find_package(Python3 REQUIRED COMPONENTS Interpreter)

# Laws of the source tree.
foreach(law layering length hosts)
  add_test(NAME tree/${law} COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/tree/tree_test.py ${law})
  set_tests_properties(tree/${law} PROPERTIES LABELS "unit;tree")
endforeach()
add_test(NAME tree/one-definition COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/tree/one_definition_test.py)
set_tests_properties(tree/one-definition PROPERTIES LABELS "unit;tree")

# Go modules written by hand: their own tests, and vet.
find_program(FFICHECK_GO go)
file(GLOB modules CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/targets/*/runtime/go.mod)
foreach(module IN LISTS modules)
  get_filename_component(directory ${module} DIRECTORY)
  file(RELATIVE_PATH name ${PROJECT_SOURCE_DIR} ${directory})
  foreach(command test vet)
    add_test(NAME go/${command}/${name} COMMAND ${FFICHECK_GO} ${command} ./... WORKING_DIRECTORY ${directory})
    set_tests_properties(go/${command}/${name} PROPERTIES LABELS "unit;go" TIMEOUT 600)
  endforeach()
endforeach()

if(TARGET fficheck)
  # Exit statuses, messages and files of the program.
  add_test(NAME cli COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/cli/cli_test.py $<TARGET_FILE:fficheck>)
  set_tests_properties(cli PROPERTIES LABELS "unit;cli" TIMEOUT 900)

  # Guests that do not end, do not start, export the wrong things; a clang without wasm32.
  add_test(NAME cli/bad-guest COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/cli/bad_guest_test.py
    $<TARGET_FILE:fficheck>)
  set_tests_properties(cli/bad-guest PROPERTIES LABELS "unit;wasm" TIMEOUT 900)

  # fficheck bench, track and nightly, on builds whose costs are invented.
  add_test(NAME bench/cli COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/bench/bench_cli_test.py
    $<TARGET_FILE:fficheck> $<TARGET_FILE:fake_bench>)
  set_tests_properties(bench/cli PROPERTIES LABELS "unit;cli" TIMEOUT 600)

  # The report as programs read it.
  add_test(NAME report COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/reports/report_test.py $<TARGET_FILE:fficheck>)
  set_tests_properties(report PROPERTIES LABELS "unit;report" TIMEOUT 300)
  # Its page, in a headless Chromium.
  add_test(NAME report/page COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/reports/page/run.sh $<TARGET_FILE:fficheck>
    ${CMAKE_CURRENT_BINARY_DIR}/report_page)
  set_tests_properties(report/page PROPERTIES LABELS "report" TIMEOUT 900 SKIP_RETURN_CODE 77)

  # Guests for the published WASI 0.2 packages are generated and compile.
  add_test(NAME wasm/wasi COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/targets/wasm/wasi_products.sh $<TARGET_FILE:fficheck>
    ${CMAKE_CURRENT_BINARY_DIR}/wasi_products)
  set_tests_properties(wasm/wasi PROPERTIES LABELS "unit;wasm" TIMEOUT 900 SKIP_RETURN_CODE 77)

  # A modest campaign; FFICHECK_SEED and FFICHECK_CASES in the environment steer it.
  add_test(NAME fuzz COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/fuzz.sh $<TARGET_FILE:fficheck>
    ${CMAKE_CURRENT_BINARY_DIR}/fuzz)
  set_tests_properties(fuzz PROPERTIES LABELS fuzz TIMEOUT 3600 RUN_SERIAL ON)

  # Known defects, seeded on purpose, are noticed: a bounded selection; `fficheck faults` runs all.
  add_test(NAME faults COMMAND fficheck faults --seed 1 --only L1/go,L3/go,L15/go,L16/go,S1/go,S9/go,E2/go)
  set_tests_properties(faults PROPERTIES LABELS faults TIMEOUT 1200 RUN_SERIAL ON)

  # One release taken out of emitted post-returns by hand is found within the first batch.
  foreach(target wasm-c wasm-go)
    add_test(NAME faults/post-return-by-hand/${target} COMMAND
      ${CMAKE_CURRENT_SOURCE_DIR}/post_return_by_hand.sh $<TARGET_FILE:fficheck> ${target})
    set_tests_properties(faults/post-return-by-hand/${target} PROPERTIES LABELS faults TIMEOUT 600)
  endforeach()

  # Every saved case is a test of its own.
  file(GLOB cases CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/properties/cases/*.case)
  foreach(case IN LISTS cases)
    get_filename_component(name ${case} NAME_WE)
    add_test(NAME replay/${name} COMMAND fficheck replay ${case})
    set_tests_properties(replay/${name} PROPERTIES LABELS replay TIMEOUT 300)
  endforeach()
endif()

# libFuzzer programs, each with its start corpus; FFICHECK_FUZZER_SECONDS says how long.
if(FFICHECK_FUZZERS)
  file(GLOB fuzzers CONFIGURE_DEPENDS fuzzers/*_fuzzer.cc)
  add_custom_target(fficheck_fuzzers)
  # What generated code consists of, for the fuzzers of the wire across processes.
  set(native ${PROJECT_SOURCE_DIR}/targets/native/runtime)
  set(ipc ${PROJECT_SOURCE_DIR}/targets/ipc/runtime)
  add_library(fficheck_fuzzed STATIC fuzzers/ipc_types.c ${native}/ffi_cbor_read.c ${native}/ffi_cbor_write.c
    ${native}/ffi_runtime_values.c ${native}/ffi_runtime_memory.c ${ipc}/server/ffi_ipc_frame.c
    ${ipc}/cpp/ffi_ipc_codec.cc)
  target_include_directories(fficheck_fuzzed PRIVATE ${PROJECT_SOURCE_DIR})
  target_compile_definitions(fficheck_fuzzed PRIVATE FFI_RUNTIME_CHECKED=1)
  target_compile_options(fficheck_fuzzed PRIVATE -fsanitize=fuzzer-no-link,address,undefined
    -fno-sanitize-recover=all -fno-omit-frame-pointer)
  foreach(source IN LISTS fuzzers)
    get_filename_component(name ${source} NAME_WE)
    add_executable(${name} ${source})
    target_link_libraries(${name} PRIVATE fficheck_core fficheck_fuzzed)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer,undefined)
    add_dependencies(fficheck_fuzzers ${name})
    add_test(NAME ${name} COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/fuzzers/run.sh $<TARGET_FILE:${name}>
      ${CMAKE_CURRENT_SOURCE_DIR}/fuzzers/corpus/${name} ${CMAKE_CURRENT_BINARY_DIR}/corpus/${name})
    set_tests_properties(${name} PROPERTIES LABELS fuzzers TIMEOUT 7200)
  endforeach()
endif()
