# expect: error PermissionError | error FileNotFoundError | error OSError
import multiprocessing

with multiprocessing.get_context("fork").Pool(4) as pool:
    pool.map(print, ["REACHED"])
