// The shapes library: every function gives its argument back.
#include "shapes_handlers.h"

void shapes_on_create(FFICall *call) { shapes_reply_create(call); }
void shapes_on_destroy(void *state) { (void)state; }
void shapes_on_echo_number(FFICall *call, uint64_t v) { shapes_reply_echo_number(call, v); }
void shapes_on_echo_point(FFICall *call, Point v) { shapes_reply_echo_point(call, v); }
void shapes_on_echo_text(FFICall *call, FFIString v) { shapes_reply_echo_text(call, v); }
void shapes_on_echo_numbers(FFICall *call, ListU64 v) { shapes_reply_echo_numbers(call, v); }
void shapes_on_echo_item(FFICall *call, Item v) { shapes_reply_echo_item(call, v); }
