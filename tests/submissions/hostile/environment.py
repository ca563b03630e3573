# expect: answer
import os
import sys

print(dict(os.environ), sys.argv, sys.orig_argv)
