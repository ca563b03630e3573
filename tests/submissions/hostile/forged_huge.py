# expect: flood
import os
import stat
import struct

for number in range(64):
    try:
        if stat.S_ISSOCK(os.fstat(number).st_mode):
            os.write(number, struct.pack("<QQ", 10, 1 << 62))
    except OSError:
        pass
