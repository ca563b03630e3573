# expect: answer
import atexit

atexit.register(print, "REACHED", flush=True)
