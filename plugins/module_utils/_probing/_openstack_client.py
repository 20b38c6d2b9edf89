# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Ask the services of a cloud over their REST APIs, with the session of openstacksdk.

Of openstacksdk only what has been the same since release 1.0 is used: the configuration of a cloud
(``openstack.connect``) and the adapter to a service (``get_session_client``), which finds its address and logs in. Its
resource classes are not, because their attributes were renamed from release to release, and they ask for all that there
is, where few attributes are needed. The APIs themselves are versioned and keep their words.
"""

from __future__ import annotations

import functools
import re
import traceback
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Mapping

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import _neutron
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError

IMPORT_ERROR: str | None = None
try:
    import openstack
    import openstack.config
    from keystoneauth1 import exceptions
    from openstack.exceptions import ConfigException
except ImportError:
    IMPORT_ERROR = traceback.format_exc()

_SECRET = {"type": "str", "no_log": True}
# No dictionary of anything: all that is in one with no_log is hidden in the result, such as names of projects.
AUTH = {
    "type": "dict",
    "options": {
        **{
            name: {"type": "str"}
            for name in (
                *("auth_url", "username", "user_id", "user_domain_name", "user_domain_id"),
                *("project_name", "project_id", "project_domain_name", "project_domain_id"),
                *("domain_name", "domain_id", "system_scope"),
                *("application_credential_id", "application_credential_name"),
            )
        },
        "password": _SECRET,
        "token": _SECRET,
        "application_credential_secret": _SECRET,
    },
}
ARGUMENTS: dict[str, Any] = {
    "cloud": {"type": "str"},
    "auth": AUTH,
    "auth_type": {"type": "str"},
    "region_name": {"type": "str"},
    "validate_certs": {"type": "bool"},
    "ca_certificate": {"type": "path"},
    "interface": {"type": "str", "choices": ["public", "internal", "admin"]},
    "timeout_seconds": {"type": "float", "default": 30.0},
}
EXCLUSIVE = [("cloud", "auth")]

# An API's processes are few, also of a large cloud.
AT_ONCE = 4

# Without these the rest is still worth something: the policy of most clouds keeps agents and services from users who
# are no administrators, and not every cloud has Nova.
_DISPENSABLE = ("agents", "servers", "compute_services")


class CloudError(Exception):
    """The cloud cannot be asked; the text is a sentence for people, without the full stop."""


class Refused(CloudError):
    """A service answers, but not this. ``status`` is that of HTTP."""

    def __init__(self, text: str, status: int) -> None:
        super().__init__(text)
        self.status = status


class Cloud:
    """A cloud that the user of the parameters, which are those of ``ARGUMENTS``, is logged in to. Raises CloudError."""

    def __init__(self, parameters: Mapping[str, Any]) -> None:
        self._whose = f"cloud {parameters['cloud']}" if parameters["cloud"] else "the credentials"
        try:
            self._connection = openstack.connect(**_arguments(parameters))
            self._connection.session.get_token()
        except ConfigException as error:
            names = ", ".join(openstack.config.OpenStackConfig().get_cloud_names()) or "none"
            raise CloudError(f"{_text(error)}; the clouds of clouds.yaml are: {names}") from None
        except exceptions.Unauthorized as error:
            raise CloudError(
                f"Keystone refuses {self._whose} ({_text(error)}); check user, password, project and their domains"
            ) from None
        except exceptions.CatalogException:
            raise CloudError(
                f"auth_url of {self._whose} is no address of Keystone; give one with http:// or https://"
            ) from None
        except exceptions.ConnectionError as error:
            raise CloudError(_unreachable("Keystone", error, "auth_url")) from None
        # For a password that is missing some plug-ins raise Exception itself.
        except Exception as error:
            raise CloudError(f"{_text(error)}; give it in auth, or name a cloud of clouds.yaml in cloud") from None

    def rows(self, kind: _neutron.Kind) -> list[Any]:
        """The objects of all pages. Raises CloudError and ParseError."""
        query: list[tuple[str, str]] | None = kind.asked()
        found: list[Any] = []
        while query is not None:
            answer = self.get(kind.service, kind.path, query, kind.microversion)
            found += _neutron.page(kind, answer)
            query = _neutron.next_page(kind, answer, query)
        return found

    def get(self, service: str, path: str, query: list[tuple[str, str]], microversion: str | None = None) -> Any:
        """One answer. Raises Refused, CloudError and ParseError."""
        try:
            client = self._connection.config.get_session_client(service)
            response = client.get(path, params=query, headers={"Accept": "application/json"}, microversion=microversion)
        except exceptions.CatalogException:
            raise CloudError(
                f"the catalog of {self._whose} has no address of a service {service}; check region_name and interface"
            ) from None
        except exceptions.ClientException as error:
            raise CloudError(_unreachable(f"the service {service}", error, "its address in the catalog")) from None
        if response.status_code != 200:
            said = " ".join(response.text.split())[:200]
            raise Refused(
                f"GET {path} of the service {service} is answered with {response.status_code}: {said}",
                response.status_code,
            )
        try:
            return response.json()
        except ValueError:
            raise ParseError(f"GET {path}", 0, "", "expected JSON") from None


def read(cloud: Cloud) -> dict[str, Any]:
    """``neutron`` of docs/state.md. Raises CloudError and ParseError."""
    reasons: dict[str, str] = {}

    def rows(key: str) -> list[Any] | None:
        kind = _neutron.KINDS[key]
        try:
            return cloud.rows(kind)
        except CloudError as error:
            if key in _DISPENSABLE and (kind.service != "network" or isinstance(error, Refused)):
                reasons[key] = str(error)
                return None
            raise

    with ThreadPoolExecutor(AT_ONCE) as several:
        found = dict(zip(_neutron.KINDS, several.map(rows, _neutron.KINDS)))
        routers = _neutron.routers_with_gateway(found["routers"])
        if not routers or not _is_there(cloud, _neutron.GATEWAY_HOSTS_EXTENSION):
            routers = []
        gateway_hosts = dict(zip(routers, several.map(functools.partial(_gateway_hosts, cloud), routers)))
    return _neutron.neutron(found, gateway_hosts, reasons)


def _is_there(cloud: Cloud, path: str) -> bool:
    try:
        cloud.get("network", path, [])
    except Refused:
        return False
    return True


def _gateway_hosts(cloud: Cloud, router: str) -> list[Any] | None:
    try:
        return cloud.rows(_neutron.gateway_hosts_kind(router))
    except Refused:
        # Its policy is one of its own, and the router may be gone by now.
        return None


def _arguments(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Those of ``openstack.connect``."""
    given = {
        "cloud": parameters["cloud"],
        "auth_type": parameters["auth_type"],
        "region_name": parameters["region_name"],
        "verify": parameters["validate_certs"],
        "cacert": parameters["ca_certificate"],
        "interface": parameters["interface"],
        "api_timeout": parameters["timeout_seconds"],
    }
    arguments = {name: argument for name, argument in given.items() if argument is not None}
    if parameters["auth"]:
        arguments["auth"] = {name: part for name, part in parameters["auth"].items() if part is not None}
        # Else it takes what is missing from a file that has one cloud only.
        arguments.update(load_yaml_config=False, load_envvars=False)
    return arguments


def _text(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".")


def _unreachable(what: str, error: Exception, mend: str) -> str:
    text = _text(error)
    if isinstance(error, exceptions.SSLError):
        return f"the certificate of {what} is not trusted ({text[:200]}); give its authority in ca_certificate"
    # urllib3 tells the same thing three times around it.
    cause = re.search(r"\[Errno -?\d+\] ([\w ]+)|(timed out)", text)
    address = re.search(r"https?://[^\s:/]+(:\d+)?", text)
    where = f" at {address.group()}" if address else ""
    why = (cause.group(1) or cause.group(2)) if cause else text[:200]
    return f"{what}{where} cannot be reached ({why}); check that it runs, and {mend}"
