"""The calls to the kernel that a worker never needs are refused, by a filter that it cannot take off (seccomp)."""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
from typing import Final

# name: (number on x86_64, number on aarch64); None where the call does not exist there
_NUMBERS: Final[dict[str, tuple[int | None, int | None]]] = {
    # other processes and programs
    "fork": (57, None), "vfork": (58, None), "execve": (59, 221), "execveat": (322, 281), "ptrace": (101, 117),
    "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "process_madvise": (440, 440),
    "process_mrelease": (448, 448), "kcmp": (312, 272), "tkill": (200, 130), "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240), "pidfd_open": (434, 434), "pidfd_send_signal": (424, 424),
    "pidfd_getfd": (438, 438), "setpriority": (141, 140), "ioprio_set": (251, 30), "migrate_pages": (256, 238),
    "move_pages": (279, 239),
    # the network, and memory that no limit counts
    "socket": (41, 198), "connect": (42, 203), "bind": (49, 200), "listen": (50, 201), "accept": (43, 202),
    "accept4": (288, 242), "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "memfd_create": (319, 279), "memfd_secret": (447, 447), "shmget": (29, 194), "msgget": (68, 186),
    "semget": (64, 190), "mq_open": (240, 180),
    # what belongs to a file and Landlock does not guard
    "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452), "chown": (92, None),
    "fchown": (93, 55), "lchown": (94, None), "fchownat": (260, 54), "setxattr": (188, 5), "lsetxattr": (189, 6),
    "fsetxattr": (190, 7), "removexattr": (197, 14), "lremovexattr": (198, 15), "fremovexattr": (199, 16),
    "utime": (132, None), "utimes": (235, None), "futimesat": (261, None), "utimensat": (280, 88),
    "truncate": (76, 45), "mknod": (133, None), "mknodat": (259, 33), "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265), "fanotify_init": (300, 262),
    # the machine
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51), "unshare": (272, 97),
    "setns": (308, 268), "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430),
    "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433), "mount_setattr": (442, 442),
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282), "add_key": (248, 217),
    "request_key": (249, 218), "keyctl": (250, 219), "kexec_load": (246, 104), "kexec_file_load": (320, 294),
    "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106), "reboot": (169, 142),
    "swapon": (167, 224), "swapoff": (168, 225), "acct": (163, 89), "settimeofday": (164, 170),
    "clock_settime": (227, 112), "adjtimex": (159, 171), "clock_adjtime": (305, 266), "sethostname": (170, 161),
    "setdomainname": (171, 162), "personality": (135, 92), "quotactl": (179, 60), "syslog": (103, 116),
    "vhangup": (153, 58), "iopl": (172, None), "ioperm": (173, None),
}  # fmt: skip
_CLONE, _CLONE3, _KILL, _TGKILL, _IOCTL, _PRCTL = (56, 220), (435, 435), (62, 129), (234, 131), (16, 29), (157, 167)
# prlimit64 and the sched_set... calls: their first argument is a process, 0 is oneself
_ON_ONESELF: Final = ((302, 261), (203, 122), (144, 119), (142, 118), (314, 274))
_CLONE_THREAD: Final = 0x00010000
_MMAP: Final = (9, 222)
# MAP_SHARED (also in MAP_SHARED_VALIDATE), MAP_ANONYMOUS, MAP_GROWSDOWN: RLIMIT_DATA counts neither what is shared nor
# what grows like a stack
_SHARED, _ANONYMOUS, _GROWS_DOWN = 0x01, 0x20, 0x100
_TERMINAL: Final = (0x5412, 0x541C)  # TIOCSTI and TIOCLINUX type into somebody else's terminal
_LOOSENING: Final = (1, 4)  # PR_SET_PDEATHSIG, PR_SET_DUMPABLE
_MACHINES: Final = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}

_LOAD, _EQUAL, _AT_LEAST, _BITS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILLED = 0x7FFF0000, 0x80000000
_REFUSED: Final = 0x00050000 | errno.EPERM
_UNKNOWN: Final = 0x00050000 | errno.ENOSYS
_NUMBER, _ARCH, _ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data; both machines are little-endian
_X32: Final = 0x40000000  # the third ABI of x86_64 has numbers of its own from here on
_PR_SET_SECCOMP, _FILTER = 22, 2


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def program(machine: str, pid: int) -> bytes:
    """Return the filter for the process `pid`. Raises OSError where this kind of machine is not known."""
    if machine not in _MACHINES:
        raise OSError(errno.ENOSYS, f"no seccomp filter is written for {machine}")
    column, arch = _MACHINES[machine]
    code = [_step(_LOAD, _ARCH), _step(_EQUAL, arch, 1, 0), _step(_RETURN, _KILLED), _step(_LOAD, _NUMBER)]
    if machine == "x86_64":
        code += [_step(_AT_LEAST, _X32, 0, 1), _step(_RETURN, _UNKNOWN)]
    for numbers in _NUMBERS.values():
        number = numbers[column]
        if number is not None:
            code += [_step(_EQUAL, number, 0, 1), _step(_RETURN, _REFUSED)]
    code += [_step(_EQUAL, _CLONE3[column], 0, 1), _step(_RETURN, _UNKNOWN)]  # so that threads use clone
    code += _where(_CLONE[column], 0, [_step(_BITS, _CLONE_THREAD, 0, 1), _step(_RETURN, _ALLOW)], _REFUSED)
    for call in (_KILL, _TGKILL):
        code += _where(call[column], 0, _if(pid, _ALLOW), _REFUSED)
    for call in _ON_ONESELF:
        code += _where(call[column], 0, _if(0, _ALLOW) + _if(pid, _ALLOW), _REFUSED)
    code += _where(_IOCTL[column], 1, [step for request in _TERMINAL for step in _if(request, _REFUSED)], _ALLOW)
    shared = [_step(_BITS, _SHARED, 0, 2), _step(_BITS, _ANONYMOUS, 0, 1), _step(_RETURN, _REFUSED)]
    code += _where(_MMAP[column], 3, [_step(_BITS, _GROWS_DOWN, 0, 1), _step(_RETURN, _REFUSED), *shared], _ALLOW)
    code += _where(_PRCTL[column], 0, [step for option in _LOOSENING for step in _if(option, _REFUSED)], _ALLOW)
    return b"".join([*code, _step(_RETURN, _ALLOW)])


def install() -> None:
    """Put the filter on this process, for good. Raises OSError where the kernel or the machine has none."""
    code = program(platform.machine(), os.getpid())
    libc = ctypes.CDLL(None, use_errno=True)
    given = _Program(len(code) // 8, code)
    if libc.prctl(_PR_SET_SECCOMP, ctypes.c_ulong(_FILTER), ctypes.byref(given), 0, 0) != 0:
        raise OSError(ctypes.get_errno(), f"seccomp: {os.strerror(ctypes.get_errno())}")


def _step(code: int, value: int, if_so: int = 0, if_not: int = 0) -> bytes:
    return struct.pack("<HBBI", code, if_so, if_not, value)


def _if(value: int, then: int) -> list[bytes]:
    return [_step(_EQUAL, value, 0, 1), _step(_RETURN, then)]


def _where(number: int, argument: int, body: list[bytes], otherwise: int) -> list[bytes]:
    """Return the steps that look, for this call only, at the lower half of an argument."""
    steps = [_step(_LOAD, _ARGUMENTS + 8 * argument), *body, _step(_RETURN, otherwise)]
    return [_step(_EQUAL, number, 0, len(steps)), *steps]
