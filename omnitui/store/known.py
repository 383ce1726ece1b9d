"""The names that there are: tags, agents, accounts, channels and folders, for completion and "did you mean"."""

from __future__ import annotations

from omnitui.store.select import Select

MOST = 1000
"""Names of one kind at most."""


def names() -> Select[tuple[str, str]]:
    """`(operator, name)` of everything that an operator of the query language takes by name, tags first.

    Tags are stepped through in their index, one look for each, however many conversations have them.
    """
    return Select(
        f"""WITH RECURSIVE tags(tag) AS (
            SELECT min(tag) FROM conversation_tag
            UNION ALL
            SELECT (SELECT min(tag) FROM conversation_tag WHERE tag > tags.tag) FROM tags WHERE tags.tag IS NOT NULL
            LIMIT {MOST})
        SELECT 'tag', tag FROM tags WHERE tag IS NOT NULL
        UNION ALL SELECT DISTINCT 'assignee', assignee FROM tally WHERE assignee <> ''
        UNION ALL SELECT 'account', name FROM account
        UNION ALL SELECT DISTINCT 'channel', channel FROM account
        UNION ALL SELECT DISTINCT 'folder', name FROM folder""",
        (),
        lambda row: (row[0], row[1]),
    )
