"""Thin widgets: drawn by us, driven by keyboard or mouse, readable as text by tests."""

from ir_sim.app.widgets.base import Form, Widget
from ir_sim.app.widgets.button import Button, Choice, Toggle
from ir_sim.app.widgets.dialog import Dialog
from ir_sim.app.widgets.field import Field
from ir_sim.app.widgets.key_line import KeyLine
from ir_sim.app.widgets.label import Label, Page, Paragraph
from ir_sim.app.widgets.listing import Item, Listing
from ir_sim.app.widgets.slider import Slider
from ir_sim.app.widgets.table import Column, Table
from ir_sim.app.widgets.toast import Toasts

__all__ = [
    "Button",
    "Choice",
    "Column",
    "Dialog",
    "Field",
    "Form",
    "Item",
    "KeyLine",
    "Label",
    "Listing",
    "Page",
    "Paragraph",
    "Slider",
    "Table",
    "Toasts",
    "Toggle",
    "Widget",
]
