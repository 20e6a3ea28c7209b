"""The folium layer that carries the incidents: scripts and styles of the page, its data as text, and the call that starts it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from branca.element import Element, Figure, MacroElement
from folium.elements import JSCSSMixin
from jinja2 import Template


class IncidentLayer(JSCSSMixin, MacroElement):
    """All incidents of a map as one layer.

    What other layers fetch from ``default_js`` and ``default_css`` stands in the page itself here, so both are empty.

    Parameters
    ----------
    scripts, styles
        Texts of constant files, in their order.
    blocks
        Data by the id of the element that holds it: texts without any character with a meaning to an HTML parser.
    rows, places
        Packed chunks of the texts of incidents and of places (:func:`mapper.packing.packed_json`), in their order.
    images
        Where pictures may come from besides the page itself, as a content security policy names it.
    """

    _template = Template(
        "{% macro script(this, kwargs) %}incidentMap.start({{ this._parent.get_name() }});{% endmacro %}"
    )
    default_js: list[tuple[str, str]] = []  # noqa: RUF012 - as folium declares it
    default_css: list[tuple[str, str]] = []  # noqa: RUF012

    def __init__(
        self,
        *,
        scripts: Sequence[str],
        styles: Sequence[str],
        blocks: Mapping[str, str],
        rows: Sequence[str],
        places: Sequence[str],
        images: Sequence[str] = (),
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name, self._id = "incidents", "layer"
        self.images = tuple(images)
        self._scripts, self._styles, self._blocks = scripts, styles, blocks
        self._chunks = {"incident-rows": rows, "place-rows": places}

    def render(self, **kwargs: Any) -> str:
        """Put everything where it belongs in the figure."""
        figure = cast(Figure, self.get_root())
        for number, style in enumerate(self._styles):
            figure.header.add_child(_Block("style", style), name=f"style-{number}")
        for number, script in enumerate(self._scripts):
            figure.header.add_child(_Block("script", script), name=f"script-{number}")
        for name, text in self._blocks.items():
            figure.html.add_child(_Block("script", text, f' type="text/plain" id="{name}"'), name=name)
        for name, texts in self._chunks.items():
            for number, text in enumerate(texts):
                block = _Block("script", text, f' type="text/plain" class="{name}"')
                figure.html.add_child(block, name=f"{name}-{number}")
        return str(super().render(**kwargs))  # type: ignore[no-untyped-call]


class _Block(Element):
    """An element whose text goes in as a value: a text given as the template itself would be run as one."""

    _template = Template("<{{ this.tag }}{{ this.attributes }}>{{ this.text }}</{{ this.tag }}>")

    def __init__(self, tag: str, text: str, attributes: str = "") -> None:
        super().__init__()
        self.tag, self.text, self.attributes = tag, text, attributes
