"""A ping of an Oracle listener, as a script would do it: for comparison only."""
import socket
import struct
import sys
import time

TEXT = b"(CONNECT_DATA=(COMMAND=ping))"


def read(connection, wanted):
    got = b""
    while len(got) < wanted:
        piece = connection.recv(wanted - len(got))
        if not piece:
            sys.exit("CRITICAL - closed")
        got += piece
    return got


begun = time.monotonic()
with socket.create_connection((sys.argv[1], int(sys.argv[2])), 10) as connection:
    fields = struct.pack(">10H", 312, 300, 0, 2048, 32767, 0x7F08, 0, 0x0100, len(TEXT), 58)
    packet = (struct.pack(">HHBBH", 58 + len(TEXT), 0, 1, 0, 0) + fields).ljust(58, b"\0") + TEXT
    connection.sendall(packet)
    length, _, kind = struct.unpack(">HHB3x", read(connection, 8))
    answer = read(connection, length - 8)
if kind != 4 or b"(ERR=0)" not in answer:
    sys.exit("CRITICAL - no healthy answer")
print(f"OK - {(time.monotonic() - begun) * 1000:.1f} ms")
