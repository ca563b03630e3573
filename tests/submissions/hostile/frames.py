# expect: answer
import gc
import sys

frame = sys._getframe()
while frame:
    if "expected" in frame.f_locals or "truth" in frame.f_locals:
        print("REACHED")
    frame = frame.f_back
if any(type(one).__name__ in ("Apart", "Worker") for one in gc.get_objects()):
    print("REACHED")
