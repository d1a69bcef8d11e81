"""What a board page costs: 10,000 tasks against an ordinary project, and the app's own share of the time."""

from __future__ import annotations

from support import installed_app, resident_kilobytes, seconds

from tests.support.person import Person


def page_time(seed: str) -> tuple[float, float, int]:
    """Seconds for a board through the app, for the portal's batch alone, and the app's memory in kB."""
    with installed_app(seed) as (sandbox, app):
        owner = Person(sandbox, app.url, "owner").open()
        address = f"/boards/g{sandbox.main_group_id}"
        whole = seconds(lambda: owner.get(address))
        with sandbox.recording() as seen:
            owner.get(address)
        return whole, float(seen.calls[0]["ms"]) / 1000, resident_kilobytes(app.process.pid)


def main() -> None:
    small, small_portal, _ = page_time("company")
    huge, huge_portal, memory = page_time("huge")
    print(f"board of 10,000 tasks / board of the ordinary project: {huge / small:.2f}")
    print(f"whole page / the portal's share, ordinary project:      {small / small_portal:.2f}")
    print(f"whole page / the portal's share, 10,000 tasks:          {huge / huge_portal:.2f}")
    print(f"memory of the app after it, MB: {memory / 1024:.0f}")


if __name__ == "__main__":
    main()
