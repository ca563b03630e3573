# expect: answer
import ctypes
import os

libc = ctypes.CDLL(None)
if libc.ptrace(16, os.getppid(), 0, 0) == 0 or libc.ptrace(16, int("@PID@"), 0, 0) == 0:
    print("REACHED")
buffer = ctypes.create_string_buffer(64)
vector = (ctypes.c_size_t * 2)(ctypes.addressof(buffer), 64)
if libc.process_vm_readv(os.getppid(), vector, 1, vector, 1, 0) > 0:
    print("REACHED")
