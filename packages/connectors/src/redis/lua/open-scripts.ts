// Opening, holding and closing.

/** lineage, part of it, epoch, 'append' or 'replace' → 'open', 'foreign' or 'busy', the head, the history. */
export const enter = `
local lineage, part, epoch, publish = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
local owner = redis.call('HGET', head, 'lineage')
local state = 'open'
if owner and owner ~= lineage then
  if publish == 'append' then state = 'foreign' elseif isHeld(owner) then state = 'busy' end
end
if state == 'open' and not isOvertaken(part, epoch) then
  redis.call('HSET', history(part), 'epoch', epoch)
  redis.call('SREM', head .. ':garbage', 'lineage:' .. lineage, 'lineage:' .. part)
  if part ~= lineage then redis.call('SADD', parts(lineage), part) end
end
return { state, redis.call('HGETALL', head), redis.call('HGETALL', history(part)) }
`;

/** lineage, part, restored, epoch: drops stages that were published, and those that earlier owners have never committed. */
export const forget = `
local lineage, part, restored, epoch = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local published = tonumber(redis.call('HGET', progressOf(lineage, part), 'published') or '-1')
local found = redis.call('HGETALL', stages(part))
for i = 1, #found, 2 do
  local checkpoint, of, chunks = string.match(found[i + 1], '^(%S+) (%S+) (%S+)$')
  checkpoint, of = tonumber(checkpoint), tonumber(of)
  if checkpoint <= published or (checkpoint > restored and of < epoch) then dropStage(part, found[i], tonumber(chunks)) end
end
`;

/** lineage, epoch, id, ms, fields (none where it shows no early rows): is at work, and has the early rows. */
export const hold = `
local lineage, epoch, id, ms, fields = ARGV[1], tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4]), ARGV[5]
redis.call('ZADD', head .. ':holders', now() + ms, lineage .. ' ' .. id)
if fields == '' then return end
local early = head .. ':early'
local before = redis.call('HMGET', early, 'lineage', 'epoch', 'id')
if before[3] == id or (before[1] == lineage and tonumber(before[2]) > epoch) then return end
if before[3] then redis.call('SADD', head .. ':garbage', 'early-' .. before[3]) end
redis.call('DEL', early)
redis.call('HSET', early, 'lineage', lineage, 'epoch', epoch, 'id', id, 'fields', fields)
`;

/** lineage, id, ms: is still at work. */
export const renew = `
redis.call('ZREMRANGEBYSCORE', head .. ':holders', '-inf', now() - 3600000)
redis.call('ZADD', head .. ':holders', now() + tonumber(ARGV[3]), ARGV[1] .. ' ' .. ARGV[2])
`;

/** lineage, id: is at work no more, and shows no early rows. That it had them stays noted. */
export const leave = `
redis.call('ZREM', head .. ':holders', ARGV[1] .. ' ' .. ARGV[2])
local early = head .. ':early'
if redis.call('HGET', early, 'id') ~= ARGV[2] then return end
redis.call('SADD', head .. ':garbage', 'early-' .. ARGV[2])
redis.call('HDEL', early, 'id', 'fields', 'watermark')
`;

/** how many keys: removes so many of what nobody sees any more → 1 while there is more. */
export const sweep = `
local garbage = head .. ':garbage'
local name = redis.call('SRANDMEMBER', garbage)
if not name then return 0 end
local gone = string.match(name, '^lineage:(.*)$')
if gone then
  local found = redis.call('HGETALL', stages(gone))
  for i = 1, #found, 2 do dropStage(gone, found[i], tonumber(string.match(found[i + 1], '%S+$'))) end
  for _, part in ipairs(redis.call('SMEMBERS', parts(gone))) do redis.call('SADD', garbage, 'lineage:' .. part) end
  redis.call('DEL', history(gone), stages(gone), parts(gone))
  redis.call('SREM', garbage, name)
  return 1
end
local last = tonumber(ARGV[1]) - 1
for _, key in ipairs(redis.call('ZRANGE', times(name), 0, last)) do redis.call('UNLINK', row(name, key)) end
redis.call('ZREMRANGEBYRANK', times(name), 0, last)
if redis.call('EXISTS', times(name)) == 0 then redis.call('SREM', garbage, name) end
return 1
`;
