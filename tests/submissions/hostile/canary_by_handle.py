# expect: answer
# ruff: noqa: UP012
import ctypes

libc = ctypes.CDLL(None)
handle, mount = ctypes.create_string_buffer(136), ctypes.c_int()
handle[0] = b"\x80"
if libc.name_to_handle_at(-100, "@CANARY@".encode(), handle, ctypes.byref(mount), 0) == 0:
    print("REACHED")
