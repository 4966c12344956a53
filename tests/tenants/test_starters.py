"""Starters: complete in both languages, and refused with a place when something is wrong."""

from itertools import combinations

import pytest

from tenants.starters import LANGUAGES, StarterError, list_starters, load_starter
from tenants.starters.reading import read_starter

WHOLE = """
[starter]
name = { en = "Florist", "zh-CN" = "花店" }
summary = { en = "Flowers.", "zh-CN" = "卖花。" }
language = "en"
currency = "EUR"
zone = "Europe/Berlin"
country = "DE"

[[crm.account.industry]]
key = "weddings"
label = { en = "Weddings", "zh-CN" = "婚礼" }
colour = "pink"
"""


def refusal(source):
    with pytest.raises(StarterError) as refused:
        read_starter("florist", source)
    return str(refused.value)


def test_the_two_starters_of_the_demo_are_there():
    assert {"hotel", "manufacturer-exporter"} <= {starter.key for starter in list_starters()}


def labels(starter, language):
    found = [choice.label for picklist in starter.picklists for choice in picklist.choices]
    found += [one.name for one in (*starter.product_categories, *starter.pipelines, *starter.plans)]
    found += [stage.name for one in starter.pipelines for stage in one.stages]
    found += [step.subject for plan in starter.plans for step in plan.steps]
    found += [change.label for change in starter.roles if change.label]
    found += [one.label for one in starter.fields]
    found += [option.label for one in starter.fields for option in one.options]
    found += [one.name for one in (*starter.price_books, *starter.templates)]
    return {text[language] for text in found}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_starters_share_more_than_a_third_of_their_words(language):
    worded = {one.key: labels(one, language) for one in list_starters()}
    assert set(worded) >= {
        "express-delivery",
        "general-services",
        "hotel",
        "manufacturer-exporter",
    }
    for one, other in combinations(worded, 2):
        shared = worded[one] & worded[other]
        assert len(shared) * 3 <= min(len(worded[one]), len(worded[other])), (one, other, shared)


@pytest.mark.parametrize("starter", list_starters(), ids=lambda starter: starter.key)
def test_every_text_of_a_starter_is_there_in_every_language(starter):
    texts = [starter.name, starter.summary]
    texts += [choice.label for picklist in starter.picklists for choice in picklist.choices]
    texts += [change.label for change in starter.roles if change.label]
    texts += [category.name for category in starter.product_categories]
    texts += [one.name for one in starter.pipelines]
    texts += [stage.name for one in starter.pipelines for stage in one.stages]
    assert len(starter.pipelines[0].stages) >= 5
    texts += [plan.name for plan in starter.plans]
    texts += [step.subject for plan in starter.plans for step in plan.steps]
    assert len(starter.product_categories) > 3
    texts += [one.label for one in starter.fields]
    texts += [option.label for one in starter.fields for option in one.options]
    texts += [one.name for one in (*starter.price_books, *starter.templates)]
    texts += [one.body for one in starter.templates]
    assert len(starter.fields) >= 3
    assert starter.price_books
    assert len(starter.templates) >= 3
    assert starter.plans
    assert all(text[language].strip() for text in texts for language in LANGUAGES)


@pytest.mark.parametrize("starter", list_starters(), ids=lambda starter: starter.key)
def test_every_starter_words_the_same_fields(starter):
    fields = {(picklist.record_type, picklist.field) for picklist in starter.picklists}
    assert fields == {
        ("account", "industry"),
        ("account", "size"),
        ("account", "customer_kind"),
        ("account", "source"),
        ("activity", "way"),
        ("product", "unit"),
        ("lead", "source"),
        ("lead", "industry"),
        ("lead", "disqualify_reason"),
        ("opportunity", "source"),
        ("opportunity", "competitor"),
        ("opportunity", "won_reason"),
        ("opportunity", "lost_reason"),
    }
    kinds = {choice.key for choice in starter.choices("account", "customer_kind")}
    assert kinds == {"end_customer", "distributor", "partner", "competitor"}


def test_a_whole_starter_is_read_in_its_order():
    starter = read_starter("florist", WHOLE)
    (choice,) = starter.choices("account", "industry")
    assert (choice.key, choice.label["zh-CN"], choice.colour) == ("weddings", "婚礼", "pink")
    assert starter.choices("account", "size") == ()


CATEGORY = """
[[product_categories]]
key = "flowers"
name = { en = "Flowers", "zh-CN" = "鲜花" }

[[product_categories]]
key = "roses"
name = { en = "Roses", "zh-CN" = "玫瑰" }
below = "flowers"
"""


def test_product_categories_stand_below_earlier_ones():
    flowers, roses = read_starter("florist", WHOLE + CATEGORY).product_categories
    assert (flowers.below, roses.below, roses.name["zh-CN"]) == ("", "flowers", "玫瑰")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('below = "flowers"', 'below = "trees"', "[2].below names no earlier one: 'trees'"),
        ('key = "roses"', 'key = "flowers"', "[2].key stands twice: 'flowers'"),
        ('name = { en = "Roses", "zh-CN" = "玫瑰" }', "", "[2].name is missing"),
        ('below = "flowers"', 'above = "flowers"', "[2].above is not known"),
    ],
)
def test_a_wrong_product_category_is_refused_with_its_place(old, new, said):
    said = f"florist.toml: product_categories{said}"
    with pytest.raises(StarterError) as refused:
        read_starter("florist", (WHOLE + CATEGORY).replace(old, new))
    assert said in str(refused.value)


PIPELINE = """
[[pipelines]]
name = { en = "Weddings", "zh-CN" = "婚礼花艺" }

[[pipelines.stages]]
name = { en = "First talk", "zh-CN" = "初次沟通" }
probability = 20
forecast_category = "pipeline"
colour = "pink"
required = ["amount"]
"""


def test_a_pipeline_is_read_with_its_stages():
    (pipeline,) = read_starter("florist", WHOLE + PIPELINE).pipelines
    (stage,) = pipeline.stages
    assert (pipeline.name["en"], stage.name["zh-CN"]) == ("Weddings", "初次沟通")
    assert (stage.probability, stage.stale_after, stage.required) == (20, 0, ("amount",))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("probability = 20", "probability = 120", "must be a number from 0 to 100"),
        ('"pipeline"', '"perhaps"', "forecast_category is 'perhaps'"),
        ('required = ["amount"]', "chance = 3", ".chance is not known"),
    ],
)
def test_a_wrong_stage_is_refused(old, new, said):
    with pytest.raises(StarterError) as refused:
        read_starter("florist", (WHOLE + PIPELINE).replace(old, new))
    assert said in str(refused.value)


def test_a_starter_is_frozen():
    starter = load_starter("hotel")
    with pytest.raises(AttributeError):
        starter.key = "motel"
    with pytest.raises(TypeError):
        starter.name["en"] = "Motel"


def test_an_unknown_starter_is_refused_with_those_there_are():
    with pytest.raises(StarterError, match=r"no starter 'motel'.*hotel, manufacturer-exporter"):
        load_starter("motel")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"zh-CN" = "婚礼"', '"zh-TW" = "婚禮"', "crm.account.industry[1].label.zh-CN is missing"),
        ('en = "Weddings"', 'en = " "', "crm.account.industry[1].label.en must be a text"),
        ('colour = "pink"', 'colour = "puce"', "colour is 'puce'; it may be grey, blue"),
        ('colour = "pink"', 'color = "pink"', "crm.account.industry[1].colour is missing"),
        ('key = "weddings"', 'key = "Big Weddings"', "key cannot be 'Big Weddings'"),
        ('currency = "EUR"', 'currency = "euro"', "starter.currency cannot be 'euro'"),
        ('zone = "Europe/Berlin"', 'zone = "Berlin"', "starter.zone is no time zone: 'Berlin'"),
        ('country = "DE"', 'country = "DE"\nplanet = "Mars"', "starter.planet is not known"),
        ("[[crm.account.industry]]", "[crm.account.industry]", "industry must list its values"),
        ("[starter]", "[starter", "florist.toml: "),
        (
            "[starter]",
            '[crm.labels.account]\none = { en = "Client" }\n[starter]',
            "crm.labels.account must list its values",
        ),
        ("[starter]", "[roles.owner]\n[starter]", "roles.owner is no role"),
        ("[starter]", '[roles.viewer]\ngrants = { "x" = "all" }\n[starter]', "x is no permission"),
        (
            "[starter]",
            '[roles.viewer]\ngrants = { "account:read" = "far" }\n[starter]',
            "account:read reaches none, own, team, all",
        ),
    ],
)
def test_a_mistake_is_named_with_its_place(old, new, said):
    assert old in WHOLE
    assert said in refusal(WHOLE.replace(old, new))


def test_a_value_stands_once():
    again = WHOLE + WHOLE[WHOLE.index("[[crm") :]
    assert "crm.account.industry[2].key stands twice: 'weddings'" in refusal(again)


PLAN = """
[[plans]]
name = { en = "New client", "zh-CN" = "新客户" }
record_types = ["account"]

[[plans.steps]]
kind = "call"
subject = { en = "Ring them", "zh-CN" = "致电" }
days = 2
unit = "working_days"
who = "owner"
"""


def test_a_plan_is_read_with_its_steps():
    [plan] = read_starter("florist", WHOLE + PLAN).plans
    assert plan.record_types == ("account",)
    assert [(step.kind, step.days, step.who) for step in plan.steps] == [("call", 2, "owner")]


@pytest.mark.parametrize(
    ("before", "after", "place"),
    [
        ('kind = "call"', 'kind = "dance"', "florist.toml: plans[1].steps[1].kind"),
        ("days = 2", "days = -1", "florist.toml: plans[1].steps[1].days"),
        ("days = 2", "days = true", "florist.toml: plans[1].steps[1].days"),
        ('who = "owner"', 'who = "Bob"', "florist.toml: plans[1].steps[1].who"),
        ('unit = "working_days"', "", "florist.toml: plans[1].steps[1].unit"),
        ('record_types = ["account"]', "record_types = []", "florist.toml: plans[1].record_types"),
        ("days = 2", "days = 2\nhours = 1", "florist.toml: plans[1].steps[1].hours"),
    ],
)
def test_a_plan_that_says_something_else_is_refused(before, after, place):
    assert place in refusal(WHOLE + PLAN.replace(before, after))


HOME = '[[home]]\nkind = "report"\nof = "accounts-by-lifecycle"\nwidth = "half"\n'


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        (HOME.replace("report", "teapot"), "home[1].kind"),
        (HOME.replace("half", "huge"), "home[1].width"),
        (HOME + 'roles = ["king"]\n', "home[1].roles"),
        (HOME + 'colour = "red"\n', "home[1].colour"),
        (HOME.replace("accounts-by-lifecycle", "No such"), "home[1].of"),
    ],
)
def test_a_widget_of_a_home_that_can_t_be_is_refused_with_its_place(wrong, place):
    assert place in refusal(f"{WHOLE}\n{wrong}")


def test_a_widget_without_roles_is_for_all():
    [widget] = read_starter("florist", f"{WHOLE}\n{HOME}").home
    assert (widget.roles, widget.query) == ((), "")
