"""Column sets for the seeded boards: (title, color) pairs in board order.

Colors are stored as typed (behaviour.md §3.3): mostly six digits, a few spellings people really leave behind.
"""

from __future__ import annotations

Column = tuple[str, str | None]

DEFAULT: tuple[Column, ...] = (("New", "00C4FB"), ("In progress", "47D1E2"), ("Finished", "75D900"))

MAIN: tuple[Column, ...] = (
    ("New", "00C4FB"),
    ("Ideas & wishes", "FFE600"),
    ("Gestaltung", "8B5CF6"),
    ("В работе", "47D1E2"),
    ("Waiting for <customer>", "FFA801"),
    ("Review 👀", "1D4ED8"),
    ("Done", "75D900"),
)

TWENTY: tuple[Column, ...] = tuple(
    (name, f"{(index * 53) % 256:02X}{(index * 97 + 60) % 256:02X}{(index * 151 + 120) % 256:02X}")
    for index, name in enumerate(
        (
            "Eingang",
            "Sichtung",
            "Konstruktion",
            "Prototyp",
            "Prüfung 1",
            "Prüfung 2",
            "Freigabe",
            "Einkauf",
            "Lager",
            "Vormontage",
            "Montage",
            "Kalibrierung",
            "Klimakammer",
            "Dauerlauf",
            "Endkontrolle",
            "Verpackung",
            "Versand",
            "Rechnung",
            "Nachbetreuung und Rückfragen der Kundschaft",
            "Abgelegt",
        )
    )
)

PIPELINE: tuple[Column, ...] = (
    ("Заявка", "00C4FB"),
    ("Квалификация", "2FC6F6"),
    ("Предложение", "FFA800"),
    ("Договор", "#55D0E0"),
    ("Закрыто", "7bd500"),
)

EDITORIAL: tuple[Column, ...] = (
    ("Inbox", None),
    ("Draft", "F1E3D3"),
    ("Lektorat", "99C1B9"),
    ("翻訳", "8E7DBE"),
    ("Printed", "000000"),
    ("Online", "FFFFFF"),
)

TWINS: tuple[Column, ...] = (("Open", "D81B60"), ("Open", "D81B60"), ("Closed", "9E9E9E"))

HUGE: tuple[Column, ...] = tuple(
    (name, color)
    for name, color in (
        ("New", "00C4FB"),
        ("Triage", "FFE600"),
        ("Accepted", "55D0E0"),
        ("Planned", "8B5CF6"),
        ("In progress", "47D1E2"),
        ("Blocked", "F44336"),
        ("Code review", "1D4ED8"),
        ("Test", "FFA801"),
        ("Retest", "FF7043"),
        ("Ready", "9DCF00"),
        ("Shipped", "75D900"),
        ("Won't do", "9E9E9E"),
    )
)

SMALL: tuple[Column, ...] = (
    ("New", "00C4FB"),
    ("In progress", "47D1E2"),
    ("Review", "FFA801"),
    ("Done", "75D900"),
)

MY_PLAN: tuple[Column, ...] = (
    ("Not planned", "00C4FB"),
    ("Work in progress", "9DCF00"),
    ("To be done this week", "47D1E2"),
    ("Review", "FFA801"),
)
