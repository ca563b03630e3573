# expect: answer
import ctypes

if ctypes.CDLL(None).syscall(425, 8, ctypes.create_string_buffer(256)) >= 0:
    print("REACHED")
