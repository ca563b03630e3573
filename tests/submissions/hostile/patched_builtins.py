# expect: answer | error | left | message
import builtins

builtins.isinstance = lambda *given: True
builtins.len = lambda of: 0
builtins.print = builtins.sum = None
