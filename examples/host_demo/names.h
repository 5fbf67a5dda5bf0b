// The original's names of three functions, which fficheck would give the library's prefix. To be
// included first wherever generated code is compiled.
#ifndef HOST_DEMO_NAMES_H
#define HOST_DEMO_NAMES_H

#define host_demo_create demo_create
#define host_demo_destroy demo_destroy
#define host_demo_use_token use_token

#endif
