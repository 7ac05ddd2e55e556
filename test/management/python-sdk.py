# Debian's azure.mgmt.apimanagement against a server of the test, one line of JSON for each case.
# usage: APIM_URL=… APIM_TOKEN=… REQUESTS_CA_BUNDLE=… python3 python-sdk.py API-VERSION…
import json
import os
import sys
import time

from azure.core.credentials import AccessToken
from azure.mgmt.apimanagement import ApiManagementClient, models as M

URL = os.environ["APIM_URL"]
SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
AT = ("rg1", "default")
SERVICE = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg1/providers/Microsoft.ApiManagement/service/default"


class Credential:
    def get_token(self, *scopes, **more):
        return AccessToken(os.environ["APIM_TOKEN"], int(time.time()) + 3600)


def value_at(answer, path):
    for name in path.split("."):
        answer = answer[int(name)] if name.isdigit() else getattr(answer, name)
    return answer


def run(version, resource, action, call, status, **wanted):
    """`wanted`: attributes of the answer (a_b for a.b is `a__b`); `error` and `says` for a refusal."""
    statuses = []
    said = ""
    try:
        answer = call(lambda response: statuses.append(response.http_response.status_code))
        if hasattr(answer, "by_page"):
            answer = list(answer)
        wrong = {
            path: repr(value_at(answer, path.replace("__", ".")))
            for path, value in wanted.items()
            if path not in ("returns", "error", "says") and value_at(answer, path.replace("__", ".")) != value
        }
        if "returns" in wanted and answer != wanted["returns"]:
            wrong["returns"] = repr(answer)
        if "error" in wanted:
            wrong["error"] = "none"
        said = f"{wrong}" if wrong else ""
    except Exception as error:
        code = getattr(getattr(error, "error", None), "code", None)
        message = str(getattr(error, "message", error))
        is_right = type(error).__name__ == wanted.get("error") and wanted.get("says", "") in f"{code}: {message}".replace(f"({code}) ", "")
        said = "" if is_right else f"{type(error).__name__} {code}: {message}"
    if not said and statuses[-1:] != [status]:
        said = f"{statuses} instead of {status}"
    result = "refused" if "error" in wanted else "yes"
    print(json.dumps({"version": version, "case": f"{resource}: {action}", "resource": resource,
                      "action": action, "result": result, "said": said}), flush=True)


def cases(version):
    c = ApiManagementClient(
        Credential(), SUBSCRIPTION, base_url=URL, api_version=version,
        credential_scopes=[URL + "/.default"], retry_total=0, polling_interval=0)
    n = "py" + version.replace("-", "")
    body = lambda properties: json.dumps({"properties": properties}).encode()
    as_json = {"content_type": "application/json"}

    def case(resource, action, call, status, **wanted):
        run(version, resource, action, lambda hook: call({"raw_response_hook": hook}), status, **wanted)

    # service
    case("service", "read", lambda o: c.api_management_service.get(*AT, **o), 200, name="default",
         provisioning_state="Succeeded", type="Microsoft.ApiManagement/service")
    case("service", "read", lambda o: c.api_management_service.list(**o), 200, **{"0__name": "default"})
    case("service", "read", lambda o: c.api_management_service.list_by_resource_group(AT[0], **o), 200,
         **{"0__name": "default"})

    # users
    person = dict(email=f"{n}@example.com", first_name="Ann", last_name="Lee")
    case("user", "create", lambda o: c.user.create_or_update(*AT, n, M.UserCreateParameters(**person), **o),
         201, name=n, state="active", **person)
    case("user", "create", lambda o: c.user.create_or_update(
        *AT, n, M.UserCreateParameters(**{**person, "email": "no email"}), **o), 400,
        error="HttpResponseError", says="ValidationError")
    case("user", "read", lambda o: c.user.get(*AT, n, **o), 200, name=n, **person)
    case("user", "read", lambda o: c.user.get_entity_tag(*AT, n, **o), 200, returns=True)
    case("user", "read", lambda o: c.user.get(*AT, "nobody", **o), 404,
         error="ResourceNotFoundError", says="ResourceNotFound: ")
    case("user", "read", lambda o: c.user.list_by_service(*AT, filter=f"email eq '{n}@example.com'", top=1, **o),
         200, **{"0__name": n})
    case("user", "read", lambda o: c.user_identities.list(*AT, n, **o), 200, **{"0__provider": "Basic"})
    # This version sends the state `active` beside whatever was given.
    case("user", "update", lambda o: c.user.update(*AT, n, "*", M.UserUpdateParameters(note="seen"), **o),
         200, note="seen", state="active")
    case("user", "update", lambda o: c.user.update(
        *AT, n, '"0"', M.UserUpdateParameters(note="old"), **o), 412,
        error="HttpResponseError", says="PreconditionFailed")
    case("user", "update", lambda o: c.user_confirmation_password.send(*AT, n, **o), 204)
    case("user", "update", lambda o: c.user.generate_sso_url(*AT, n, **o), 200)

    # groups and members
    case("group", "create", lambda o: c.group.create_or_update(
        *AT, n, M.GroupCreateParameters(display_name=n, description="Made\n"), **o), 201,
        display_name=n, description="Made\n", type_properties_type="custom", built_in=False)
    case("group", "read", lambda o: c.group.get(*AT, n, **o), 200, display_name=n)
    case("group", "read", lambda o: c.group.get_entity_tag(*AT, n, **o), 200, returns=True)
    case("group", "read", lambda o: c.group.list_by_service(*AT, filter=f"displayName eq '{n}'", **o), 200,
         **{"0__name": n})
    case("group", "update", lambda o: c.group.update(
        *AT, n, "*", M.GroupUpdateParameters(description="Changed"), **o), 200, description="Changed")
    case("member of a group", "create", lambda o: c.group_user.create(*AT, n, n, **o), 201, name=n)
    case("member of a group", "read", lambda o: c.group_user.check_entity_exists(*AT, n, n, **o), 204, returns=True)
    case("member of a group", "read", lambda o: c.group_user.check_entity_exists(*AT, n, "nobody", **o), 404,
         returns=False)
    case("member of a group", "read", lambda o: c.group_user.list(*AT, n, **o), 200, **{"0__name": n})
    case("member of a group", "read", lambda o: c.user_group.list(*AT, n, filter=f"name eq '{n}'", **o), 200,
         **{"0__name": n})

    # APIs: a long-running operation for the client
    case("API", "create", lambda o: c.api.begin_create_or_update(*AT, n, M.ApiCreateOrUpdateParameter(
        display_name=n, path=n, protocols=["https"]), **o).result(), 200, display_name=n, path=n)
    case("API", "read", lambda o: c.api.get(*AT, n, **o), 200, path=n)
    case("API", "read", lambda o: c.api.get_entity_tag(*AT, n, **o), 200, returns=True)
    case("API", "read", lambda o: c.api.list_by_service(*AT, filter=f"displayName eq '{n}'", **o), 200,
         **{"0__name": n})
    case("API", "update", lambda o: c.api.update(*AT, n, "*", M.ApiUpdateContract(display_name=n + " 2"), **o), 200,
         display_name=n + " 2")

    # OpenAPI documents, and the operations in them
    document = {"openapi": "3.0.3", "info": {"title": "Tea " + n, "version": "1"},
                "paths": {"/tea": {"get": {"operationId": "drink", "responses": {"200": {"description": "Tea"}}}}}}
    yaml = f"openapi: 3.1.0\ninfo: {{title: Tea {n}, version: '1'}}\npaths:\n  /tea:\n    get: {{operationId: sip, responses: {{'200': {{description: Tea}}}}}}\n"
    for action, form, value in (("create", "openapi+json", json.dumps(document)), ("update", "openapi", yaml)):
        case("OpenAPI document of an API", action, lambda o: c.api.begin_create_or_update(
            *AT, n + "-tea", M.ApiCreateOrUpdateParameter(path=n + "-tea", format=form, value=value), **o).result(), 200,
            display_name="Tea " + n)
    case("OpenAPI document of an API", "read", lambda o: c.api_export.get(
        *AT, n + "-tea", format="openapi-link", export="true", **o), 200, export_result_format="openapi-link")
    case("operation of an API", "read", lambda o: c.api_operation.list_by_api(*AT, n + "-tea", **o), 200,
         **{"0__name": "sip"})
    case("operation of an API", "read", lambda o: c.api_operation.get(*AT, n + "-tea", "sip", **o), 200,
         url_template="/tea")
    new = {"error": "HttpResponseError", "says": "MethodNotAllowed: The operations of an API are those of its OpenAPI"}
    case("operation of an API", "create", lambda o: c.api_operation.create_or_update(
        *AT, n + "-tea", "brew", body({"displayName": "x"}), **as_json, **o), 405, **new)
    case("operation of an API", "update", lambda o: c.api_operation.update(
        *AT, n + "-tea", "sip", "*", body({"displayName": "x"}), **as_json, **o), 405, **new)
    case("operation of an API", "delete", lambda o: c.api_operation.delete(*AT, n + "-tea", "sip", "*", **o), 405, **new)
    case("API", "delete", lambda o: c.api.delete(*AT, n + "-tea", "*", **o), 200)

    # products. This version can't send a product or policy as a model: it takes it for XML, and sends nothing.
    case("product", "create", lambda o: c.product.create_or_update(
        *AT, n, body({"displayName": n, "state": "published", "approvalRequired": False}), **as_json, **o), 201,
        display_name=n, state="published", subscription_required=True)
    case("product", "read", lambda o: c.product.get(*AT, n, **o), 200, display_name=n)
    case("product", "read", lambda o: c.product.get_entity_tag(*AT, n, **o), 200, returns=True)
    case("product", "read", lambda o: c.product.list_by_service(*AT, filter=f"displayName eq '{n}'", **o), 200,
         **{"0__name": n})
    case("product", "update", lambda o: c.product.update(
        *AT, n, "*", M.ProductUpdateParameters(description="Changed"), **o), 200, description="Changed")
    policy = "<policies>\n  <inbound>\n    <rate-limit calls=\"%s\" renewal-period=\"60\" />\n  </inbound>\n</policies>"
    put_policy = lambda calls, status: case(
        "limits of a product", "create" if status == 201 else "update", lambda o: c.product_policy.create_or_update(
            *AT, n, "policy", body({"value": policy % calls, "format": "rawxml"}), **as_json, **o), status,
        name="policy", value=policy % calls)
    read_policy = lambda call, status, **wanted: case("limits of a product", "read", call, status, **wanted)
    read_policy(lambda o: c.product_policy.get(*AT, n, "policy", **o), 404, error="ResourceNotFoundError",
                says="ResourceNotFound: Policy not found")
    put_policy(10, 201)
    put_policy(20, 200)
    read_policy(lambda o: c.product_policy.get(*AT, n, "policy", format="rawxml", **o), 200, value=policy % 20,
                format="rawxml")
    read_policy(lambda o: c.product_policy.get_entity_tag(*AT, n, "policy", **o), 200, returns=True)
    read_policy(lambda o: c.product_policy.list_by_product(*AT, n, **o), 200, count=1, value__0__name="policy")
    case("limits of a product", "update", lambda o: c.product_policy.create_or_update(
        *AT, n, "policy", body({"value": "<policies><inbound><cors /></inbound></policies>"}), **as_json, **o), 400,
        error="HttpResponseError", says="has <cors> in line 1. In <inbound> a product takes <rate-limit")
    case("limits of a product", "delete", lambda o: c.product_policy.delete(*AT, n, "policy", "*", **o), 200)
    case("limits of a product", "delete", lambda o: c.product_policy.delete(*AT, n, "policy", "*", **o), 204)
    case("API of a product", "create", lambda o: c.product_api.create_or_update(*AT, n, n, **o), 201, name=n)
    case("API of a product", "read", lambda o: c.product_api.check_entity_exists(*AT, n, n, **o), 204, returns=True)
    case("API of a product", "read", lambda o: c.product_api.list_by_product(*AT, n, **o), 200, **{"0__name": n})
    case("group of a product", "create", lambda o: c.product_group.create_or_update(*AT, n, n, **o), 201, name=n)
    case("group of a product", "read", lambda o: c.product_group.check_entity_exists(*AT, n, n, **o), 204,
         returns=True)
    case("group of a product", "read", lambda o: c.product_group.list_by_product(*AT, n, **o), 200,
         **{"0__name": n})

    # subscriptions and keys
    scope = {"scope": f"/products/{n}", "owner_id": f"/users/{n}"}
    case("subscription", "create", lambda o: c.subscription.create_or_update(
        *AT, n, M.SubscriptionCreateParameters(display_name=n, state="active", **scope), **o), 201,
        display_name=n, state="active")
    case("subscription", "read", lambda o: c.subscription.get(*AT, n, **o), 200, display_name=n)
    case("subscription", "read", lambda o: c.subscription.get_entity_tag(*AT, n, **o), 200, returns=True)
    case("subscription", "read", lambda o: c.subscription.list(*AT, filter=f"name eq '{n}'", **o), 200,
         **{"0__name": n})
    case("subscription", "read", lambda o: c.user_subscription.get(*AT, n, n, **o), 200, name=n)
    case("subscription", "read", lambda o: c.user_subscription.list(*AT, n, **o), 200, **{"0__name": n})
    case("subscription", "read", lambda o: c.product_subscriptions.list(*AT, n, **o), 200, **{"0__name": n})
    case("subscription", "update", lambda o: c.subscription.update(
        *AT, n, "*", M.SubscriptionUpdateParameters(state="suspended"), **o), 200, state="suspended")
    before = c.subscription.list_secrets(*AT, n)
    case("keys of a subscription", "update", lambda o: c.subscription.regenerate_primary_key(*AT, n, **o), 204)
    case("keys of a subscription", "read", lambda o: c.subscription.list_secrets(*AT, n, **o), 200,
         secondary_key=before.secondary_key)
    case("keys of a subscription", "update", lambda o: c.subscription.regenerate_secondary_key(*AT, n, **o), 204)
    after = c.subscription.list_secrets(*AT, n)
    assert before.primary_key != after.primary_key and before.secondary_key != after.secondary_key

    # email templates
    template = "inviteUserNotificationMessage"
    text = M.EmailTemplateUpdateParameters(subject=f"Welcome {n}", body='<p><a href="$ConfirmUrl">In</a></p>')
    case("email template", "create", lambda o: c.email_template.create_or_update(*AT, template, text, **o), 201,
         subject=f"Welcome {n}", is_default=False)
    case("email template", "read", lambda o: c.email_template.get(*AT, template, **o), 200, subject=f"Welcome {n}")
    case("email template", "read", lambda o: c.email_template.get_entity_tag(*AT, template, **o), 200, returns=True)
    case("email template", "update", lambda o: c.email_template.update(
        *AT, template, "*", M.EmailTemplateUpdateParameters(subject="Hello"), **o), 200, subject="Hello")
    case("email template", "delete", lambda o: c.email_template.delete(*AT, template, "*", **o), 200)
    case("email template", "read", lambda o: c.email_template.get(*AT, template, **o), 200, is_default=True)

    # notifications
    name, email = "RequestPublisherNotificationMessage", f"{n}@example.org"
    case("notification", "create", lambda o: c.notification.create_or_update(*AT, name, **o), 200, name=name)
    case("notification", "read", lambda o: c.notification.get(*AT, name, **o), 200, name=name)
    case("notification", "read", lambda o: c.notification.list_by_service(*AT, **o), 200)
    emails, users = c.notification_recipient_email, c.notification_recipient_user
    case("recipient of a notification", "create", lambda o: emails.create_or_update(*AT, name, email, **o), 201,
         email=email)
    case("recipient of a notification", "read", lambda o: emails.check_entity_exists(*AT, name, email, **o), 204,
         returns=True)
    case("recipient of a notification", "read", lambda o: emails.list_by_notification(*AT, name, **o), 200,
         value__0__email=email)
    case("recipient of a notification", "delete", lambda o: emails.delete(*AT, name, email, **o), 200)
    case("recipient of a notification", "read", lambda o: emails.check_entity_exists(*AT, name, email, **o), 404,
         returns=False)
    case("recipient of a notification", "create", lambda o: users.create_or_update(*AT, name, n, **o), 201)
    case("recipient of a notification", "read", lambda o: users.list_by_notification(*AT, name, **o), 200,
         value__0__user_id=f"{SERVICE}/users/{n}")
    case("recipient of a notification", "delete", lambda o: users.delete(*AT, name, n, **o), 200)

    # everything goes, in the order of a destroy
    case("subscription", "delete", lambda o: c.subscription.delete(*AT, n, "*", **o), 200)
    case("subscription", "delete", lambda o: c.subscription.delete(*AT, n, "*", **o), 204)
    case("API of a product", "delete", lambda o: c.product_api.delete(*AT, n, n, **o), 200)
    case("API of a product", "read", lambda o: c.product_api.check_entity_exists(*AT, n, n, **o), 404,
         error="ResourceNotFoundError")
    case("group of a product", "delete", lambda o: c.product_group.delete(*AT, n, n, **o), 200)
    case("group of a product", "read", lambda o: c.product_group.check_entity_exists(*AT, n, n, **o), 404,
         error="ResourceNotFoundError")
    case("product", "delete", lambda o: c.product.delete(*AT, n, "*", delete_subscriptions=True, **o), 200)
    case("API", "delete", lambda o: c.api.delete(*AT, n, "*", **o), 200)
    case("member of a group", "delete", lambda o: c.group_user.delete(*AT, n, n, **o), 200)
    case("group", "delete", lambda o: c.group.delete(*AT, n, "*", **o), 200)
    case("user", "delete", lambda o: c.user.delete(*AT, n, "*", delete_subscriptions=True, **o), 204)
    case("user", "delete", lambda o: c.user.delete(*AT, n, "*", **o), 204)
    case("user", "read", lambda o: c.user.get(*AT, n, **o), 404, error="ResourceNotFoundError")

    # what is set by this server's own settings, and the collections that only Azure has
    etag = {"if_match": "*"}
    for settings, model in ((c.sign_in_settings, M.PortalSigninSettings), (c.sign_up_settings, M.PortalSignupSettings)):
        case("portal setting", "read", lambda o: settings.get(*AT, **o), 200)
        case("portal setting", "read", lambda o: settings.get_entity_tag(*AT, **o), 200, returns=True)
    case("portal setting", "read", lambda o: c.delegation_settings.get(*AT, **o), 200)
    case("portal setting", "read", lambda o: c.portal_settings.list_by_service(*AT, **o), 200)
    case("portal setting", "update", lambda o: c.sign_in_settings.update(
        *AT, parameters=body({"enabled": False}), **etag, **as_json, **o), 405,
        error="HttpResponseError", says="MethodNotAllowed: ")
    for collection in (c.tag, c.named_value, c.backend, c.logger, c.gateway, c.certificate, c.cache, c.diagnostic,
                       c.identity_provider, c.open_id_connect_provider, c.authorization_server, c.global_schema,
                       c.api_version_set):
        case("other collections", "read", lambda o: collection.list_by_service(*AT, **o), 200, returns=[])
    case("other collections", "read", lambda o: c.named_value.get(*AT, "any", **o), 404,
         error="ResourceNotFoundError", says="ResourceNotFound: This server has no named values.")
    case("other collections", "create", lambda o: c.tag.create_or_update(
        *AT, "any", M.TagCreateUpdateParameters(display_name="any"), **o), 405,
        error="HttpResponseError", says="MethodNotAllowed: This server has no tags.")
    case("other collections", "update", lambda o: c.tag.update(
        *AT, "any", "*", M.TagCreateUpdateParameters(display_name="any"), **o), 405,
        error="HttpResponseError", says="MethodNotAllowed: This server has no tags.")
    case("other collections", "delete", lambda o: c.tag.delete(*AT, "any", "*", **o), 204)


for version in sys.argv[1:]:
    cases(version)
