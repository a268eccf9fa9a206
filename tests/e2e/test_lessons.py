"""From How it works to the lesson, in the reader's language."""

import pytest
from axe_playwright_python.sync_playwright import Axe

LANGUAGES = {
    "en-US": ("How it works", "What a latent is", "1. What a latent is"),
    "id-ID": ("Cara kerjanya", "Apa itu laten", "1. Apa itu laten"),
}


@pytest.mark.parametrize("locale", LANGUAGES)
def test_one_click_leads_to_the_lesson(visit, locale):
    fold, link, heading = LANGUAGES[locale]
    page = visit("?tab=morph", locale=locale)
    page.locator("#morph").get_by_text(fold, exact=True).click()  # not another tab's
    with page.expect_popup() as opened:
        page.get_by_role("link", name=link, exact=True).click()
    lesson = opened.value
    lesson.wait_for_load_state("networkidle")
    assert lesson.get_by_role("heading", level=1).inner_text() == heading
    assert lesson.locator("html").get_attribute("lang") == locale[:2]
    lesson.evaluate("for (const picture of document.images) picture.loading = 'eager'")
    lesson.wait_for_function("[...document.images].every((p) => p.complete && p.naturalWidth > 0)")
    for theme in ("light", "dark"):
        lesson.emulate_media(color_scheme=theme)
        assert not Axe().run(lesson).response["violations"], theme
