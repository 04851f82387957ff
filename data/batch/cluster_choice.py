"""Choice of cluster, and its security settings."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

__all__ = ["BatchSystem", "ClusterChoice", "ClusterError"]

BatchSystem = Literal["slurm", "pbs", "sge", "lsf", "htcondor", "oar", "moab"]
"""What dask-jobqueue submits jobs to."""

# Up to so many chunks are done before processes of their own would have started.
_FEW_CHUNKS = 64
_PEM = ("ca.pem", "cert.pem", "key.pem")


class ClusterError(Exception):
    """A cluster cannot be used, or went away; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class ClusterChoice:
    """Who does the chunks of a build.

    Attributes
    ----------
    scheduler
        Address of a Dask scheduler that runs already; "" for one of our own.
    system
        Batch system whose queue is given the workers as jobs; "" for processes of this machine.
    workers
        How many, of our own: processes here, jobs there.
    tls
        Folder of ``ca.pem``, whom to trust, and ``cert.pem`` and ``key.pem``, who we are.
    few_chunks
        Of this machine: a stage of fewer chunks to do does them without processes of their own.

    Raises
    ------
    ClusterError
        What is asked for does not go together, or would send code over a network in the clear.
    """

    scheduler: str = ""
    system: BatchSystem | Literal[""] = ""
    workers: int = 1
    tls: Path | None = None
    few_chunks: int = _FEW_CHUNKS

    def __post_init__(self) -> None:
        if self.scheduler and self.system:
            raise ClusterError(
                f"scheduler {self.scheduler} and cluster {self.system!r} are two: name one"
            )
        if self.system and self.system not in get_args(BatchSystem):
            raise ClusterError(f"cluster {self.system!r} is none of {get_args(BatchSystem)}")
        if self.workers < 1:
            raise ClusterError(f"workers={self.workers} must be 1 or more")
        for path in () if self.tls is None else [self.tls / name for name in _PEM]:
            if not path.is_file():
                raise ClusterError(f"there is no file {path} for TLS")
        if self.scheduler:
            _check_address(self.scheduler, tls=self.tls is not None)

    @property
    def local(self) -> bool:
        """Whether it is of this machine's processes."""
        return not self.scheduler and not self.system

    def security(self) -> Any:
        """The certificates as ``distributed`` takes them; None without."""
        if self.tls is None:
            return None
        from distributed import Security

        ca, cert, key = (str(self.tls / name) for name in _PEM)
        files = {"tls_ca_file": ca}
        for role in ("client", "worker", "scheduler"):
            files |= {f"tls_{role}_cert": cert, f"tls_{role}_key": key}
        return Security(require_encryption=True, **files)


def _check_address(scheduler: str, *, tls: bool) -> None:
    """What travels between workers is code that is run: on loopback, or signed and encrypted."""
    try:
        parts = urlsplit(scheduler)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise ClusterError(f"scheduler {scheduler!r} is no address: {error}") from error
    if parts.scheme not in ("tcp", "tls") or not host or port is None:
        raise ClusterError(
            f"scheduler {scheduler!r} is no address like tcp://127.0.0.1:8786 or tls://node1:8786"
        )
    if parts.scheme == "tls":
        if not tls:
            raise ClusterError(
                f"{scheduler} speaks TLS: name the folder of its certificates, --tls"
            )
    elif tls:
        raise ClusterError(f"certificates are named, but {scheduler} is in the clear: use tls://")
    elif not _is_loopback(host):
        raise ClusterError(
            f"{scheduler} is in the clear and not of this machine: whoever reaches it can run "
            "code here and on every worker. Start the scheduler with TLS and name it as tls://"
        )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
