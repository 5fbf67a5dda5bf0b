// The original's names of its functions, which fficheck would give the library's prefix. To be
// included first wherever generated code is compiled.
#ifndef HOST_DEMO_NAMES_H
#define HOST_DEMO_NAMES_H

#define host_demo_create demo_create
#define host_demo_create_cbor demo_create_cbor
#define host_demo_destroy demo_destroy
#define host_demo_use_token use_token
#define host_demo_use_token_cbor use_token_cbor

#endif
