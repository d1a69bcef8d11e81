"""The application's view of itself: `app.info`, `app.option.*`, `user.option.*` (behaviour.md §7.7)."""

from __future__ import annotations

from typing import Any

from sandbox.params import as_map, is_array, upper_keys
from sandbox.portal import App
from sandbox.registry import Call, RestError, method

SECTION = "behaviour.md §7.7"
LICENSE = "en_pro100"


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


def _calling_app(call: Call) -> App:
    assert call.app is not None
    return call.app


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
    return _read(call, _calling_app(call).app_options)


@method("app.option.set", scope=None, style="classic", source=SECTION, application_only=True)
def set_app_option(call: Call) -> bool:
    if not call.user.is_admin:
        raise RestError("ACCESS_DENIED", "Administrator authorization required", 403)
    return _write(call, _calling_app(call).app_options)


@method("user.option.get", scope=None, style="classic", source=SECTION, application_only=True)
def get_user_option(call: Call) -> Any:
    return _read(call, _calling_app(call).user_options.get(call.user.id, {}))


@method("user.option.set", scope=None, style="classic", source=SECTION, application_only=True)
def set_user_option(call: Call) -> bool:
    return _write(call, _calling_app(call).user_options.setdefault(call.user.id, {}))
