"""Addresses that a server listens on: unix:PATH and tcp:HOST:PORT."""

import ipaddress
import os
import socket
import stat


class AddressError(ValueError):
    """An address that cannot be listened on, and why."""


def listen(address, allow_remote, token):
    """Returns a listening socket and the address as clients write it.

    Raises AddressError. Interfaces other than loopback need ``allow_remote`` and a token.
    """
    kind, _, rest = address.partition(":")
    if kind == "unix" and rest:
        return _listen_unix(rest), address
    if kind == "tcp":
        return _listen_tcp(address, rest, allow_remote, token)
    raise AddressError(f"address '{address}': write unix:PATH or tcp:HOST:PORT")


def _listen_unix(path):
    try:
        if stat.S_ISSOCK(os.stat(path).st_mode):
            _remove_dead(path)
        else:
            raise AddressError(f"'{path}' exists and is no socket")
    except FileNotFoundError:
        pass
    sock = socket.socket(socket.AF_UNIX)
    mask = os.umask(0o077)  # for this user alone
    try:
        sock.bind(path)
    except OSError as error:
        raise AddressError(f"cannot listen on 'unix:{path}': {error}") from error
    finally:
        os.umask(mask)
    sock.listen(64)
    return sock


def _remove_dead(path):
    """Removes the socket that a server has left which was killed."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(1)
        try:
            probe.connect(path)
        except ConnectionRefusedError:
            os.unlink(path)
            return
        except OSError as error:
            raise AddressError(f"'{path}' is in use: {error}") from error
    raise AddressError(f"another server listens on 'unix:{path}'")


def _listen_tcp(address, rest, allow_remote, token):
    host, _, port = rest.rpartition(":")
    host = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if not host or not port.isdecimal() or int(port) > 65_535:
        raise AddressError(f"address '{address}': write tcp:HOST:PORT, with an IPv6 address in brackets")
    try:
        family, _, _, _, where = socket.getaddrinfo(host, int(port), type=socket.SOCK_STREAM)[0]
        loopback = ipaddress.ip_address(where[0].partition("%")[0]).is_loopback
        if not loopback and not (allow_remote and token):
            raise AddressError(f"'{address}' can be reached from other machines: give --allow-remote and a token")
        sock = socket.socket(family)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(where)
        sock.listen(64)
    except OSError as error:
        raise AddressError(f"cannot listen on '{address}': {error}") from error
    name = f"[{host}]" if ":" in host else host
    return sock, f"tcp:{name}:{sock.getsockname()[1]}"
