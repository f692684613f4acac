"""Widgets by keyboard alone, by mouse, and as text."""

import pygame
import pytest

from ir_sim.app.theme import HIGH_CONTRAST, STANDARD, Theme, window_scale
from ir_sim.app.widgets import (
    Button,
    Choice,
    Column,
    Dialog,
    Field,
    Form,
    Item,
    Listing,
    Paragraph,
    Slider,
    Table,
    Toasts,
    Toggle,
)


def down(key, mod=0):
    return pygame.event.Event(pygame.KEYDOWN, key=key, mod=mod)


def typed(text):
    return pygame.event.Event(pygame.TEXTINPUT, text=text)


def test_tab_goes_round_what_can_take_the_keyboard_and_back_again():
    off = Button("off", "Off", lambda: None)
    off.enabled = False
    form = Form([Paragraph("p", "words"), Button("a", "A", list), off, Button("b", "B", list)])
    assert form.focus.name == "a"
    form.handle(down(pygame.K_TAB))
    assert form.focus.name == "b"
    form.handle(down(pygame.K_TAB))
    assert form.focus.name == "a"
    form.handle(down(pygame.K_TAB, pygame.KMOD_SHIFT))
    assert form.focus.name == "b"


def test_the_printed_tree_marks_the_focus_and_what_is_off():
    off = Button("off", "Off", lambda: None)
    off.enabled = False
    form = Form([Button("go", "Go", list, "Enter"), off])
    assert form.tree().splitlines() == ["> button go: Go [Enter]", "  button off: Off (off)"]


@pytest.mark.parametrize("key", [pygame.K_RETURN, pygame.K_SPACE, pygame.K_KP_ENTER])
def test_a_button_is_pressed_by_key(key):
    pressed = []
    form = Form([Button("a", "A", lambda: pressed.append(1))])
    assert form.handle(down(key))
    assert pressed == [1]


def test_a_click_counts_only_if_the_pointer_is_still_there():
    pressed = []
    button = Button("a", "A", lambda: pressed.append(1))
    button.rect = pygame.Rect(10, 10, 50, 20)
    form = Form([button])
    for up_at in ((200, 200), (20, 20)):
        form.handle(pygame.event.Event(pygame.MOUSEBUTTONDOWN, pos=(15, 15), button=1))
        form.handle(pygame.event.Event(pygame.MOUSEBUTTONUP, pos=up_at, button=1))
    assert pressed == [1]


def test_a_field_takes_what_is_allowed_and_no_more():
    field = Field("f", allowed=str.isalnum, most=4)
    for c in "R-0 1x9":
        field.key(typed(c))
    assert field.text == "R01x"
    field.key(down(pygame.K_HOME))
    field.key(down(pygame.K_DELETE))
    field.key(down(pygame.K_END))
    field.key(down(pygame.K_BACKSPACE))
    assert field.text == "01"
    field.key(down(pygame.K_LEFT))
    field.key(typed("A"))
    assert field.text == "0A1"


def test_a_list_skips_its_headings_and_keeps_the_choice_when_narrowed():
    taken = []
    items = [Item("easy"), Item("one", 1), Item("two", 2), Item("hard"), Item("three", 3)]
    listing = Listing("l", items, taken=taken.append)
    listing.rect = pygame.Rect(0, 0, 200, 60)
    assert listing.value == 1
    for _ in range(5):
        listing.key(down(pygame.K_DOWN))
    assert listing.value == 3
    listing.key(down(pygame.K_RETURN))
    assert taken == [3]
    listing.fill([Item("hard"), Item("three", 3)])
    assert listing.value == 3
    listing.fill([Item("easy"), Item("one", 1)])
    assert listing.value == 1
    listing.fill([])
    assert listing.value is None
    assert not listing.key(down(pygame.K_DOWN))


def test_a_long_list_scrolls_to_the_choice(hand):
    surface = pygame.Surface((300, 200))
    listing = Listing("l", [Item(f"case {i}", i) for i in range(1, 60)])
    listing.rect = pygame.Rect(0, 0, 300, 200)
    listing.draw(surface, Theme(), focused=True)
    listing.key(down(pygame.K_END))
    assert listing.value == 59
    assert listing.scroll == 59 * Listing.ROW - 200
    listing.key(down(pygame.K_HOME))
    assert listing.scroll == 0


def test_a_slider_keeps_to_its_steps_and_ends():
    seen = []
    slider = Slider("s", 0.0, 1.0, 0.5, seen.append, 0.25)
    slider.rect = pygame.Rect(100, 0, 400, 20)
    for key in (pygame.K_RIGHT, pygame.K_RIGHT, pygame.K_RIGHT, pygame.K_HOME):
        slider.key(down(key))
    assert seen == [0.75, 1.0, 0.0]
    slider.press((100 + 390, 5))
    assert slider.value == 1.0


def test_choice_and_toggle_by_key_and_click():
    chosen, on = [], []
    choice = Choice("c", ["a", "b", "c"], chosen.append)
    choice.rect = pygame.Rect(0, 0, 300, 30)
    choice.key(down(pygame.K_LEFT))
    choice.press((150, 10))
    assert chosen == ["c", "b"]
    toggle = Toggle("t", "Sound", on.append)
    toggle.key(down(pygame.K_SPACE))
    toggle.key(down(pygame.K_SPACE))
    assert on == [True, False]


def test_a_table_row_is_taken_by_enter_and_by_click():
    taken = []
    table = Table("t", [Column("a", 1), Column("b", 1)], taken.append)
    table.rect = pygame.Rect(0, 0, 300, 28 * 4)
    table.fill([(1, 2), (3, 4), (5, 6)])
    table.key(down(pygame.K_DOWN))
    table.key(down(pygame.K_RETURN))
    table.press((10, 28 + 28 * 2 + 5))
    table.press((10, 5))  # the heading
    assert taken == [1, 2]


def test_a_dialog_takes_every_key_and_escape_closes_it():
    closed = []
    dialog = Dialog("T", [], [Button("ok", "OK", list)], closed=lambda: closed.append(1))
    assert dialog.handle(down(pygame.K_x))
    dialog.handle(down(pygame.K_ESCAPE))
    assert closed == [1]


def test_the_arrows_go_through_a_dialogs_answers_and_their_keys_press_them():
    pressed = []
    answers = [Button(f"a{i}", "A", lambda i=i: pressed.append(i), str(i)) for i in (1, 2, 3)]
    dialog = Dialog("T", answers, [])
    dialog.handle(down(pygame.K_DOWN))
    dialog.handle(down(pygame.K_DOWN))
    dialog.handle(down(pygame.K_UP))
    dialog.handle(down(pygame.K_RETURN))
    dialog.handle(down(pygame.K_3))
    dialog.handle(down(pygame.K_4))
    assert pressed == [2, 3]


def test_what_is_chosen_before_a_list_is_seen_is_in_it_when_it_is():
    listing = Listing("l", [Item(str(i), i) for i in range(40)])
    listing.choose(30)
    listing.rect = pygame.Rect(0, 0, 280, 180)
    surface = pygame.Surface((300, 200))
    listing.draw(surface, Theme(), focused=False)
    row = dict(listing._rows())[30]
    assert listing.rect.contains(row)


def test_toasts_last_a_while_and_do_not_repeat():
    toasts = Toasts()
    toasts.say("one", 1.0)
    toasts.say("two", 2.0)
    toasts.say("one", 1.0)
    assert toasts.texts == ["two", "one"]
    toasts.update(1.5)
    assert toasts.texts == ["two"]


def _luminance(colour):
    def linear(c):
        c /= 255
        return c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4

    r, g, b = (linear(c) for c in colour)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def _contrast(a, b):
    high, low = sorted((_luminance(a), _luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("tone", ["text", "quiet", "accent", "good", "warn", "bad"])
def test_words_have_the_contrast_that_wcag_asks_for(tone):
    """WCAG 2.2: 4.5 to 1 for text (AA), 7 to 1 in high contrast (AAA)."""
    for surface in ("panel", "background"):
        assert _contrast(getattr(STANDARD, tone), getattr(STANDARD, surface)) >= 4.5
        assert _contrast(getattr(HIGH_CONTRAST, tone), getattr(HIGH_CONTRAST, surface)) >= 7.0


def test_broken_lines_keep_every_word_and_the_width():
    theme = Theme()
    words = "Engage the right renal ostium by turning and pulling back until the tip hooks"
    lines = theme.lines(words, 180)
    assert " ".join(lines) == words
    assert all(theme.width(line) <= 180 for line in lines)
    cut = theme.fitted(words, 180)
    assert cut.endswith("…")
    assert theme.width(cut) <= 180


def test_the_layout_grows_with_the_window_and_never_below_its_smallest():
    assert window_scale((1280, 800)) == 1.0
    assert window_scale((2560, 1600)) == 2.0
    assert window_scale((1920, 1080)) == pytest.approx(1.35)
    assert window_scale((300, 200)) == 0.8
