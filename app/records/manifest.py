"""What a module hands over to the house: its record types, routes and words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint

from app.identity.permissions import PermissionGroup
from app.identity.settings_pages import SettingsPage
from app.kernel.actor import Actor
from app.kernel.language import Text
from app.records.authority import Subject
from app.records.belongings import Mention
from app.records.datasets import Dataset
from app.records.happenings import Happenings
from app.records.lent import Lent
from app.records.pages.beside import Beside
from app.records.pages.changes import Tells
from app.records.pages.everywhere import Finder
from app.records.pages.notes import Notes
from app.records.pages.timeline import Source
from app.records.types import RecordType
from app.records.widgets import First, Widget
from app.web.shell import Link


@dataclass(frozen=True, slots=True)
class Module:
    """One module: `key` is what a tenant switches on, `label` heads its group in the rail.

    `timeline` are what it tells on the timelines of records, `permissions` and `settings` what can
    be granted and settled besides its record types. `belongings` are its models that name any
    record by the columns `record_type` and `record_id`: such rows go when the record is removed for
    good, and follow it when it is merged. `mentions` name any record as well and only follow it.
    `reports` are those that come with it: see `app.reports.ready`.
    `finders` add to the results of a search what is no record.
    `subjects` are the numbers in fields of its types that authority is about.
    `happenings` are told to programs outside though they are no record's.
    `tells` are events of records that are neither a field's nor an action's, in words.
    `widgets` are what it can show on Home, `home` what of it stands there at first.
    `notes` stand at the head of a record's page. `text` says in a sentence what it brings and
    `icon` stands beside it, where a workspace switches it on and off; the others are always on.
    `links` are its pages that are no record type's, in the rail behind those. `beside` are its
    panels on the pages of other modules' records, there while it is on. `datasets` are rows of its
    records that other modules reckon with, `lends` what it knows of others' records, for filters.
    """

    key: str
    label: Text
    record_types: tuple[RecordType, ...]
    blueprints: tuple[Blueprint, ...] = ()
    timeline: tuple[Source, ...] = ()
    permissions: tuple[PermissionGroup, ...] = ()
    settings: tuple[SettingsPage, ...] = ()
    belongings: tuple[Any, ...] = ()
    mentions: tuple[Mention, ...] = ()
    reports: tuple[Any, ...] = ()
    finders: tuple[Finder, ...] = ()
    subjects: tuple[Subject, ...] = ()
    happenings: tuple[Happenings, ...] = ()
    tells: tuple[Tells, ...] = ()
    widgets: tuple[Widget, ...] = ()
    home: tuple[First, ...] = ()
    notes: tuple[Notes, ...] = ()
    text: Text | None = None
    icon: str = ""
    links: Callable[[Actor], Iterable[Link]] = lambda _by: ()
    beside: tuple[Beside, ...] = ()
    datasets: tuple[Dataset, ...] = ()
    lends: tuple[Lent, ...] = ()
