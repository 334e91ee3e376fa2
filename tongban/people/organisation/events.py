"""TELL: new divisions, departments and posts, and new names of departments."""

from dataclasses import dataclass

from tongban.foundation.announcements.events import Event


@dataclass(frozen=True)
class DivisionEstablished(Event, label="设立区划", administrative=True):
    """`subject` is a UUID derived from the division's code."""

    code: str
    level: str


@dataclass(frozen=True)
class DepartmentEstablished(Event, label="设立部门", administrative=True):
    name: str
    short_code: str


@dataclass(frozen=True)
class DepartmentRenamed(Event, label="更改部门名称", administrative=True):
    """The reason says by which document."""

    name: str
    former: str


@dataclass(frozen=True)
class PostEstablished(Event, label="设立岗位", administrative=True):
    department: str
    kind: str
