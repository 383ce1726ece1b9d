-- Addresses of channels are kept as the channel gives them: ids that were made small are given back their letters, from
-- what was written by their people and to them. Only mailboxes are compared without case.
UPDATE identity SET address = found.given FROM (
    SELECT channel, lower(given) AS folded, given, max(at) FROM (
        SELECT a.channel, m.from_address AS given, m.at FROM account a JOIN message m ON m.account_id = a.id
            WHERE a.channel <> 'email'
        UNION ALL
        SELECT a.channel, json_extract(person.value, '$[1]'), m.at FROM account a JOIN message m ON m.account_id = a.id,
            json_each(m.people) AS used, json_each(used.value) AS person WHERE a.channel <> 'email'
    ) WHERE given <> lower(given) GROUP BY channel, folded
) AS found WHERE identity.channel = found.channel AND identity.address = found.folded;
