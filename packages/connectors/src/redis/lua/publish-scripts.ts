// Staging, publishing and replacing.

/**
 * lineage, part, epoch, stage, checkpoint, number, rows as JSON: keeps a part of a stage. Not what was shown by now, nor of a
 * history that was replaced: a request that arrives late once more leaves nothing behind.
 */
export const stage = `
local lineage, part, epoch, name, checkpoint, number = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
if isOvertaken(part, epoch) then return 'overtaken' end
if redis.call('EXISTS', history(part)) == 0 then return 'gone' end
local shown = redis.call('HMGET', progressOf(lineage, part), 'published', 'partial', 'parts')
if shown[1] and tonumber(shown[1]) >= tonumber(checkpoint) then return 'shown' end
if shown[2] == checkpoint and tonumber(number) < tonumber(shown[3]) then return 'shown' end
redis.call('SET', chunk(name, number), ARGV[7])
redis.call('HSET', stages(part), name, checkpoint .. ' ' .. epoch .. ' ' .. (number + 1))
return 'staged'
`;

/**
 * lineage, part of it, job, epoch, checkpoint, last known checkpoint, stage, its chunks, fields, key, 'append' or
 * 'replace': shows the next chunk of a stage, each once → 'more', 'published', 'already', 'overtaken', 'foreign' (owner, job), 'lost' (what is
 * shown) or 'missing' (chunk).
 */
export const publish = `
local lineage, part, job, epoch = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local checkpoint, known = tonumber(ARGV[5]), tonumber(ARGV[6])
local name, chunks = ARGV[7], tonumber(ARGV[8])
local owner = redis.call('HGET', head, 'lineage')
local isAside = ARGV[11] == 'replace' and owner ~= lineage
if owner and owner ~= lineage and not isAside then return { 'foreign', owner, redis.call('HGET', head, 'job') } end
local shows = isAside and history(lineage) or head
local progress = part == lineage and shows or history(part)
-- What a part has noted was shown in a view that is there.
if part ~= lineage and not owner then redis.call('HDEL', progress, 'published', 'partial', 'parts') end
local published = tonumber(redis.call('HGET', progress, 'published') or '-1')
if published >= checkpoint then return { 'already' } end
if isOvertaken(part, epoch) then return { 'overtaken' } end
if published < known then return { 'lost', published } end

local generation = redis.call('HGET', shows, 'generation') or redis.call('INCR', head .. ':generation')
local number = 0
local begun = redis.call('HMGET', progress, 'partial', 'parts')
if begun[1] and tonumber(begun[1]) == checkpoint then number = tonumber(begun[2]) end
if number < chunks then
  local text = redis.call('GET', chunk(name, number))
  if not text then return { 'missing', number } end
  local early = redis.call('HMGET', head .. ':early', 'lineage', 'id')
  local over = not isAside and early[1] == lineage and early[2] and 'early-' .. early[2]
  for _, values in ipairs(cjson.decode(text)) do
    local key, rank = values[1], values[3]
    local before = rankOf(generation, key)
    if not before or not less(rank, before) then
      put(generation, values)
      local shown = over and rankOf(over, key)
      if shown and not less(rank, shown) then remove(over, key) end
      if not isAside then redis.call('PUBLISH', head .. ':changes', key) end
    end
  end
  redis.call('UNLINK', chunk(name, number))
  number = number + 1
end

if not isAside then redis.call('HSET', head, 'lineage', lineage, 'job', job, 'fields', ARGV[9], 'key', ARGV[10]) end
redis.call('HSET', shows, 'generation', generation)
if number < chunks then
  redis.call('HSET', progress, 'published', published, 'partial', checkpoint, 'parts', number)
  return { 'more' }
end
redis.call('HSET', progress, 'published', checkpoint)
redis.call('HDEL', progress, 'partial', 'parts')
if name ~= '' then redis.call('HDEL', stages(part), name) end
return { 'published' }
`;

/**
 * lineage, job, epoch, checkpoint, fields, key: shows the generation that was built aside, in the place of the one that is
 * shown → 'swapped', 'already', 'overtaken', 'busy' (job) or 'lost' (what is aside).
 */
export const swap = `
local lineage, job, epoch, checkpoint = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local owner = redis.call('HGET', head, 'lineage')
if owner == lineage then return { 'already' } end
if isOvertaken(lineage, epoch) then return { 'overtaken' } end
if owner and isHeld(owner) then return { 'busy', redis.call('HGET', head, 'job') } end
local aside = redis.call('HMGET', history(lineage), 'published', 'generation')
if tonumber(aside[1] or '-1') < checkpoint then return { 'lost', tonumber(aside[1] or '-1') } end

local garbage = head .. ':garbage'
if owner then redis.call('SADD', garbage, redis.call('HGET', head, 'generation'), 'lineage:' .. owner) end
local early = redis.call('HGET', head .. ':early', 'id')
if early then redis.call('SADD', garbage, 'early-' .. early) end
redis.call('DEL', head, head .. ':early')
redis.call('HSET', head, 'lineage', lineage, 'job', job, 'published', checkpoint, 'generation', aside[2],
  'fields', ARGV[5], 'key', ARGV[6])
redis.call('HDEL', history(lineage), 'published', 'generation')
redis.call('PUBLISH', head .. ':changes', '*')
return { 'swapped' }
`;
