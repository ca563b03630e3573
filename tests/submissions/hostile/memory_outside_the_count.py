# expect: answer
# files in memory are no address space
import ctypes

libc = ctypes.CDLL(None)
for _ in range(64):
    if libc.memfd_create(b"bomb", 0) >= 0 or libc.shmget(0, 1 << 30, 0o1600) >= 0:
        print("REACHED")
