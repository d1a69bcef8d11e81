"""Directories and pipelines of the invented company: several scripts, awkward colors, order that slipped.

What a stage is called elsewhere too ("Negotiation") is on purpose, as are equal SORTs, pale and missing
colors, and a stage in progress that stands behind the success stage.
"""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.state.crm import DEAL, FAILURE, INVOICE, SUCCESS
from sandbox.state.crm_directories import (
    DEAL_STAGES,
    INVOICE_STAGES,
    LEAD_STAGES,
    QUOTE_STAGES,
    SMART_STAGES,
    Row,
)

PROCUREMENT, SERVICE, CALIBRATION = 134, 128, 1038


@dataclass(frozen=True)
class Pipeline:
    """`items` is how many items it gets; `empty` names the codes of stages that stay empty."""

    entity_type_id: int
    name: str
    sort: int
    items: int
    rows: tuple[Row, ...]
    empty: tuple[str, ...] = ()


LEADS = (
    *LEAD_STAGES[:3],
    Row("CALLBACK", "Rückruf vereinbart", "#FFF9C4"),
    Row("NURTURE", "Прогрев <рассылка>", "#B3E5FC"),
    Row("CONVERTED", "Good Lead", "#7BD500", SUCCESS, system=True, sort=60),
    Row("JUNK", "Junk Lead", "#FF5752", FAILURE, system=True),
    Row("DUPLICATE", "Duplikat", "#FF5752", FAILURE),
)
QUOTES = QUOTE_STAGES

FAIRS = (
    Row("NEW", "Новая заявка", "#39A8EF", system=True),
    Row("BRIEF", "Бриф", "#FFFDE7"),
    Row("STAND", "Проект стенда", "#FFF176"),
    Row("NEGOTIATION", "Negotiation / переговоры", "#E0F7FA"),
    Row("CONTRACT", "Договор", "#47E4C2"),
    Row("BUILD", "Монтаж", "#CFD8DC"),
    Row("WON", "Выставка прошла", "#7BD500", SUCCESS, system=True),
    Row("LOSE", "Отказ", "#FF5752", FAILURE, system=True),
    Row("APOLOGY", "Анализ причины отказа", "#FFCDD2", FAILURE),
)
KEY_ACCOUNTS = (
    Row("NEW", "Anfrage", "#39A8EF", system=True),
    Row("QUALIFY", "Qualifizierung", "#2FC6F6", sort=20),
    Row("NEEDS", "Bedarfsermittlung", "#2FC6F6", sort=20),
    Row("VISIT", "Vor-Ort-Termin", "#55D0E0", sort=20),
    Row("CONCEPT", "Konzept & Machbarkeit", "#808080", sort=30),
    Row("OFFER", "Angebot erstellt", "#777777", sort=40),
    Row("NEGOTIATION", "Negotiation", "#FFA900", sort=50),
    Row("LEGAL", "Rechtsprüfung", "#FFA900", sort=50),
    Row("FRAME", "Rahmenvertragsverhandlungsabschlussdokumentation", "#8D6E63", sort=60),
    Row("WON", "Auftrag", "#7BD500", SUCCESS, system=True, sort=70),
    Row("LOSE", "Kein Auftrag", "#FF5752", FAILURE, system=True, sort=80),
    Row("LATER", "Wiedervorlage nächstes Jahr", "#B0BEC5", FAILURE, sort=90),
    Row("BUDGET", "Budget gestrichen", "#FF8A80", FAILURE, sort=90),
)
PARTNERS = (
    Row("NEW", "New partner", "#39A8EF", system=True),
    Row("TRAINING", "トレーニング", "#AB47BC"),
    Row("CERTIFY", "Zertifizierung", None),
    Row("STOCK", "Erstausstattung", "#"),
    Row("WON", "Active partner 🤝", "#7BD500", SUCCESS, system=True, sort=50),
    Row("LOSE", "Abgelehnt", "#FF5752", FAILURE, system=True, sort=60),
    Row("REVIEW", "Yearly review (slipped behind the end)", "#1D4ED8", sort=70),
)
EXPORT_INVOICES = (
    Row("N", "Neu", "#39A8EF", system=True),
    Row("CUSTOMS", "Beim Zoll", "#FFEB3B"),
    Row("S", "Versandt", "#2FC6F6"),
    Row("P", "Bezahlt", "#7BD500", SUCCESS, system=True),
    Row("D", "Uneinbringlich", "#FF5752", FAILURE, system=True),
)
VISITS = (
    Row("NEW", "Requested", "#22B9FF", system=True),
    Row("PLANNED", "Planned", "#88B9FF"),
    Row("ON_SITE", "زيارة الموقع", "#10E5FC"),
    Row("REPORT", "Report", "#FAFAFA"),
    Row("SUCCESS", "Done", "#00FF00", SUCCESS, system=True),
    Row("FAIL", "Cancelled", "#FF0000", FAILURE, system=True),
)
WARRANTY = (
    Row("NEW", "Eingang", "#22B9FF", system=True),
    Row("CHECK", "Prüfung", "#FFD180"),
    Row("REPAIR", "Reparatur", "#FFAB40"),
    Row("SUCCESS", "Erledigt", "#00FF00", SUCCESS, system=True),
    Row("FAIL", "Kein Garantiefall", "#FF0000", FAILURE, system=True),
)
PURCHASES = (
    Row("NEW", "Заявка", "#22B9FF", system=True),
    Row("TENDER", "Тендер", "#E1BEE7"),
    Row("APPROVAL", "Согласование", "#CE93D8"),
    Row("DELIVERY", "В пути", "#AB47BC"),
    Row("SUCCESS", "Получено", "#00FF00", SUCCESS, system=True),
    Row("FAIL", "Отменено", "#FF0000", FAILURE, system=True),
)
ORDERS = (
    Row("NEW", "受付", "#22B9FF", system=True),
    Row("BENCH", "校正中", "#88B9FF"),
    Row("CERTIFICATE", "証明書作成", "#FFF59D"),
    Row("SUCCESS", "返却済み", "#00FF00", SUCCESS, system=True),
    Row("FAIL", "不合格", "#FF0000", FAILURE, system=True),
)

COMPANY = (
    Pipeline(DEAL, "General", 300, 230, DEAL_STAGES, ("FINAL_INVOICE",)),
    Pipeline(DEAL, "Выставки", 200, 140, FAIRS, ("CONTRACT",)),
    Pipeline(DEAL, "Großkunden", 200, 180, KEY_ACCOUNTS, ("LEGAL", "BUDGET")),
    Pipeline(DEAL, "Partner & 代理店", 400, 90, PARTNERS, ("STOCK",)),
    Pipeline(INVOICE, "Domestic", 100, 90, INVOICE_STAGES),
    Pipeline(INVOICE, "Export", 200, 50, EXPORT_INVOICES, ("CUSTOMS",)),
    Pipeline(SERVICE, "General", 500, 70, VISITS),
    Pipeline(SERVICE, "Gewährleistung", 500, 60, WARRANTY, ("CHECK",)),
    Pipeline(PROCUREMENT, "Общее", 500, 60, PURCHASES, ("TENDER",)),
    Pipeline(CALIBRATION, "General", 500, 50, ORDERS),
    Pipeline(CALIBRATION, "Express 特急", 600, 20, SMART_STAGES, ("CLIENT",)),
)
COMPANY_TYPES = {
    SERVICE: "Service visits",
    PROCUREMENT: "Закупка оборудования",
    CALIBRATION: "校正 Calibration",
}
COMPANY_LEADS, COMPANY_QUOTES = 330, 130  # with the pipelines above 1,500 items

SMALL = (
    Pipeline(DEAL, "General", 300, 10, DEAL_STAGES, ("FINAL_INVOICE",)),
    Pipeline(DEAL, "Second", 400, 6, (*DEAL_STAGES[:2], *DEAL_STAGES[5:7])),
    Pipeline(SERVICE, "General", 500, 6, SMART_STAGES, ("CLIENT",)),
)
SMALL_TYPES = {SERVICE: "Service visits"}
SMALL_LEADS = 8

LISTS: dict[str, tuple[Row, ...]] = {
    "SOURCE": (
        Row("CALL", "Call", system=True),
        Row("EMAIL", "E-Mail", system=True),
        Row("WEB", "Website", system=True),
        Row("ADVERTISING", "Advertising"),
        Row("PARTNER", "Existing client"),
        Row("RECOMMENDATION", "Empfehlung"),
        Row("TRADE_SHOW", "Выставка"),
        Row("WEBFORM", "CRM form", system=True),
        Row("CALLBACK", "Callback", system=True),
        Row("RC_GENERATOR", "Sales boost", system=True),
        Row("1|TELEGRAM", "Telegram — открытая линия"),
        Row("OTHER", "Other"),
    ),
    "CONTACT_TYPE": (
        Row("CLIENT", "Clients"),
        Row("SUPPLIER", "Lieferanten"),
        Row("PARTNER", "Партнёры"),
        Row("SHARE", "General", system=True),
        Row("OTHER", "Other"),
    ),
    "COMPANY_TYPE": (
        Row("CUSTOMER", "Client", system=True),
        Row("SUPPLIER", "Supplier"),
        Row("COMPETITOR", "Wettbewerber"),
        Row("PARTNER", "Партнёр"),
        Row("LAB", "試験所"),
        Row("OTHER", "Other"),
    ),
    "EMPLOYEES": (
        Row("EMPLOYEES_1", "fewer than 50"),
        Row("EMPLOYEES_2", "50-250"),
        Row("EMPLOYEES_3", "250-500"),
        Row("EMPLOYEES_4", "over 500"),
    ),
    "INDUSTRY": (
        Row("IT", "Information Technology"),
        Row("TELECOM", "Telecommunications"),
        Row("MANUFACTURING", "Maschinenbau"),
        Row("BANKING", "Banking Services"),
        Row("CONSULTING", "Consulting"),
        Row("FINANCE", "Finance"),
        Row("GOVERNMENT", "Государственный сектор", sort=70),
        Row("DELIVERY", "Delivery", sort=70),
        Row("ENTERTAINMENT", "Entertainment", sort=70),
        Row("WEATHER", "Wetterdienste & Klimaforschung"),
        Row("AVIATION", "Aviation"),
        Row("SHIPPING", "Морские перевозки"),
        Row("NOTPROFIT", "Non-profit"),
        Row("OTHER", "Other"),
    ),
    "DEAL_TYPE": (
        Row("SALE", "Sale"),
        Row("COMPLEX", "Integrated sale"),
        Row("GOODS", "Goods"),
        Row("SERVICES", "Services"),
        Row("SERVICE", "Wartung"),
        Row("RENT", "Аренда"),
    ),
    "HONORIFIC": (
        Row("HNR_EN_1", "Mr."),
        Row("HNR_EN_2", "Mrs."),
        Row("HNR_DE_1", "Herr Dr.-Ing."),
        Row("HNR_JA_1", "様"),
    ),
    "EVENT_TYPE": (
        Row("INFO", "Information", "#9DCF00", system=True),
        Row("PHONE", "Phone call", "#55D0E0", system=True),
        Row("MESSAGE", "E-mail sent", "#FFA900", system=True),
    ),
    "CALL_LIST": (
        Row("IN_WORK", "In progress", "#2FC6F6", system=True),
        Row("SUCCESS", "Reached", "#7BD500", system=True),
        Row("WRONG_NUMBER", "Wrong number", "#FFF176"),
        Row("STOP_CALLING", "Do not call again", "#FF5752", system=True),
    ),
}
SMALL_LISTS = ("SOURCE", "CONTACT_TYPE", "HONORIFIC")

CUSTOMERS = (
    "Möwenfels Windparks",
    "Harbour Authority of Sundmouth",
    "ООО «Северный барометр»",
    "Flugplatz Grünau",
    "青葉気象台",
    "Thistledown Orchards",
    "شركة الخليج للأرصاد",
    "Œuvres maritimes de Brisavent",
    "Совхоз «Рассвет»",
    "O'Leary & Daughters",
    "Alpenverein Hochspitz",
    "<Unnamed customer>",
)
THINGS = (
    "wind gauges",
    "Wetterstation",
    "калибровка",
    "spare parts",
    "humidity chamber",
    "Wartungsvertrag",
    "датчики уровня",
    "ship barometer",
    "校正",
)
