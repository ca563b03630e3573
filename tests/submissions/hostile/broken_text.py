# expect: error Broken
class Broken(BaseException):
    def __str__(self):
        raise self


def f(x):
    raise Broken
