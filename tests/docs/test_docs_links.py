"""What the pages link to is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [
    page.relative_to(ROOT).as_posix() for page in (*ROOT.glob("*.md"), *ROOT.rglob("docs/**/*.md"))
]


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_links_to_exists(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)", text)

    for path, heading in links:
        linked = (ROOT / page).parent / path if path else ROOT / page
        assert linked.exists(), path
        assert not heading or heading in headings(linked), heading
    assert links or page != "README.md"


def headings(page):
    """The anchors of a page, as they are made of its headings."""
    found = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return [re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in found]
