"""Complete an item whose file has no form of its own, before it is published. Pure.

A city has hundreds of items, and departments write the forms of the most used ones first. The others get a general
form: the request in the applicant's own words, a phone number, and the materials that the file lists. The machine
never decides on free text, so such an item goes to an officer unless licences and data meet all its materials.
"""

import re
from hashlib import blake2s

from tongban.handling.catalog.schema import FormField, Item, Material, Result

REQUEST = FormField(
    key="request",
    label="申请内容",
    hint="用平常的话写清楚要办什么、为什么办；写得越具体，办得越快",
    kind="textarea",
    max_length=500,
)
CONTACT = FormField(
    key="contact_phone",
    label="联系手机",
    hint="办理进度和结果会发到这个号码",
    kind="phone",
    prefill="applicant.phone",
    max_length=20,
)
COMMITMENT = "我承诺：“{name}”所涉事项真实、准确、完整，符合办理条件；承诺不实的，愿意承担相应的法律责任。"
_NUMBERED = re.compile(r"m\d+")


def completed(item: Item) -> Item:
    """Return the item as it will be published. An item that is written in full is returned unchanged."""
    if item.authored:
        return item
    materials = _keyed(tuple(_material(m) for m in item.materials))
    free_text = any(m.source == "form" and REQUEST.key in m.fields for m in materials) or not materials
    form = item.form + tuple(
        field
        for field, needed in ((REQUEST, free_text), (CONTACT, True))
        if needed and field.key not in {f.key for f in item.form}
    )
    by_machine = item.instant and not free_text and any(m.source in {"licence", "data"} for m in materials)
    return item.model_copy(
        update={
            "materials": materials,
            "form": form,
            "results": tuple(_result(result, item, free_text=free_text) for result in item.results),
            "instant": by_machine,
            "authored": True,
            "generic": not item.form,
        }
    )


def _material(material: Material) -> Material:
    if material.source == "form" and not material.fields:
        return material.model_copy(update={"fields": (REQUEST.key,), "why": material.why or "在表里填写，不用另交"})
    if material.source == "commitment" and not material.commitment:
        return material.model_copy(update={"commitment": COMMITMENT.format(name=material.name)})
    return material


def _keyed(materials: tuple[Material, ...]) -> tuple[Material, ...]:
    """Replace numbered keys (m1, m2 …) by keys that follow from the content.

    A bundle merges materials by key, so the same document in two items needs the same key.
    """
    keys: list[str] = []
    for material in materials:
        key = _key_of(material) if _NUMBERED.fullmatch(material.key) else material.key
        keys.append(key if key not in keys else f"{key}-{len(keys) + 1}")
    return tuple(m.model_copy(update={"key": key}) for m, key in zip(materials, keys, strict=True))


def _key_of(material: Material) -> str:
    what = {"licence": material.licence_type, "data": material.resource}.get(material.source) or blake2s(
        material.name.encode(), digest_size=5
    ).hexdigest()
    whose = "" if material.of == "applicant" else f"-{material.of}"
    return f"{material.source}-{what}{whose}"


def _result(result: Result, item: Item, *, free_text: bool) -> Result:
    if result.surface:
        return result
    labels = ("姓名", "公民身份号码") if item.serves == ("person",) else ("名称", "证件号码")
    surface = ((labels[0], "applicant.name"), (labels[1], "applicant.number"))
    return result.model_copy(update={"surface": surface + ((("申请内容", REQUEST.key),) if free_text else ())})
