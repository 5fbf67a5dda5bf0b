#!/usr/bin/env python3
"""seed_client.py PATH: calls a server with a shared context as the seed's client does. It knows the
documented wire (docs/target-ipc.md) and nothing that fficheck generated; every byte is by hand."""
import socket
import struct
import sys

wire = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
wire.settimeout(30)
wire.connect(sys.argv[1])


def exactly(n):
    data = b""
    while len(data) < n:
        part = wire.recv(n - len(data))
        assert part, "the server is gone"
        data += part
    return data


def call(method, payload):
    wire.sendall(struct.pack(">I", len(method)) + method + struct.pack(">I", len(payload)) + payload)
    code, size = struct.unpack(">iI", exactly(8))
    return code, exactly(size)


def text(s):
    assert len(s) < 24
    return bytes([0x60 + len(s)]) + s


assert call(b"version", b"\xa0") == (0, b"nim-timer v0.1.0")
request = b"\xa1" + text(b"req") + b"\xa2" + text(b"message") + text(b"hello over the wire") + text(b"delayMs") + b"\x05"
code, answer = call(b"echo", request)
assert code == 0 and answer == (b"\xa2" + text(b"echoed") + text(b"hello over the wire") +
                                text(b"timerName") + text(b"ipc-server")), answer
# What no call can be is refused; the connection lives.
for method, payload in ((b"nothing", b"\xa0"), (b"echo", b""), (b"echo", request[:-1]), (b"echo", request + b"\x00"),
                        (b"create", b"\xa0"), (b"destroy", b"\xa0"), (b"version", b"\xa1\x61a\x00")):
    code, answer = call(method, payload)
    assert code == 4 and answer, (method, code, answer)
assert call(b"version", b"") == (0, b"nim-timer v0.1.0")
print("the seed's client is answered")
