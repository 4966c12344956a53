"""What the API of a workspace looks like to programs, as OpenAPI 3.1: of its types, for one caller.

`values` tells what a value of each kind looks like, `records` the schemas of a record type, `calls`
what can be asked of it. A route that stands for no type describes itself by `described`; `document`
puts all together.
"""

from app.records.openapi.document import document

__all__ = ["document"]
