# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Where a module finds a cloud, and how it logs in."""

from __future__ import annotations


class ModuleDocFragment:
    """The options that C(module_utils/_probing/_openstack_client.py) has the specification of."""

    DOCUMENTATION = r"""
options:
  cloud:
    description:
      - Name of a cloud in C(clouds.yaml), which openstacksdk looks for in the working directory, in
        C(~/.config/openstack) and in C(/etc/openstack) of the target.
      - Without it and without O(auth) the variables C(OS_*) of the environment are taken, C(OS_CLOUD) too.
    type: str
  auth:
    description:
      - How to log in, instead of O(cloud).
      - Files and the environment are left out then.
    type: dict
    suboptions:
      auth_url:
        description: Address of Keystone, for example V(http://192.0.2.10:5000/v3).
        type: str
      username:
        description: Name of the user.
        type: str
      user_id:
        description: Identifier of the user, instead of its name and domain.
        type: str
      user_domain_name:
        description: Name of the user's domain.
        type: str
      user_domain_id:
        description: Identifier of the user's domain.
        type: str
      password:
        description: Password of the user.
        type: str
      project_name:
        description: Name of the project.
        type: str
      project_id:
        description: Identifier of the project, instead of its name and domain.
        type: str
      project_domain_name:
        description: Name of the project's domain.
        type: str
      project_domain_id:
        description: Identifier of the project's domain.
        type: str
      domain_name:
        description: Name of the domain to log in to, instead of a project.
        type: str
      domain_id:
        description: Identifier of the domain to log in to, instead of a project.
        type: str
      system_scope:
        description: V(all) to log in to the whole system, instead of a project.
        type: str
      application_credential_id:
        description: Identifier of an application credential, with O(auth_type=v3applicationcredential).
        type: str
      application_credential_name:
        description: Name of an application credential, with the user that it belongs to.
        type: str
      application_credential_secret:
        description: Secret of the application credential.
        type: str
      token:
        description: A token that was given already, with O(auth_type=v3token).
        type: str
  auth_type:
    description: The plug-in of keystoneauth that logs in. Without it the one for passwords does.
    type: str
  region_name:
    description: The region, where the cloud has several.
    type: str
  validate_certs:
    description: Whether certificates have to be trusted. Without it what O(cloud) says, else they have to.
    type: bool
  ca_certificate:
    description: File with the certificates of the authorities to trust.
    type: path
  interface:
    description: The addresses of the catalog to take. Without it what O(cloud) says, else V(public).
    type: str
    choices: [public, internal, admin]
  timeout_seconds:
    description: How long to wait for each answer.
    type: float
    default: 30.0
requirements:
  - openstacksdk >= 1.0
"""
