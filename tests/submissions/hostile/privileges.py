# expect: answer
import os

for name, given in (("setuid", (0,)), ("setgroups", ([0],)), ("chroot", (".",)), ("nice", (-5,))):
    try:
        getattr(os, name)(*given)
        if name != "setuid" or os.stat(".").st_uid != 0:
            print("REACHED", name)
    except OSError:
        pass
