# expect: answer
import ctypes

libc = ctypes.CDLL(None)
if libc.prctl(4, 1, 0, 0, 0) == 0 or libc.prctl(1, 0, 0, 0, 0) == 0:
    print("REACHED")
