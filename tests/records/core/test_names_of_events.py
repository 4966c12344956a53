"""What happened is called by a bare verb in Chinese, wherever it is chosen or listed."""

from __future__ import annotations

import re

from flask import Flask

from app.identity.audit_words import VERBS as OF_PEOPLE
from app.kernel.language import using
from app.records.happenings import happenings
from app.records.pages.audit_words import VERBS
from app.records.registry import registry

STATE_OR_SENTENCE = re.compile("^已|已(发送|撤销|删除)|了")


def test_no_event_is_named_by_a_state_or_a_sentence(app: Flask) -> None:
    names = [said[0] for said in (*VERBS.values(), *OF_PEOPLE.values())]
    names += [text for one in happenings() for text in one.verbs.values()]
    names += [action.label for one in registry() for action in one.actions]
    with using("zh-CN"):
        odd = [str(one) for one in names if STATE_OR_SENTENCE.search(str(one))]
    assert odd == []
