"""Find what is new in an input since a position, and read it.

Importing this package registers the sources of Lakesmith.
"""

from lakesmith.sources.files.source import Files
from lakesmith.sources.http.source import Http
from lakesmith.sources.jdbc.source import Jdbc
from lakesmith.sources.kafka.source import Kafka
from lakesmith.sources.quarantined import Quarantined
from lakesmith.sources.upstream_source import Upstream

__all__ = ["Files", "Http", "Jdbc", "Kafka", "Quarantined", "Upstream"]
