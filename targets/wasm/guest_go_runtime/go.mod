module fficheck.local/batch

go 1.24
