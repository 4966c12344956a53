"""Files of other systems are understood by their heads alone."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from app.records.custom.kinds import KINDS
from app.records.imports.guessing.guess import Guess, guess
from app.records.registry import registry
from tests.cast import Person, Workspace

HEADERS = Path(__file__).with_name("headers")
FILES = sorted(HEADERS.glob("*.csv"))
ENOUGH = 0.95


def guessed(path: Path, workspace: Workspace, person: Person) -> list[Guess]:
    head = next(csv.reader([path.read_text(encoding="utf-8")]))
    with workspace.acting(person) as by:
        return guess(registry().type(path.stem.split("-")[1]), head, [], by)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_nearly_every_column_of_another_system_is_known(
    path: Path, acme: Workspace, alice: Person
) -> None:
    guesses = guessed(path, acme, alice)
    unknown = [one.column.source for one in guesses if not one.is_known]
    assert len(unknown) <= (1 - ENOUGH) * len(guesses), unknown
    assert all(one.own_kind in KINDS for one in guesses if one.own_kind)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_field_is_given_twice(path: Path, acme: Workspace, alice: Person) -> None:
    fields = [one.column.field for one in guessed(path, acme, alice) if one.column.field]
    assert len(fields) == len(set(fields))
    assert fields


EXPECTED = {
    "hubspot-activity": {
        "hs_createdate": "created_at",
        "hs_task_subject": "subject",
        "hs_task_body": "body",
        "hs_task_type": "kind",
        "hs_timestamp": "due_at",
        "hs_task_completion_date": "done_at",
        "hs_task_is_all_day": "all_day",
    },
    "zoho-product": {
        "Created Time": "created_at",
        "Product Name": "name",
        "Product Code": "number",
        "Product Active": "status",
        "Product Category": "category_id",
        "Unit Price": "list_price",
        "Usage Unit": "unit",
        "Tax": "tax_rate",
        "Product Owner": "owner_id",
        "Description": "description",
        "Tag": "tags",
    },
    "espocrm-product": {
        "createdAt": "created_at",
        "name": "name",
        "status": "status",
        "type": "kind",
        "partNumber": "number",
        "description": "description",
        "costPrice": "cost",
        "listPrice": "list_price",
        "categoryName": "category_id",
    },
    "fxiaoke-activity": {
        "create_time": "created_at",
        "account_id": "account_id",
        "owner": "owner_id",
        "active_record_type": "kind",
        "active_record_content": "body",
    },
    "hubspot-account": {
        "Last Contacted": "last_activity_at",
        "Next Activity Date": "next_step_at",
        "Create Date": "created_at",
        "Company name": "name",
        "Company owner": "owner_id",
        "Phone Number": "phone",
        "City": "city",
        "Country/Region": "country",
        "State/Region": "province",
        "Street Address": "address",
        "Industry": "industry",
        "Website URL": "website",
        "Lifecycle Stage": "lifecycle",
        "Type": "customer_kind",
        "Parent Company": "parent_id",
        "Employee range": "size",
    },
    "hubspot-contact": {
        "Last Contacted": "last_activity_at",
        "Next Activity Date": "next_step_at",
        "Create Date": "created_at",
        "First Name": "first_name",
        "Last Name": "last_name",
        "Email": "email",
        "Phone Number": "phone",
        "Contact owner": "owner_id",
        "Company Name": "account_id",
        "Job Title": "title",
        "Preferred language": "language",
    },
    "salesforce-account": {
        "AccountNumber": "number",
        "LastActivityDate": "last_activity_at",
        "CreatedDate": "created_at",
        "Name": "name",
        "Type": "customer_kind",
        "BillingStreet": "address",
        "BillingCity": "city",
        "BillingState": "province",
        "BillingCountry": "country",
        "Phone": "phone",
        "Website": "website",
        "Industry": "industry",
        "AccountSource": "source",
    },
    "salesforce-contact": {
        "LastActivityDate": "last_activity_at",
        "CreatedDate": "created_at",
        "LastName": "last_name",
        "FirstName": "first_name",
        "Phone": "phone",
        "Email": "email",
        "Title": "title",
    },
    "salesforce-activity": {
        "CreatedDate": "created_at",
        "Subject": "subject",
        "ActivityDate": "due_at",
        "Description": "body",
        "Type": "kind",
        "CallDisposition": "outcome",
        "CompletedDateTime": "done_at",
    },
    "zoho-contact": {
        "Last contacted time": "last_activity_at",
        "Created Time": "created_at",
        "Contact Owner": "owner_id",
        "First Name": "first_name",
        "Last Name": "last_name",
        "Account Name": "account_id",
        "Email": "email",
        "Title": "title",
        "Phone": "phone",
        "Tag": "tags",
    },
    "espocrm-contact": {
        "createdAt": "created_at",
        "firstName": "first_name",
        "lastName": "last_name",
        "accountName": "account_id",
        "title": "title",
        "emailAddress": "email",
        "phoneNumber": "phone",
        "assignedUserName": "owner_id",
    },
    "fxiaoke-account": {
        "客户编号": "number",
        "最后跟进时间": "last_activity_at",
        "下次跟进时间": "next_step_at",
        "客户名称": "name",
        "客户类型": "customer_kind",
        "客户来源": "source",
        "上级客户": "parent_id",
        "国家": "country",
        "省": "province",
        "市": "city",
        "区": "district",
        "统一社会信用代码": "business_id",
        "网址": "website",
        "邮件": "email",
        "负责人": "owner_id",
    },
    "fxiaoke-product": {
        "创建时间": "created_at",
        "标签": "tags",
        "产品编码": "number",
        "产品名称": "name",
        "单位": "unit",
        "分类": "category_id",
        "负责人": "owner_id",
        "上下架": "status",
        "价格(元)": "list_price",
    },
    "xiaoshouyi-contact": {
        "最新活动记录时间": "last_activity_at",
        "创建日期": "created_at",
        "联系人所有人": "owner_id",
        "姓名": "name",
        "公司名称": "account_id",
        "职务": "title",
        "电话": "phone",
        "电子邮件": "email",
    },
    "xiaoshouyi-activity": {
        "活动记录内容": "body",
        "联系人": "contact_id",
        "发布人": "owner_id",
        "活动时间": "due_at",
        "活动记录类型": "kind",
        "下次通话时间": "next_at",
        "客户": "account_id",
    },
}


@pytest.mark.parametrize("name", EXPECTED)
def test_columns_become_the_fields_that_they_mean_and_no_other(
    name: str, acme: Workspace, alice: Person
) -> None:
    guesses = guessed(HEADERS / f"{name}.csv", acme, alice)
    assert {one.column.source: one.column.field for one in guesses if one.column.field} == (
        EXPECTED[name]
    )


def test_what_people_write_by_themselves_is_known_in_both_languages(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        contact = registry().type("contact")
        heads = ["姓名*", "手机号（必填）", "邮箱", "公司", "职位", "微信号"]
        assert [one.column.field for one in guess(contact, heads, [], by)] == [
            "name", "phone", "email", "account_id", "title", "wechat",
        ]  # fmt: skip
        heads = ["surname", "given_name", "E-Mail", "COMPANY", "job-title", "Cell phone"]
        assert [one.column.field for one in guess(contact, heads, [], by)] == [
            "last_name", "first_name", "email", "account_id", "title", "phone",
        ]  # fmt: skip


def test_a_column_without_a_telling_name_is_known_by_its_values(
    acme: Workspace, alice: Person
) -> None:
    rows = [
        ["Ann", "ann@acme.example", "+44 20 7946 0123", "17", "2026-01-31", "yes"],
        ["Ben", "ben@acme.example", "+44 20 7946 0124", "18", "2026-02-28", "no"],
    ]
    with acme.acting(alice) as by:
        found = guess(registry().type("contact"), list("ABCDEF"), rows, by)
    assert [one.column.field for one in found] == [None, "email", "phone", None, None, None]
    assert [one.own_kind for one in found] == ["text", "", "", "number", "day", "flag"]
    assert not any(one.is_known for one in found)


def test_options_are_known_by_their_labels_in_any_language(acme: Workspace, alice: Person) -> None:
    rows = [
        ["A", "成交客户", "经销商"],
        ["B", "Prospect", "Reseller"],
        ["C", "公海客户", "partner"],
    ]
    with acme.acting(alice) as by:
        found = guess(registry().type("account"), ["名称", "客户状态", "客户类型"], rows, by)
    assert found[1].column.values == {"成交客户": "customer", "Prospect": "prospect"}
    assert found[2].column.values == {"经销商": "distributor", "Reseller": "distributor"}


def test_dates_and_numbers_are_read_as_they_are_written(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        kind = registry().type("activity")
        german = guess(kind, ["Subject", "Due Date"], [["A", "31.12.2026"]], by)
        american = guess(kind, ["Subject", "Due Date"], [["A", "12/31/2026"]], by)
        priced = guess(registry().type("product"), ["Name", "Price"], [["A", "1.234,50"]], by)
    assert german[1].column.dates == "dmy"
    assert american[1].column.dates == "mdy"
    assert priced[1].column.decimal == ","


def test_what_the_role_may_not_write_is_not_guessed(acme: Workspace, dora: Person) -> None:
    with acme.acting(dora) as by:
        found = guess(registry().type("contact"), ["Name", "Created"], [], by)
    assert found[1].column.field is None
