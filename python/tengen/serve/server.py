"""The process that listens, and one process for every connection."""

import contextlib
import copy
import os
import signal
import socket
import sys
import time

from tengen.serve.protocol import Channel, Closed
from tengen.serve.session import Session
from tengen.serve.workers import die_with_parent


class Stop(BaseException):
    """A signal has asked the server to stop; ``number`` says which."""

    def __init__(self, number):
        super().__init__()
        self.number = number


class Server:
    """Serves ``recipe`` on a listening socket until a signal comes. ``limits`` are Session's lanes, max_lanes, token."""

    def __init__(self, sock, recipe, limits, max_connections):
        self._sock = sock
        self._recipe = recipe
        self._limits = limits
        self._max_connections = max_connections
        self._children = set()

    def run(self):
        """Returns the number of the signal that ended it. Every connection has ended by then."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _stop)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # accept() is to notice
        try:
            while True:
                self._accept()
        except Stop as stop:
            return stop.number
        finally:
            self._finish()

    def _accept(self):
        self._sock.settimeout(1)  # to clear away connections that have ended
        try:
            connection, _ = self._sock.accept()
        except TimeoutError:
            self._reap()
            return
        except OSError as error:  # too many open files, for example: clients try again
            print(f"warning: no connection taken: {error}", file=sys.stderr)
            time.sleep(0.1)
            return
        self._reap()
        connection.setblocking(True)
        with connection:
            others = len(self._children)
            if others >= 2 * self._max_connections:
                return  # that many are being told already that there are too many
            with _held():
                try:
                    child = os.fork()
                except OSError as error:
                    print(f"warning: no process for a connection: {error}", file=sys.stderr)
                    return
                if child:
                    self._children.add(child)
            if child == 0:
                self._serve(connection, others >= self._max_connections)

    def _serve(self, connection, full):
        """What the process of one connection does. Does not return."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the listening process tells this one to stop
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, _stop)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        die_with_parent()
        self._sock.close()
        try:
            unix = connection.family == socket.AF_UNIX
            if not unix:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            session = Session(Channel(connection), copy.copy(self._recipe), *self._limits, unix)
            session.run(f"this server has its {self._max_connections} connections already" if full else "")
        except (Closed, Stop, BrokenPipeError):
            pass
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            sys.stderr.flush()
            os._exit(0)

    def _reap(self):
        for child in list(self._children):
            if os.waitpid(child, os.WNOHANG)[0]:
                self._children.discard(child)

    def _finish(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        self._sock.close()
        for child in self._children:
            os.kill(child, signal.SIGTERM)
        end = time.monotonic() + 4
        while self._children:
            self._reap()
            if time.monotonic() > end:
                for child in self._children:
                    os.kill(child, signal.SIGKILL)
            time.sleep(0.005)


def _stop(number, _frame):
    raise Stop(number)


@contextlib.contextmanager
def _held():
    """Holds back signals, so that no child is forgotten."""
    old = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, old)
