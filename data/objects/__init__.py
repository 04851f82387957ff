"""Collections at an address such as s3://bucket/survey: local working copies, and uploads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.lazy_names import public_names

if TYPE_CHECKING:
    from .publish import copy_to
    from .remote_folder import AddressError, RemoteFolder, is_address
    from .working_copies import address_of, working_copy

__all__ = [
    "AddressError",
    "RemoteFolder",
    "address_of",
    "copy_to",
    "is_address",
    "working_copy",
]

__getattr__ = public_names(__name__)
