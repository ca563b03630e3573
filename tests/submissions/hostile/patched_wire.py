# expect: error | left | message
from verify.submissions import wire

wire.json.dumps = lambda *given, **named: "{]"


def f(x):
    return x
