"""The recipes: each turns one raw record into a pair with its answers."""

from annotation.sources.recipes.alpaca import Alpaca
from annotation.sources.recipes.cqia import Cqia
from annotation.sources.recipes.mapped import Mapped, Recipe, Refused
from annotation.sources.recipes.responses import Responses

RECIPES: tuple[Recipe, ...] = (Cqia(), Alpaca(), Responses())

__all__ = ["RECIPES", "Mapped", "Recipe", "Refused", "recipe_of"]


def recipe_of(key: str) -> Recipe | None:
    """The recipe with this id, if there is one."""
    return next((recipe for recipe in RECIPES if recipe.id == key), None)
