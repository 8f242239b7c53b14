# SPDX-License-Identifier: Apache-2.0
"""Runs the cases of a program, each in a process of its own, and prints TAP."""
import ctypes
import os
import shutil
import signal
import sys
import tempfile

LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1
NEEDED = ['Xvfb', 'dbus-daemon', 'openbox', 'xdotool', 'import']
# Each has a desktop of its own, and mostly waits.
AT_ONCE = min(2 * os.cpu_count(), 8)


def require_tools(extra=()):
    """Without its tools a test is skipped, but never in CI."""
    missing = [tool for tool in NEEDED + list(extra) if not shutil.which(tool)]
    try:
        import gi  # noqa: F401
        gi.require_version('Atspi', '2.0')
    except (ImportError, ValueError):
        missing.append('python3-gi with Atspi')
    if missing:
        print('missing: ' + ', '.join(missing))
        sys.exit(1 if os.environ.get('CI') else 77)


def end_with_us():
    """In a new child: ends it when the test is killed, as by a time limit."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def start_case(test, output):
    """In a process of its own: the accessibility library knows one bus only. Returns its pid."""
    pid = os.fork()
    if pid:
        return pid
    end_with_us()
    os.dup2(output.fileno(), sys.stdout.fileno())
    status = 1
    try:
        test()
        status = 0
    except BaseException:
        import traceback
        for line in traceback.format_exc().splitlines():
            print('# ' + line)
    sys.stdout.flush()
    os._exit(status)


def run_cases(tests):
    """Runs them, some at a time. Yields, in order, each with its exit status and what it said."""
    waiting = list(enumerate(tests))
    running, ended, following = {}, {}, 0
    while following < len(tests):
        while waiting and len(running) < AT_ONCE:
            number, test = waiting.pop(0)
            output = tempfile.TemporaryFile()
            running[start_case(test, output)] = number, output
        pid, status = os.wait()
        number, output = running.pop(pid)
        with output:
            output.seek(0)
            ended[number] = status, output.read().decode(errors='replace')
        while following in ended:
            yield tests[following], *ended.pop(following)
            following += 1


def run(tests, tools=()):
    """Runs each and prints TAP. A name on the command line chooses those that contain it."""
    chosen = [test for test in tests if len(sys.argv) < 3 or sys.argv[2] in test.__name__]
    require_tools(tools)
    print('1..%d' % len(chosen), flush=True)
    failed = 0
    for number, (test, status, output) in enumerate(run_cases(chosen), 1):
        failed += status != 0
        print('%s%s %d %s' % (output, 'not ok' if status else 'ok', number,
                              test.__name__.removeprefix('test_').replace('_', '-')), flush=True)
    sys.exit(1 if failed else 0)
