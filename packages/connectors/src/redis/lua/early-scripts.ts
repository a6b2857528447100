// Early rows, and reading.

/** id, rows as JSON: shows early rows, where their owner still has the layer. */
export const showEarly = `
local early = redis.call('HMGET', head .. ':early', 'id', 'lineage', 'watermark')
if early[1] ~= ARGV[1] then return end
local layer = 'early-' .. early[1]
local shown = redis.call('HMGET', head, 'lineage', 'generation')
local generation = shown[1] == early[2] and shown[2]
local settled = early[3] and tonumber(early[3])
for _, values in ipairs(cjson.decode(ARGV[2])) do
  local key, time, rank = values[1], tonumber(values[2]), values[3]
  local final = generation and rankOf(generation, key)
  local before = rankOf(layer, key)
  local isOpen = not settled or time >= settled
  if isOpen and (not final or less(final, rank)) and (not before or not less(rank, before)) then
    put(layer, values)
    redis.call('PUBLISH', head .. ':changes:early', key)
  end
end
`;

/** id, watermark, how many: removes early rows below the watermark → 1 while there are more. */
export const settleEarly = `
local early = head .. ':early'
local before = redis.call('HMGET', early, 'id', 'watermark')
if before[1] ~= ARGV[1] then return 0 end
if not before[2] or tonumber(before[2]) < tonumber(ARGV[2]) then redis.call('HSET', early, 'watermark', ARGV[2]) end
local layer = 'early-' .. before[1]
local keys = redis.call('ZRANGEBYSCORE', times(layer), '-inf', '(' .. ARGV[2], 'LIMIT', 0, ARGV[3])
for _, key in ipairs(keys) do remove(layer, key) end
return #keys == tonumber(ARGV[3]) and 1 or 0
`;

/**
 * whether early rows are wanted, keys … → the generation, its fields, the layer of early rows and its fields, and for each
 * key { whether it is early, its fields } or nothing. Early rows of who is at work no more are not shown.
 */
export const read = `
local shown = redis.call('HMGET', head, 'generation', 'fields', 'lineage')
local layer, fields = false, false
if ARGV[1] == 'early' then
  local early = redis.call('HMGET', head .. ':early', 'id', 'fields', 'lineage')
  if early[1] and (not shown[3] or shown[3] == early[3]) then
    local until_ = redis.call('ZSCORE', head .. ':holders', early[3] .. ' ' .. early[1])
    if until_ and tonumber(until_) >= now() then layer, fields = 'early-' .. early[1], early[2] end
  end
end
local rows = {}
for i = 2, #ARGV do
  local found = layer and redis.call('HGETALL', row(layer, ARGV[i])) or {}
  local isEarly = #found > 0
  if not isEarly and shown[1] then found = redis.call('HGETALL', row(shown[1], ARGV[i])) end
  rows[i - 1] = { isEarly and 1 or 0, found }
end
return { shown[1], shown[2], layer, fields, rows }
`;
