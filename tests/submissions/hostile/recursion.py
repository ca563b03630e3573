# expect: error RecursionError
def f(x):
    return f(x)
