# expect: time
import os
import stat
import struct
import time

for number in range(64):
    try:
        if stat.S_ISSOCK(os.fstat(number).st_mode):
            os.write(number, struct.pack("<QQ", 1000, 0) + b"{")
    except OSError:
        pass
time.sleep(3600)
