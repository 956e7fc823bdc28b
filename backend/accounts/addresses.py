"""Addresses: the network's, which limits count by, and those of mail."""

from __future__ import annotations

import ipaddress

from email_validator import EmailNotValidError, validate_email
from fastapi import Request

from backend.errors import ServiceError
from backend_client.errors import ApiErrorCode, FieldErrorCode


def client_address(request: Request) -> str:
    """The address limits count by: whole for IPv4, the /64 for IPv6, where hosts own so many."""
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def mail_address(text: str) -> str:
    """An e-mail address in the form accounts are known by: lower case.

    Raises:
        ServiceError: `INVALID`, when it is none. Whether the domain takes mail is not asked.
    """
    try:
        return validate_email(text, check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        raise ServiceError(ApiErrorCode.INVALID, fields={"/email": FieldErrorCode.NOT_AN_ADDRESS}) from error
