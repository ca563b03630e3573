# expect: answer
import os

os.chdir("/")
