"""Which questions of its bundle an item keeps when it is applied for alone (`Item.apply_through`). Pure.

The bundle asks them before the first step, and the conditions of its items go by the answers. Without the questions, a
condition would not hold either way, and its materials would be asked of nobody.
"""

from collections.abc import Iterator

from tongban.handling.catalog.schema import Bundle, Condition, GuidingQuestion, Item


def conditions_of(item: Item) -> Iterator[Condition]:
    """Yield the conditions of an item's materials and fields."""
    yield from (material.when for material in item.materials)
    yield from (field.when for field in item.form)


def named_in(item: Item) -> set[str]:
    """Return the keys of the questions and fields that the conditions of an item name."""
    return {key for when in conditions_of(item) for key in when}


def questions_about(item: Item, bundle: Bundle) -> tuple[GuidingQuestion, ...]:
    """Return the questions of a bundle whose answers decide on an item: its materials, its fields, and its steps."""
    own = {field.key for field in item.form}
    keys = named_in(item) - own | {key for when in _steps(item, bundle) for key in when}
    return tuple(question for question in bundle.questions if question.key in keys)


def carried_questions(item: Item, bundle: Bundle) -> tuple[GuidingQuestion, ...]:
    """Return the questions that an item keeps when it is applied for alone, in the order of the bundle.

    Answers that would leave the item out are not offered. A question to which this leaves one answer is answered by
    applying, and is dropped unless a condition of the item names it.
    """
    named = named_in(item)
    carried = (_alone(question, _steps(item, bundle)) for question in questions_about(item, bundle))
    return tuple(question for question in carried if question.key in named or len(question.choices) > 1)


def _steps(item: Item, bundle: Bundle) -> list[Condition]:
    """Return the conditions of the steps in which a bundle has the item."""
    return [step.when for step in bundle.steps if step.item == item.code]


def _alone(question: GuidingQuestion, steps: list[Condition]) -> GuidingQuestion:
    """Return a question as it is asked for one item: without the answers by which no step of the item is chosen."""
    key, text = question.key, question.text_alone or question.text
    if not steps or any(key not in when for when in steps):
        return question.model_copy(update={"text": text})
    wanted = {value for when in steps for value in when[key]}
    return question.model_copy(
        update={
            "text": text,
            "choices": tuple(choice for choice in question.choices if choice[0] in wanted),
            "open_choices": {
                value: tuple(one for one in left if one in wanted) for value, left in question.open_choices.items()
            },
            "answer": question.answer if question.answer in wanted else "",
            "usual": question.usual if question.usual in wanted else "",
        }
    )
