"""The values that travel through the pipeline; each module has those of one stage.

    Source ─discover→ Entry ─fetch→ Capture ─extract→ Document ─build→ Article
           ─fingerprint→ Fingerprint ─candidates→ [Candidate] ─judge→ [Bond] ─group→ stories

All are frozen: a step that learns something new makes the next type.
"""
