/* What the laws share. */
#ifndef LAWS_SUPPORT_H
#define LAWS_SUPPORT_H
#include "laws.h"
#include "support.h"

void *create(const char *name);

/* ---- laws_callbacks.c ---- */

void listeners_hear_until_they_are_removed(void);
void a_removed_listener_is_not_in_use(void);
void host_functions_answer_once(void);
void host_answers_are_copied_deeply(void);
void events_of_another_thread_arrive(void);

#endif
