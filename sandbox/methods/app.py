"""What the application and the portal say about themselves and the caller (behaviour.md §7.6, §7.7)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sandbox.application.handlers import calling_app
from sandbox.rest.dispatch import allowed
from sandbox.rest.params import as_map, is_array, is_true, text_of, upper_keys
from sandbox.rest.registry import METHODS, Call, Method, RestError, method

SECTION = "behaviour.md §7.7"
LICENSE = "en_pro100"
FEATURES = {"REST_OFFLINE_EXTENDED": "Y", "REST_AUTH_CONNECTOR": "Y"}


@method("app.info", scope=None, style="classic", source=SECTION)
def info(call: Call) -> dict[str, Any]:
    """The application for OAuth, scopes and plan for a webhook, 403 for the portal's own pages."""
    if call.auth_type == "webhook":
        return {"SCOPE": sorted(call.scopes), "LICENSE": LICENSE}
    if call.app is None:
        raise RestError("ACCESS_DENIED", "Access denied! Application context required", 403)
    return {
        "ID": call.app.id,
        "CODE": call.app.code,
        "VERSION": call.app.version,
        "STATUS": call.app.status,
        "INSTALLED": call.app.installed,
        "PAYMENT_EXPIRED": "N",
        "DAYS": None,
        "LANGUAGE_ID": call.lang,
        "LICENSE": LICENSE,
        "LICENSE_TYPE": "pro100",
        "LICENSE_FAMILY": "pro",
    }


def _read(call: Call, options: dict[str, object]) -> Any:
    """One option, null for an unknown one; all of them without a name."""
    name = upper_keys(call.params).get("OPTION")
    return options.get(str(name)) if name not in (None, "") else options


def _write(call: Call, options: dict[str, object]) -> bool:
    given = upper_keys(call.params).get("OPTIONS")
    if not is_array(given) or not given:
        raise RestError("ArgumentNullException", "options is empty")
    options.update(as_map(given))
    return True


@method("app.option.get", scope=None, style="classic", source=SECTION, application_only=True)
def get_app_option(call: Call) -> Any:
    """An option of the application by its name; without a name all of them as a map."""
    return _read(call, calling_app(call).app_options)


@method("app.option.set", scope=None, style="classic", source=SECTION, application_only=True)
def set_app_option(call: Call) -> bool:
    """Keep options of the application; 403 for those who are no administrators."""
    if not call.user.is_admin:
        raise RestError("ACCESS_DENIED", "Administrator authorization required", 403)
    return _write(call, calling_app(call).app_options)


@method("user.option.get", scope=None, style="classic", source=SECTION, application_only=True)
def get_user_option(call: Call) -> Any:
    """An option the application keeps for the caller; without a name all of them as a map."""
    return _read(call, calling_app(call).user_options.get(call.user.id, {}))


@method("user.option.set", scope=None, style="classic", source=SECTION, application_only=True)
def set_user_option(call: Call) -> bool:
    """Keep options of the application for the caller."""
    return _write(call, calling_app(call).user_options.setdefault(call.user.id, {}))


# --- the portal and the caller ---
@method("server.time", scope=None, style="classic", source=SECTION)
def server_time(call: Call) -> str:
    """The portal's own time in UTC, ISO 8601, to the second."""
    return call.portal.now().astimezone(dt.UTC).replace(microsecond=0).isoformat()


@method("scope", scope=None, style="classic", source=SECTION)
def scope(call: Call) -> list[str]:
    """The granted scopes; with `full` all of the portal."""
    if is_true(upper_keys(call.params).get("FULL")):
        return sorted(_scopes_of(METHODS.values()))
    return sorted(call.scopes)


@method("methods", scope=None, style="classic", source=SECTION)
def methods(call: Call) -> list[str]:
    """Names of the classic methods only: controllers are not listed, as on a real portal."""
    params = upper_keys(call.params)
    specs = [spec for spec in METHODS.values() if spec.style != "controller"]
    if "SCOPE" in params:
        wanted = text_of(params["SCOPE"]) if not is_array(params["SCOPE"]) else ""
        return [spec.name for spec in specs if wanted in (spec.scope or "").split("|")]
    if is_true(params.get("FULL")):
        return [spec.name for spec in specs]
    return [spec.name for spec in specs if allowed(spec, call.scopes)]


@method("method.get", scope=None, style="classic", source=SECTION)
def method_get(call: Call) -> dict[str, bool]:
    """Whether a method exists and whether its scope is granted."""
    name = upper_keys(call.params).get("NAME")
    spec = METHODS.get(name.lower()) if isinstance(name, str) else None
    return {"isExisting": spec is not None, "isAvailable": spec is not None and allowed(spec, call.scopes)}


@method("feature.get", scope=None, style="classic", source=SECTION, not_modelled="all but two feature codes")
def feature_get(call: Call) -> dict[str, str]:
    """Whether the portal has a feature: "Y" or "N"; 400 without a code."""
    code = upper_keys(call.params).get("CODE")
    if not isinstance(code, str) or not code:
        raise RestError("CODE_EMPTY", "CODE can't be empty")
    return {"value": FEATURES.get(code.upper(), "N")}


@method("profile", scope=None, style="classic", source="behaviour.md §7.6")
def profile(call: Call) -> dict[str, Any]:
    """The caller's id, name, gender, time zone and whether they are an administrator."""
    user = call.user
    if not user.active:
        return {}
    row: dict[str, Any] = {
        "ID": str(user.id),
        "ADMIN": user.is_admin,
        "NAME": user.name,
        "LAST_NAME": user.last_name,
        "PERSONAL_GENDER": user.gender,
        "TIME_ZONE": user.time_zone,
    }
    if user.photo:
        row["PERSONAL_PHOTO"] = user.photo
    return row


@method("user.admin", scope=None, style="classic", source="behaviour.md §7.6")
def user_admin(call: Call) -> bool:
    """Whether the caller is an administrator of the portal."""
    return call.user.is_admin


def _scopes_of(specs: Any) -> set[str]:
    found: set[str] = set()
    for spec in specs:
        assert isinstance(spec, Method)
        found.update(part for part in (spec.scope or "").split("|") if part)
    return found
