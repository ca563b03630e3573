# expect: answer
import socket

for family, kind, address in (
    (socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", int("@PORT@"))),
    (socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", int("@PORT@"))),
    (socket.AF_INET6, socket.SOCK_STREAM, ("::1", int("@PORT@"))),
    (socket.AF_UNIX, socket.SOCK_STREAM, "\0verify-test"),
    (socket.AF_NETLINK, socket.SOCK_RAW, (0, 0)),
):
    try:
        socket.socket(family, kind).connect(address)
        print("REACHED")
    except OSError:
        pass
