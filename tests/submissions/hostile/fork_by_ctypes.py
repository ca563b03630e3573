# expect: answer
import ctypes
import os

made = ctypes.CDLL(None).fork()
if made >= 0:
    os.write(1, b"REACHED")
if made == 0:
    os._exit(0)
