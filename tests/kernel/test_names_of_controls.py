"""No control takes the name of what its form is asked for: `form.form` would be the control."""

from __future__ import annotations

import re
from pathlib import Path

APP = Path(__file__).parents[2] / "app"
CLOBBERS = re.compile(r'<(?:input|select|textarea|button)\b[^>]*\bname="(form|elements|closest)"')


def test_no_control_hides_what_scripts_ask_a_form_for() -> None:
    found = [
        f"{path.relative_to(APP)}: {hit[1]}"
        for path in sorted(APP.glob("*/templates/**/*.html"))
        for hit in CLOBBERS.finditer(path.read_text("utf-8"))
    ]
    assert found == []
