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

# So many chunks are finished in this process before local workers would have started.
_FEW_CHUNKS = 64
_PEM = ("ca.pem", "cert.pem", "key.pem")


class ClusterError(Exception):
    """A cluster cannot be used, or was lost; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class ClusterChoice:
    """Where the chunks of a build are run.

    Attributes
    ----------
    scheduler
        Address of a running Dask scheduler; "" starts one.
    system
        Batch system to which the workers are submitted as jobs; "" for local processes.
    workers
        Number of local processes or jobs to start.
    tls
        Folder with ``ca.pem`` (whom to trust), ``cert.pem`` and ``key.pem`` (our identity).
    few_chunks
        Locally, a stage of fewer chunks runs them in this process, unless workers run already.

    Raises
    ------
    ClusterError
        The options contradict each other, or would send code over a network unencrypted.
    """

    scheduler: str = ""
    system: BatchSystem | Literal[""] = ""
    workers: int = 1
    tls: Path | None = None
    few_chunks: int = _FEW_CHUNKS

    def __post_init__(self) -> None:
        if self.scheduler and self.system:
            raise ClusterError(
                f"scheduler {self.scheduler} and cluster {self.system!r} exclude each other: give "
                "one"
            )
        if self.system and self.system not in get_args(BatchSystem):
            raise ClusterError(
                f"cluster must be one of {get_args(BatchSystem)}, got {self.system!r}"
            )
        if self.workers < 1:
            raise ClusterError(f"workers={self.workers} must be 1 or more")
        for path in () if self.tls is None else [self.tls / name for name in _PEM]:
            if not path.is_file():
                raise ClusterError(f"the TLS file {path} does not exist")
        if self.scheduler:
            _check_address(self.scheduler, tls=self.tls is not None)

    @property
    def local(self) -> bool:
        """Whether the workers are processes of this machine."""
        return not self.scheduler and not self.system

    def security(self) -> Any:
        """The certificates as ``distributed`` takes them; None without TLS."""
        if self.tls is None:
            return None
        from distributed import Security

        ca, cert, key = (str(self.tls / name) for name in _PEM)
        files = {"tls_ca_file": ca}
        for role in ("client", "worker", "scheduler"):
            files |= {f"tls_{role}_cert": cert, f"tls_{role}_key": key}
        return Security(require_encryption=True, **files)


def _check_address(scheduler: str, *, tls: bool) -> None:
    """Workers run the code they receive, so a scheduler must be on loopback or use TLS."""
    try:
        parts = urlsplit(scheduler)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise ClusterError(f"scheduler {scheduler!r} is not an address: {error}") from error
    if parts.scheme not in ("tcp", "tls") or not host or port is None:
        raise ClusterError(
            f"scheduler {scheduler!r} is not an address like tcp://127.0.0.1:8786 or tls://node1:8786"
        )
    if parts.scheme == "tls":
        if not tls:
            raise ClusterError(
                f"{scheduler} uses TLS: give the folder of its certificates with --tls"
            )
    elif tls:
        raise ClusterError(f"--tls is given, but {scheduler} is unencrypted: use tls://")
    elif not _is_loopback(host):
        raise ClusterError(
            f"{scheduler} is unencrypted and not on this machine: anyone who reaches it can run "
            "code here and on every worker. Start the scheduler with TLS and use tls://"
        )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
