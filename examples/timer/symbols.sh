#!/usr/bin/env bash
# symbols.sh LIBRARY: the library exports exactly the functions of the seed's timer.
set -euo pipefail
diff <(LC_ALL=C sort <<'END'
my_timer_add_event_listener
my_timer_complex
my_timer_complex_cbor
my_timer_create
my_timer_create_cbor
my_timer_destroy
my_timer_echo
my_timer_echo_cbor
my_timer_host_complete
my_timer_register_host_fn
my_timer_remove_event_listener
my_timer_schedule
my_timer_schedule_cbor
my_timer_version
my_timer_version_cbor
END
) <(nm -D --defined-only --format=posix "$1" | cut -d' ' -f1 | LC_ALL=C sort)
echo "exports what the seed's library exports"
