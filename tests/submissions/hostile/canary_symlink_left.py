# expect: answer
# the folder is removed afterwards: not what its links lead to
import os

os.symlink("@CANARY@", "innocent")
os.symlink(os.path.dirname("@CANARY@"), "folder")
