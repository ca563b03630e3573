# expect: error PermissionError | error FileNotFoundError
import subprocess

print(subprocess.run(["/usr/bin/env", "echo", "REACHED"], capture_output=True, text=True).stdout)
