"""How Chinese characters are read, for sorting and searching.

The readings come from pypinyin's table of single characters, read as data: importing the package
would load its dictionary of phrases too, 57 MB in every web process. Single characters are nearly
enough for names of firms and people; what they get wrong is listed here: words of places and
trades, and surnames, which have readings of their own (曾 is Zeng, not ceng).

A reading is a syllable and its tone, "chen2"; ü is written v, as input methods do: "lv3".
"""

import json
import re
import unicodedata
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from sys import intern

_TONES = {"\u0304": "1", "\u0301": "2", "\u030c": "3", "\u0300": "4"}
_UMLAUT = "\u0308"
_BASIC_PLANE_END = 0x10000

# Where the first reading of the table is not the one that names of firms and people have.
_CHARACTERS = {
    "长": "chang2",
    "長": "chang2",
    "厦": "sha4",
    "都": "du1",
    "莞": "guan3",
    "参": "can1",
}

_WORDS = {
    "重庆": "chong2 qing4",
    "重慶": "chong2 qing4",
    "厦门": "xia4 men2",
    "廈門": "xia4 men2",
    "六安": "lu4 an1",
    "蚌埠": "beng4 bu4",
    "乐清": "yue4 qing1",
    "音乐": "yin1 yue4",
    "乐器": "yue4 qi4",
    "银行": "yin2 hang2",
    "銀行": "yin2 hang2",
    "商行": "shang1 hang2",
    "行业": "hang2 ye4",
    "车行": "che1 hang2",
    "成长": "cheng2 zhang3",
    "会计": "kuai4 ji4",
    "调味": "tiao2 wei4",
    "空调": "kong1 tiao2",
    "海参": "hai3 shen1",
    "人参": "ren2 shen1",
    "西藏": "xi1 zang4",
    "单县": "shan4 xian4",
    "浚县": "xun4 xian4",
    "番禺": "pan1 yu2",
    "大厦": "da4 sha4",
    "曾厝": "zeng1 cuo4",
    "重工": "zhong4 gong1",
    "重组": "chong2 zu3",
    "重阳": "chong2 yang2",
}

_SURNAMES = {
    "曾": "zeng1",
    "单": "shan4",
    "單": "shan4",
    "解": "xie4",
    "仇": "qiu2",
    "区": "ou1",
    "區": "ou1",
    "查": "zha1",
    "盖": "ge3",
    "蓋": "ge3",
    "葛": "ge3",
    "任": "ren2",
    "华": "hua4",
    "華": "hua4",
    "朴": "piao2",
    "缪": "miao4",
    "繆": "miao4",
    "覃": "qin2",
    "翟": "zhai2",
    "乐": "yue4",
    "樂": "yue4",
    "种": "chong2",
    "召": "shao4",
    "员": "yun4",
    "員": "yun4",
    "折": "she2",
    "洗": "xian3",
    "祭": "zhai4",
    "隗": "wei3",
    "郇": "xun2",
    "能": "nai4",
    "繁": "po2",
    "燕": "yan1",
    "纪": "ji3",
    "紀": "ji3",
    "应": "ying1",
    "應": "ying1",
    "哈": "ha3",
    "句": "gou1",
    "秘": "bi4",
    "於": "yu1",
    "乜": "nie4",
    "薄": "bo2",
    "訾": "zi1",
    "那": "na1",
    "么": "yao1",
    "过": "guo1",
    "過": "guo1",
    "占": "zhan1",
    "阚": "kan4",
    "闞": "kan4",
    "藏": "zang1",
    "逄": "pang2",
    "万俟": "mo4 qi2",
    "尉迟": "yu4 chi2",
    "尉遲": "yu4 chi2",
    "长孙": "zhang3 sun1",
    "長孫": "zhang3 sun1",
    "澹台": "tan2 tai2",
    "澹臺": "tan2 tai2",
    "令狐": "ling2 hu2",
    "鲜于": "xian1 yu2",
    "鮮于": "xian1 yu2",
    "单于": "chan2 yu2",
    "單于": "chan2 yu2",
}

_words = {word: spelled.split() for word, spelled in _WORDS.items()}
_surnames = {name: spelled.split() for name, spelled in _SURNAMES.items()}
_word = re.compile("|".join(map(re.escape, _words)))


def readings(text: str, *, person: bool = False) -> list[str]:
    """Return one reading per character of `text`, "" for what is not Chinese.

    With `person`, the text is a name that begins with its surname and is read as one.
    """
    table = _table()
    found = [table.get(character, "") for character in text]
    if person:
        surname = _surnames.get(text[:2]) or _surnames.get(text[:1])
        if surname:
            found[: len(surname)] = surname
        return found
    for match in _word.finditer(text):
        found[match.start() : match.end()] = _words[match.group()]
    return found


@cache
def _table() -> dict[str, str]:
    """Load the first reading of each character of the basic plane, when Chinese is first met."""
    package = find_spec("pypinyin")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("pypinyin is not installed.", name="pypinyin")
    source = Path(package.origin).with_name("pinyin_dict.json")
    listed: dict[str, str] = json.loads(source.read_text(encoding="utf-8"))
    table = {
        chr(int(code)): intern(_plain(marked.partition(",")[0]))
        for code, marked in listed.items()
        if int(code) < _BASIC_PLANE_END
    }
    return table | _CHARACTERS


@cache
def _plain(marked: str) -> str:
    """Turn a marked syllable into letters and a digit: "lǚ" into "lv3"; a neutral tone is 5."""
    tone = "5"
    letters = ""
    for piece in unicodedata.normalize("NFD", marked):
        if piece in _TONES:
            tone = _TONES[piece]
        elif piece == _UMLAUT:
            letters = letters[:-1] + "v"
        else:
            letters += piece
    return letters + tone
