"""What reading any page needs, loaded on import: for the process that the sandbox forks its workers from."""

import gc

from pipeline.collecting import collect_seldom
from pipeline.extract import html as html
from pipeline.extract.claims.language import load_model
from pipeline.extract.kinds import decide as decide

load_model()
collect_seldom()
# Workers share what is loaded here for as long as nothing writes to it; the collector would.
gc.freeze()
