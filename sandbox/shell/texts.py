"""The portal pages' own words in the three languages of the demo."""

from __future__ import annotations

from collections.abc import Callable

LANGUAGES = {"en": "English", "de": "Deutsch", "ru": "Русский"}

# key: (en, de, ru)
_TEXTS: dict[str, tuple[str, str, str]] = {
    "feed": ("Feed", "Activity Stream", "Лента"),
    "tasks": ("Tasks and Projects", "Aufgaben und Projekte", "Задачи и проекты"),
    "crm": ("CRM", "CRM", "CRM"),
    "applications": ("Applications", "Anwendungen", "Приложения"),
    "market": ("Market", "Market", "Маркет"),
    "control": ("Control plane", "Steuerung", "Пульт управления"),
    "menu": ("Main menu", "Hauptmenü", "Главное меню"),
    "view_as": ("You are", "Sie sind", "Вы вошли как"),
    "role_admin": ("Administrator", "Administrator", "Администратор"),
    "role_owner": ("Project owner", "Projektinhaber", "Руководитель проекта"),
    "role_moderator": ("Moderator", "Moderator", "Помощник руководителя"),
    "role_member": ("Member", "Mitglied", "Участник"),
    "role_outsider": ("Outsider", "Außenstehende", "Посторонний"),
    "role_crm_admin": ("CRM administrator", "CRM-Administrator", "Администратор CRM"),
    "role_no_crm": ("Without CRM", "Ohne CRM", "Без CRM"),
    "main_people": ("For trying out", "Zum Ausprobieren", "Для проверки"),
    "all_people": ("All employees", "Alle Mitarbeiter", "Все сотрудники"),
    "language": ("Language", "Sprache", "Язык"),
    "to_dark": ("Dark theme", "Dunkles Design", "Тёмная тема"),
    "to_light": ("Light theme", "Helles Design", "Светлая тема"),
    "close": ("Close", "Schließen", "Закрыть"),
    "cancel": ("Cancel", "Abbrechen", "Отмена"),
    "welcome": ("Good day, {name}!", "Guten Tag, {name}!", "Добрый день, {name}!"),
    "about_portal": (
        "This is a stand-in for a Bitrix24 portal with an invented company in it. Everything here may be "
        "changed; “Reset” on the control plane brings it back.",
        "Dies ist ein Ersatz für ein Bitrix24-Portal mit einer erfundenen Firma. Alles darf geändert werden; "
        "„Reset“ in der Steuerung stellt den Anfang wieder her.",
        "Это учебная замена портала Битрикс24 с вымышленной компанией. Менять можно всё; «Reset» на пульте "
        "управления вернёт исходное состояние.",
    ),
    "my_projects": ("Projects", "Projekte", "Проекты"),
    "my_tasks": ("My tasks", "Meine Aufgaben", "Мои задачи"),
    "no_projects": (
        "There is no project you can see.",
        "Es gibt kein Projekt, das Sie sehen können.",
        "Нет проектов, которые вам видны.",
    ),
    "members": ("Members", "Mitglieder", "Участники"),
    "group_tasks": ("Tasks", "Aufgaben", "Задачи"),
    "about": ("About", "Über das Projekt", "О проекте"),
    "no_description": ("No description.", "Keine Beschreibung.", "Описания нет."),
    "role_A": ("Owner", "Inhaber", "Руководитель"),
    "role_E": ("Moderator", "Moderator", "Помощник"),
    "role_K": ("Member", "Mitglied", "Участник"),
    "role_Z": ("Invited", "Eingeladen", "Приглашён"),
    "role_T": ("Banned", "Gesperrt", "Исключён"),
    "role_none": ("Not a member", "Kein Mitglied", "Не участник"),
    "kind_scrum": ("Scrum", "Scrum", "Скрам"),
    "kind_project": ("Project", "Projekt", "Проект"),
    "kind_group": ("Workgroup", "Arbeitsgruppe", "Рабочая группа"),
    "private": ("Secret", "Geheim", "Скрытый"),
    "archived": ("Archived", "Archiviert", "В архиве"),
    "more": ("{count} more", "{count} weitere", "ещё {count}"),
    "empty_stage": ("No tasks", "Keine Aufgaben", "Задач нет"),
    "read_only": (
        "Read-only view of the portal. Stages are shaped in the application.",
        "Nur-Lese-Ansicht des Portals. Spalten werden in der Anwendung bearbeitet.",
        "Только просмотр. Стадии настраиваются в приложении.",
    ),
    "no_access": (
        "You cannot see the tasks of this project.",
        "Sie können die Aufgaben dieses Projekts nicht sehen.",
        "Вы не можете видеть задачи этого проекта.",
    ),
    "crm_no_access": (
        "You have no access to the CRM.",
        "Sie haben keinen Zugriff auf das CRM.",
        "У вас нет доступа к CRM.",
    ),
    "no_deadline": ("No deadline", "Keine Frist", "Без срока"),
    "responsible": ("Responsible", "Verantwortlich", "Исполнитель"),
    "deadline": ("Deadline", "Frist", "Крайний срок"),
    "stage": ("Stage", "Spalte", "Стадия"),
    "project": ("Project", "Projekt", "Проект"),
    "not_found": (
        "Not found, or you may not see it.",
        "Nicht gefunden, oder Sie dürfen es nicht sehen.",
        "Не найдено, или у вас нет доступа.",
    ),
    "install": ("Install", "Installieren", "Установить"),
    "installed": ("Installed", "Installiert", "Установлено"),
    "open": ("Open", "Öffnen", "Открыть"),
    "uninstall": ("Uninstall", "Deinstallieren", "Удалить"),
    "finish_install": ("Finish the installation", "Installation abschließen", "Завершить установку"),
    "uninstall_ask": (
        "Remove {title} from this portal?",
        "{title} von diesem Portal entfernen?",
        "Удалить {title} с этого портала?",
    ),
    "uninstall_clean": (
        "Also delete the application's settings and data",
        "Auch Einstellungen und Daten der Anwendung löschen",
        "Удалить также настройки и данные приложения",
    ),
    "app_slogan": (
        "Shape your boards: drag stages, recolor them, see what changed and undo it.",
        "Boards gestalten: Spalten ziehen, umfärben, Änderungen sehen und rückgängig machen.",
        "Настраивайте доски: двигайте стадии, меняйте цвета, смотрите изменения и отменяйте их.",
    ),
    "install_title": ("Install {title}", "{title} installieren", "Установка {title}"),
    "install_scopes": (
        "The application will get access to:",
        "Die Anwendung erhält Zugriff auf:",
        "Приложение получит доступ к:",
    ),
    "agree": (
        "I agree that the application acts on behalf of the person who uses it",
        "Ich stimme zu, dass die Anwendung im Namen der Person handelt, die sie benutzt",
        "Я согласен, что приложение действует от имени того, кто им пользуется",
    ),
    "admins_only": (
        "Only an administrator of the portal can install applications.",
        "Nur ein Administrator des Portals kann Anwendungen installieren.",
        "Устанавливать приложения может только администратор портала.",
    ),
    "not_finished": (
        "The application is being installed. An administrator has to finish the installation first.",
        "Die Anwendung wird installiert. Ein Administrator muss die Installation zuerst abschließen.",
        "Приложение устанавливается. Сначала администратор должен завершить установку.",
    ),
    "scope_crm": ("CRM", "CRM", "CRM"),
    "scope_task": ("Tasks", "Aufgaben", "Задачи"),
    "scope_tasks": ("Tasks (extended)", "Aufgaben (erweitert)", "Задачи (расширенные права)"),
    "scope_sonet_group": (
        "Workgroups and projects",
        "Arbeitsgruppen und Projekte",
        "Рабочие группы и проекты",
    ),
    "scope_socialnetwork": ("Social network", "Soziales Netzwerk", "Социальная сеть"),
    "scope_user": ("Users", "Benutzer", "Пользователи"),
    "scope_user_basic": ("Users (basic)", "Benutzer (einfach)", "Пользователи (базово)"),
    "scope_user_brief": ("Users (minimum)", "Benutzer (minimal)", "Пользователи (минимум)"),
    "scope_placement": ("Places in the interface", "Orte in der Oberfläche", "Встраивание в интерфейс"),
}


def translator(lang: str) -> Callable[..., str]:
    """A function from key (and values for `{…}`) to text; English for an unknown language."""
    place = {"en": 0, "de": 1, "ru": 2}.get(lang, 0)

    def text(key: str, **values: object) -> str:
        row = _TEXTS.get(key)
        return row[place].format(**values) if row else key

    return text


def keys() -> frozenset[str]:
    """All keys, for the test that compares templates and texts."""
    return frozenset(_TEXTS)
